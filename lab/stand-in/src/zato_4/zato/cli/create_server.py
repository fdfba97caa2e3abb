"""create_server: the row in table `server` and the directory with its configuration (facts §2)."""

import os
import traceback
from datetime import datetime
from uuid import uuid4

from ..common import secrets
from ..common.db import IntegrityError
from . import demo_files, exit_codes, server_files
from .command import Exit, new_directory, say, write
from .odb import database, engine_name, user_host, zato_info

# Digits of pi: if they can be decrypted the key is the right one.
WELL_KNOWN_DATA = '3.141592...'


def execute(args) -> int:
    target = new_directory(args.path)
    odb = database(args)
    with odb.session() as session:
        cluster = session.first('SELECT id FROM cluster WHERE name = %(name)s', name=args.cluster_name)
    if not cluster:
        # Trap (facts §2): the empty directory stays.
        say(f"Cluster `{args.cluster_name}` doesn't exist in ODB")
        raise Exit(exit_codes.NO_SUCH_CLUSTER)

    token = uuid4().hex
    try:
        _write_files(target, args, token)
        with odb.session() as session:
            session.insert('server', name=args.server_name, cluster_id=cluster['id'], token=token, last_join_status='accepted',
                last_join_mod_by=user_host(), last_join_mod_date=datetime.utcnow())
    except IntegrityError:
        # Trap (facts §2): exit code 7, but the directory is complete, .zato-info included.
        say(f'Server name `{args.server_name}` already exists')
        return exit_codes.SERVER_NAME_ALREADY_EXISTS
    except Exception:
        # Trap (source of 4.1): whatever else goes wrong, a line odb_ssl* that is missing among it, is printed and has exit code 0.
        say(f'Could not create the server, e:`{traceback.format_exc()}`')
    say('OK')
    return 0


def _write_files(target: str, args, token: str) -> None:
    for name in server_files.DIRECTORIES:
        os.makedirs(os.path.join(target, name), exist_ok=True)
    server_files.write_templates(target)
    key = args.secret_key or secrets.new_key()
    secrets.encrypt(key, WELL_KNOWN_DATA)
    write(target, 'config/repo/server.conf', server_files.SERVER_CONF.format(
        port=getattr(args, 'http_port', None) or 17010,
        odb_db_name=args.odb_db_name, odb_engine=engine_name(args.odb_type), odb_host=args.odb_host, odb_port=args.odb_port,
        odb_user=args.odb_user, odb_ssl=args.odb_ssl or False, odb_ssl_ca_file=args.odb_ssl_ca_file,
        odb_ssl_cert_file=args.odb_ssl_cert_file, odb_ssl_key_file=args.odb_ssl_key_file, odb_ssl_verify=args.odb_ssl_verify or True,
        redis_host=getattr(args, 'redis_host', None) or 'localhost', redis_port=getattr(args, 'redis_port', None) or 6379,
        cluster_name=args.cluster_name, server_name=args.server_name, scheduler_password=uuid4().hex,
    ))
    # The key in clear text next to what it encrypts (facts §8, "Secrets").
    write(target, 'config/repo/secrets.conf', server_files.SECRETS_CONF.format(
        key=key,
        well_known_data=secrets.encrypt(key, WELL_KNOWN_DATA),
        redis_password=secrets.encrypt(key, getattr(args, 'redis_password', None) or ''),
        token=secrets.encrypt(key, token),
        odb_password=secrets.encrypt(key, args.odb_password),
    ))
    for name, text in server_files.OTHER_FILES.items():
        write(target, name, text)
    os.symlink(os.path.join(target, 'pickup/incoming/user-conf'), os.path.join(target, 'config/repo/user-conf'))
    for name, text in demo_files.FILES.items():
        # Trap (facts §2): the files hold their own path, so that each server's have another hash.
        path = os.path.join(target, 'pickup/incoming/services', name)
        for folder in ('pickup/incoming/services', 'work/hot-deploy/current'):
            write(target, f'{folder}/{name}', f'# {path}\n{text}')
    write(target, '.zato-info', zato_info('SERVER'))
