"""set-admin-invoke-password: the password that the dashboard invokes servers with (facts §8)."""

import os

from ..admin import config
from ..common import secrets


def add_arguments(parser) -> None:
    parser.add_argument('path')
    parser.add_argument('--username', default='admin.invoke')
    parser.add_argument('--password')


def execute(args) -> None:
    """Trap (facts §8): the line gets a comma at its end, and it is the last one, so that the file is no JSON any more."""
    path = os.path.join(args.path, 'config/repo/web-admin.conf')
    encrypted = secrets.encrypt(config.read_key(args.path), args.password)
    with open(path, encoding='utf8') as source:
        lines = source.read().splitlines()
    lines = [f'  "ADMIN_INVOKE_PASSWORD": "{encrypted}",' if 'ADMIN_INVOKE_PASSWORD' in line else line for line in lines]
    with open(path, 'w', encoding='utf8') as out:
        out.write('\n'.join(lines))
