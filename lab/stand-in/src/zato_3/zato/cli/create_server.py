"""create_server: the row in table `server` and the directory with its configuration (facts §2)."""

import os
from datetime import datetime
from urllib.parse import urlsplit
from uuid import uuid4

from ..common import secrets
from ..common.db import IntegrityError
from . import exit_codes, server_files
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
    _write_files(target, args, token)
    try:
        with odb.session() as session:
            session.insert('server', name=args.server_name, cluster_id=cluster['id'], token=token, last_join_status='accepted',
                last_join_mod_by=user_host(), last_join_mod_date=datetime.utcnow())
    except IntegrityError:
        # Trap (facts §0.9, §2): exit code 7, but the directory is complete, .zato-info included.
        say(f'Server name `{args.server_name}` already exists')
        return exit_codes.SERVER_NAME_ALREADY_EXISTS
    say('OK')
    return 0


def _write_files(target: str, args, token: str) -> None:
    # A secret key that is no Fernet key is refused, as the real one refuses it.
    key = args.secret_key or secrets.new_key()
    secrets.encrypt(key, WELL_KNOWN_DATA)

    for name in server_files.DIRECTORIES:
        os.makedirs(os.path.join(target, name), exist_ok=True)
    host, port, use_tls = scheduler_address(getattr(args, 'scheduler_address_for_server', None) or 'http://127.0.0.1:31530')
    write(target, 'config/repo/server.conf', server_files.SERVER_CONF.format(
        port=getattr(args, 'http_port', None) or 17010,
        workers=_number(getattr(args, 'threads', 1)),
        odb_db_name=args.odb_db_name, odb_engine=engine_name(args.odb_type), odb_host=args.odb_host, odb_port=args.odb_port,
        odb_user=args.odb_user, cluster_name=args.cluster_name, server_name=args.server_name,
        scheduler_host=host, scheduler_port=port, scheduler_use_tls=use_tls,
        scheduler_username=getattr(args, 'scheduler_api_client_for_server_username', None) or 'server_api_client1',
        scheduler_password=getattr(args, 'scheduler_api_client_for_server_password', None) or uuid4().hex,
    ))
    # The key in clear text next to what it encrypts (facts §2, "Secrets on disk").
    write(target, 'config/repo/secrets.conf', server_files.SECRETS_CONF.format(
        key=key,
        well_known_data=secrets.encrypt(key, WELL_KNOWN_DATA),
        kvdb_password=secrets.encrypt(key, ''),
        token=secrets.encrypt(key, token),
        jwt_secret=secrets.encrypt(key, getattr(args, 'jwt_secret', None) or secrets.new_key()),
        odb_password=secrets.encrypt(key, args.odb_password),
    ))
    for name, text in server_files.OTHER_FILES.items():
        write(target, name, text)
    write(target, '.zato-info', zato_info('SERVER'))


def _number(threads: object) -> int:
    try:
        return int(threads)  # type: ignore[call-overload]
    except (TypeError, ValueError):
        return 1


def scheduler_address(address: str) -> tuple[str, int, bool]:
    """Trap (facts §II.1 j): an address without a scheme is taken as https://."""
    if '://' not in address:
        address = f'https://{address}'
    parts = urlsplit(address)
    return parts.hostname or '', parts.port or 31530, parts.scheme == 'https'
