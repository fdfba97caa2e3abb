"""create_web_admin: web-admin.conf, the tables of its users, and the user `admin` (facts §2)."""

import os
from datetime import datetime
from uuid import uuid4

from .. import schema
from ..common import passwords, secrets
from .command import new_directory, say, write
from .create_server import WELL_KNOWN_DATA
from .odb import database, zato_info


def execute(args) -> None:
    target = new_directory(args.path)
    with database(args).session() as session:
        schema.create_web_admin(session)
        if not session.first("SELECT id FROM auth_user WHERE username = 'admin'"):
            session.insert('auth_user', username='admin', password=passwords.hashed(uuid4().hex), is_superuser=True, is_active=True,
                date_joined=datetime.utcnow())
    os.makedirs(os.path.join(target, 'logs'))
    write(target, 'config/repo/web-admin.conf', _conf(args))
    write(target, 'config/repo/logging.conf', 'loggers:\n  zato:\n    level: INFO\n')
    write(target, 'config/repo/initial-data.json', '[]\n')
    write(target, '.zato-info', zato_info('WEB_ADMIN'))
    say('OK')


def _conf(args) -> str:
    """Its own key in clear text; the passwords are encrypted with it. The last line is that of the password of admin.invoke."""
    key = secrets.new_key()
    values = {
        'host': '0.0.0.0', 'port': 8183, 'db_type': args.odb_type, 'log_config': './config/repo/logging.conf', 'zato_secret_key': key,
        'well_known_data': secrets.encrypt(key, WELL_KNOWN_DATA), 'DEBUG': 0, 'DATABASE_NAME': args.odb_db_name,
        'DATABASE_USER': args.odb_user, 'DATABASE_PASSWORD': secrets.encrypt(key, args.odb_password), 'DATABASE_HOST': args.odb_host,
        'DATABASE_PORT': args.odb_port, 'DATABASE_SSL': args.odb_ssl or False, 'DATABASE_SSL_CA_FILE': args.odb_ssl_ca_file,
        'DATABASE_SSL_CERT_FILE': args.odb_ssl_cert_file, 'DATABASE_SSL_KEY_FILE': args.odb_ssl_key_file,
        'DATABASE_SSL_VERIFY': args.odb_ssl_verify or True, 'TIME_ZONE': 'America/New_York', 'SECRET_KEY': secrets.encrypt(key, uuid4().hex),
        'ADMIN_INVOKE_NAME': 'admin.invoke',
        'ADMIN_INVOKE_PASSWORD': secrets.encrypt(key, getattr(args, 'admin_invoke_password', None) or uuid4().hex),
    }
    lines = [f'  "{name}": {value if isinstance(value, int) and not isinstance(value, bool) else _quoted(value)}' for name, value in values.items()]
    return '{\n' + ',\n'.join(lines) + '\n}\n'


def _quoted(value: object) -> str:
    return f'"{value}"'
