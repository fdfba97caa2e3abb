"""web-admin.conf."""

import json
import os
from dataclasses import dataclass

from ..common import secrets
from ..common.db import Database


@dataclass
class WebAdminConfig:
    base_dir: str
    host: str
    port: int
    odb: Database
    admin_invoke_password: str


def _read(base_dir: str) -> dict:
    with open(os.path.join(base_dir, 'config/repo/web-admin.conf'), encoding='utf8') as source:
        return json.load(source)


def read_key(base_dir: str) -> str:
    return _read(base_dir)['zato_secret_key']


def read(base_dir: str) -> WebAdminConfig:
    conf = _read(base_dir)
    key = conf['zato_secret_key']
    return WebAdminConfig(
        base_dir=base_dir,
        host=conf['host'],
        port=int(conf['port']),
        odb=Database(conf['db_type'], conf['DATABASE_HOST'], conf['DATABASE_PORT'], conf['DATABASE_NAME'], conf['DATABASE_USER'],
            secrets.decrypt(key, conf['DATABASE_PASSWORD'])),
        admin_invoke_password=secrets.decrypt(key, conf['ADMIN_INVOKE_PASSWORD']),
    )
