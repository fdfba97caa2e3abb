"""zato service invoke. Trap (facts §7.1, §0.8): the exit code is 0 whatever happened."""

import json

from ..common.http_client import CallFailed
from .command import say
from .local_server import client, read_config


def add_arguments(parser) -> None:
    parser.add_argument('path')
    parser.add_argument('name')
    parser.add_argument('--payload', default='{}')


def execute(args) -> None:
    try:
        payload = json.loads(args.payload)
    except ValueError:
        payload = args.payload
    try:
        say(repr(client(read_config(args.path)).invoke(args.name, payload)))
    except CallFailed as error:
        say(error.body)
    except OSError as error:
        say(f'{type(error).__name__}: {error}')
