"""create_scheduler: scheduler.conf, which holds the password of admin.invoke in clear text (facts §2, §II.4)."""

import os
from uuid import uuid4

from ..common import secrets
from . import exit_codes
from .command import Exit, new_directory, say, write
from .create_server import WELL_KNOWN_DATA, scheduler_address
from .odb import database, engine_name, zato_info

# [cluster] id=1 is literal: "there will be always one cluster in the database" (facts §II.5).
_SCHEDULER_CONF = '''# Zato 3.3 stand-in (test double of cdktf-zato, not Zato)

[bind]
host={bind_host}
port={bind_port}

[cluster]
id=1

[server]
server_path={server_path}
server_host={server_host}
server_port={server_port}
server_username=admin.invoke
server_password={server_password}
server_use_tls={server_use_tls}
server_prefer_odb_config=False

[misc]
initial_sleep_time=0

[odb]
engine={engine}
db_name={odb_db_name}
host={odb_host}
port={odb_port}
username={odb_user}
password={odb_password}
pool_size=1
extra=

[secret_keys]
key1={key}

[crypto]
well_known_data={well_known_data}
use_tls=False

[api_clients]
auth_required=True
{api_username}={api_password}
'''


def execute(args) -> None:
    target = new_directory(args.path)
    with database(args).session() as session:
        if not session.first('SELECT id FROM cluster WHERE name = %(name)s', name=args.cluster_name):
            say(f"Cluster `{args.cluster_name}` doesn't exist in ODB")
            raise Exit(exit_codes.NO_SUCH_CLUSTER)
    key = args.secret_key or secrets.new_key()
    host, port, use_tls = scheduler_address(args.server_address_for_scheduler)
    os.makedirs(os.path.join(target, 'logs'))
    write(target, 'config/repo/scheduler.conf', _SCHEDULER_CONF.format(
        bind_host=getattr(args, 'bind_host', None) or '127.0.0.1', bind_port=getattr(args, 'bind_port', None) or 31530,
        server_path=getattr(args, 'server_path', None) or '', server_host=host, server_port=port, server_use_tls=use_tls,
        server_password=getattr(args, 'server_api_client_for_scheduler_password', None) or '',
        engine=engine_name(args.odb_type), odb_db_name=args.odb_db_name, odb_host=args.odb_host, odb_port=args.odb_port,
        odb_user=args.odb_user, odb_password=secrets.encrypt(key, args.odb_password), key=key,
        well_known_data=secrets.encrypt(key, WELL_KNOWN_DATA),
        api_username=getattr(args, 'scheduler_api_client_for_server_username', None) or 'server_api_client1',
        api_password=getattr(args, 'scheduler_api_client_for_server_password', None) or uuid4().hex,
    ))
    write(target, 'config/repo/logging.conf', 'loggers:\n  zato:\n    level: INFO\n')
    write(target, 'config/repo/sql.conf', '')
    write(target, '.zato-info', zato_info('SCHEDULER'))
    say('OK')
