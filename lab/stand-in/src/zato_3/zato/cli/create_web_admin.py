"""create_web_admin: web-admin.conf, the tables of its users, and the user `admin` (facts §2, §II.4)."""

import json
import os
from datetime import datetime
from uuid import uuid4

from .. import schema
from ..common import passwords, secrets
from .command import new_directory, say, write
from .create_server import WELL_KNOWN_DATA
from .odb import database, engine_name, zato_info


def execute(args) -> None:
    target = new_directory(args.path)
    with database(args).session() as session:
        schema.create_web_admin(session)
        if not session.first("SELECT id FROM auth_user WHERE username = 'admin'"):
            session.insert('auth_user', username='admin', password=passwords.hashed(uuid4().hex), is_superuser=True, is_active=True,
                date_joined=datetime.utcnow())
            say('Superuser created successfully.')
    # Its own key in clear text; the passwords of the database and of admin.invoke are encrypted with it.
    key = secrets.new_key()
    conf = {
        'host': '0.0.0.0', 'port': 8183, 'db_type': engine_name(args.odb_type), 'log_config': './config/repo/logging.conf',
        'lb_agent_use_tls': False, 'lb_use_tls': False, 'zato_secret_key': key,
        'well_known_data': secrets.encrypt(key, WELL_KNOWN_DATA), 'DEBUG': 0, 'ALLOWED_HOSTS': ['*'],
        'DATABASE_NAME': args.odb_db_name, 'DATABASE_USER': args.odb_user,
        'DATABASE_PASSWORD': secrets.encrypt(key, args.odb_password),
        'DATABASE_HOST': args.odb_host, 'DATABASE_PORT': args.odb_port,
        'SECRET_KEY': secrets.encrypt(key, uuid4().hex),
        'ADMIN_INVOKE_NAME': 'admin.invoke',
        'ADMIN_INVOKE_PASSWORD': secrets.encrypt(key, getattr(args, 'admin_invoke_password', None) or ''),
        'ADMIN_INVOKE_PATH': '/zato/admin/invoke',
    }
    os.makedirs(os.path.join(target, 'logs'))
    write(target, 'config/repo/web-admin.conf', json.dumps(conf, indent=2) + '\n')
    write(target, 'config/repo/logging.conf', 'loggers:\n  zato:\n    level: INFO\n')
    write(target, '.zato-info', zato_info('WEB_ADMIN'))
    say('OK')
