"""The ODB as the arguments of a command describe it."""

import json
import os
import socket
from datetime import datetime
from getpass import getuser
from types import SimpleNamespace

from ..common.banner import BANNER
from ..common.db import Database


def database(args: SimpleNamespace) -> Database:
    """Missing attributes raise AttributeError, which is exit code 16 (facts §2)."""
    return Database(args.odb_type, args.odb_host, args.odb_port, args.odb_db_name, args.odb_user, args.odb_password)


def engine_name(odb_type: str) -> str:
    """SQLAlchemy's names of the drivers, as they stand in server.conf and in table sql_pool."""
    return {'postgresql': 'postgresql+pg8000', 'mysql': 'mysql+pymysql'}.get(odb_type.partition('+')[0], odb_type)


def user_host() -> str:
    return f'{getuser()}@{socket.gethostname()}'


def zato_info(component: str) -> str:
    """Contents of .zato-info. Its presence proves nothing: a failed `create_server` leaves it too (facts §0.9)."""
    return json.dumps({
        'version': BANNER,
        'created_user_host': user_host(),
        'created_ts': datetime.utcnow().isoformat(),
        'component': component,
    })


def read_component(path: str) -> str | None:
    try:
        with open(os.path.join(path, '.zato-info'), encoding='utf8') as source:
            return json.load(source)['component']
    except (OSError, ValueError, KeyError):
        return None
