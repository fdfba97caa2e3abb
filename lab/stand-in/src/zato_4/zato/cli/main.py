"""bin/zato."""

import argparse
import sys
from types import SimpleNamespace

from ..common import secrets
from ..common.banner import BANNER
from . import check_config, command, from_config, info, service_invoke, set_admin_invoke_password, update_password, wait
from .enmasse import main as enmasse


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog='zato', description=BANNER)
    parser.add_argument('--version', action='version', version=BANNER)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument('--verbose', action='store_true')
    commands = parser.add_subparsers(required=True)

    def add(name: str, execute, parent=commands) -> argparse.ArgumentParser:
        sub = parent.add_parser(name, parents=[common])
        sub.set_defaults(execute=execute)
        return sub

    def group(name: str):
        return commands.add_parser(name).add_subparsers(required=True)

    add('from-config', from_config.execute).add_argument('path')

    password = add('password', update_password.execute, group('update'))
    password.add_argument('path')
    password.add_argument('username')
    password.add_argument('--password', default='')
    set_admin_invoke_password.add_arguments(add('set-admin-invoke-password', set_admin_invoke_password.execute))

    add('create-secret-key', lambda _args: command.say(secrets.new_key()), group('crypto'))
    service_invoke.add_arguments(add('invoke', service_invoke.execute, group('service')))
    enmasse.add_arguments(add('enmasse', enmasse.execute))
    add('check-config', check_config.execute).add_argument('path')
    info.add_arguments(add('info', info.execute))
    wait.add_arguments(add('wait', wait.execute))
    return parser


def main(argv: list[str]) -> int:
    args = _parser().parse_args(argv, SimpleNamespace())
    command.prepare()
    return command.run(args.execute, args)


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
