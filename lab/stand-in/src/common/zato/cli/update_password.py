"""update_password: a new password for a user of web-admin; may be repeated (facts §2)."""

import os

from ..admin import config
from ..common import passwords
from . import exit_codes
from .command import Exit, say


def execute(args) -> None:
    if not os.path.isabs(args.path):
        raise FileNotFoundError(2, 'No such file or directory', args.path)  # trap (facts-3.2 §2): relative paths are refused
    if not args.password:
        raise EOFError('Password')
    web_admin = config.read(args.path)
    say(f"Changing password for user '{args.username}'")
    with web_admin.odb.session() as session:
        user = session.first('SELECT id FROM auth_user WHERE username = %(name)s', name=args.username)
        if not user:
            raise Exit(exit_codes.NO_SUCH_WEB_ADMIN_USER)
        session.update('auth_user', user['id'], password=passwords.hashed(args.password))
    say('OK')
