"""The command: waits for the server, then imports or exports. Most failures have exit code 0 (facts §7.5)."""

import json
import os
import time

import yaml

from ...common import conf
from ...common.http_client import AdminClient
from .. import exit_codes
from ..command import Exit, say
from ..local_server import client, cluster_id, read_config
from . import exporter, importer, parser


def add_arguments(arguments) -> None:
    arguments.add_argument('path')
    for name in ('import', 'export', 'export-local', 'export-odb', 'replace', 'replace-odb-objects', 'ignore-missing-defs',
            'ignore-missing-includes', 'exit-on-missing-file'):
        arguments.add_argument(f'--{name}', action='store_true')
    for name in ('input', 'output', 'env-file', 'server-url', 'rbac-sleep'):  # --server-url is ignored (trap, facts §7.5)
        arguments.add_argument(f'--{name}')
    arguments.add_argument('--include-type', default='all')
    arguments.add_argument('--include-name', default='all')
    arguments.add_argument('--format', default='yaml', choices=('yaml', 'json'))
    arguments.add_argument('--initial-wait-time', type=float, default=43200)
    arguments.add_argument('--missing-wait-time', type=float, default=120)


def execute(args) -> None:
    is_import, is_export = getattr(args, 'import'), args.export or args.export_odb
    if args.env_file:
        os.environ.update(conf.read(args.env_file).get('env', {}))
    config = read_config(args.path)
    server = client(config)
    _wait(server, args.initial_wait_time)
    if not (is_import or is_export):
        say('At least one of --clean, --export-local, --export-odb or --import is required, stopping now')
        raise Exit(exit_codes.NO_OPTIONS)
    if is_import and is_export:
        say('Cannot specify import and export options at the same time, stopping now')
        raise Exit(exit_codes.CONFLICTING_OPTIONS)
    if is_import:
        objects = parser.parse_file(os.path.abspath(args.input))
        importer.run(server, objects, cluster_id(config), args.missing_wait_time).say()
    else:
        _export(args, server, cluster_id(config))


def _wait(server: AdminClient, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            server.invoke('zato.ping')
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)


def _export(args, server: AdminClient, cluster: int) -> None:
    objects = exporter.export(server, cluster)
    if args.include_type != 'all' or args.include_name != 'all':
        objects = {}  # facts §7.6: with a filter the result was {}
    output = os.path.abspath(args.output or f'zato-export-{time.time():.0f}.{args.format}')
    with open(output, 'w', encoding='utf8') as out:
        out.write(json.dumps(objects, indent=2) + '\n' if args.format == 'json' else yaml.safe_dump(objects, sort_keys=False, allow_unicode=True))
    say(f'Data exported to {output}')
