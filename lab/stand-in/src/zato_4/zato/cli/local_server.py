"""The server of a directory, as commands reach it: by server.conf alone, without the environment of its unit."""

import os

from ..client import AdminClient
from ..common import secrets
from ..server import config as server_config
from . import exit_codes
from .command import Exit, say


def read_config(path: str) -> server_config.ServerConfig:
    if not os.path.exists(os.path.join(path, 'config/repo/secrets.conf')):
        say(f'No server found at `{os.path.abspath(path)}`')
        raise Exit(exit_codes.NOT_A_ZATO_SERVER)
    return server_config.read(os.path.abspath(path))


def address(config: server_config.ServerConfig) -> str:
    host, port = config.bind
    return f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"


def client(config: server_config.ServerConfig, timeout: float = 30.0) -> AdminClient:
    """With the password of admin.invoke that is in the ODB, encrypted from the first start on (facts §3)."""
    with config.odb().session() as session:
        row = session.one('''SELECT b.password FROM sec_base b JOIN cluster c ON c.id = b.cluster_id
            WHERE b.name = 'admin.invoke' AND c.name = %(cluster)s''', cluster=config.cluster_name)
    return AdminClient(address(config), secrets.decrypt_from_odb(config.secret_key, row['password']), timeout)


def cluster_id(config: server_config.ServerConfig) -> int:
    with config.odb().session() as session:
        return session.one('SELECT id FROM cluster WHERE name = %(name)s', name=config.cluster_name)['id']
