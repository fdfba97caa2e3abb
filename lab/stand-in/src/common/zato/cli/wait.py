"""zato wait: until /zato/ping answers (facts §9)."""

import time
from urllib.request import urlopen

from . import exit_codes
from .command import say
from .local_server import address, read_config


def add_arguments(parser) -> None:
    parser.add_argument('--path')
    parser.add_argument('--address')
    parser.add_argument('--url-path', default='/zato/ping')
    parser.add_argument('--timeout', type=float, default=60)
    parser.add_argument('--interval', type=float, default=0.1)
    parser.add_argument('--silent', action='store_true')


def execute(args) -> int:
    url = (args.address or address(read_config(args.path))) + args.url_path
    deadline = time.monotonic() + args.timeout
    while time.monotonic() < deadline:
        try:
            with urlopen(url, timeout=args.timeout):
                return 0
        except OSError as error:
            if not args.silent:
                say(f'Waiting for `{url}` ({error})')
            time.sleep(args.interval)
    return exit_codes.SERVER_TIMEOUT
