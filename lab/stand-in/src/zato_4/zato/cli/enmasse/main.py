"""The command: imports into the ODB, then has the one server of the path read its configuration anew. The others do not learn of it."""

import os
import time

import yaml

from ...common import conf
from .. import exit_codes
from ..command import Exit, say
from ..local_server import client, read_config
from . import exporter, importer
from .reader import read, referred_services


def add_arguments(arguments) -> None:
    arguments.add_argument('path')
    for name in ('import', 'export', 'ignore-missing-includes', 'exit-on-missing-file'):
        arguments.add_argument(f'--{name}', action='store_true')
    for name in ('input', 'output', 'env-file', 'include-type'):
        arguments.add_argument(f'--{name}')
    arguments.add_argument('--initial-wait-time', type=float, default=10)
    arguments.add_argument('--missing-wait-time', type=float, default=2)


def execute(args) -> None:
    if args.env_file:
        for values in conf.read(args.env_file).values():
            os.environ.update(values)
    config = read_config(args.path)
    odb = config.odb()
    if args.export:
        _require(args.output, '--output')
        with odb.session() as session, open(args.output, 'w', encoding='utf8') as out:
            yaml.safe_dump(exporter.export(session), out, sort_keys=False, allow_unicode=True)
        say(f'Exported configuration to {args.output}')
        return
    if not getattr(args, 'import'):
        say('Either --export or --import must be specified')
        raise Exit(exit_codes.PARAMETER_MISSING)
    _require(args.input, '--input')
    if not os.path.exists(args.input) and args.exit_on_missing_file:
        say(f'Input file {args.input} not found, exiting')
        return
    declared = read(args.input)
    _wait_for_services(odb, referred_services(declared), args.missing_wait_time)
    importer.run(odb, declared)
    server = client(config)
    _wait(server, args.initial_wait_time)
    server.invoke('zato.server.invoker', {'func_name': 'reload_config'})
    say(f'Enmasse OK ({args.input})')


def _require(value: str | None, name: str) -> None:
    if not value:
        say(f'File path ({name}) is required')
        raise Exit(exit_codes.PARAMETER_MISSING)


def _wait_for_services(odb, names: set[str], seconds: float) -> None:
    """Trap (source of 4.1): it is enough that some server has had them once."""
    deadline = time.monotonic() + seconds
    while True:
        with odb.session() as session:
            missing = names - {row['name'] for row in session.all('SELECT name FROM service')}
        if not missing:
            return
        if time.monotonic() > deadline:
            raise Exception(f'{len(missing)} services not found after {seconds}s: {sorted(missing)}')
        time.sleep(0.2)


def _wait(server, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            server.invoke('demo.ping')
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
