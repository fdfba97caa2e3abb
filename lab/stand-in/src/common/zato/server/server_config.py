"""Configuration of a server: server.conf, secrets.conf and the environment that overrides them (facts §3)."""

import os
from dataclasses import dataclass

from ..common import conf, secrets
from ..common.db import Database

ENV_PREFIX = 'Zato_Config_Server_server__conf_'


@dataclass
class BaseServerConfig:
    base_dir: str
    conf: conf.Conf
    secret_key: str
    odb_password: str

    @property
    def name(self) -> str:
        return self.conf['misc']['initial_server_name']

    @property
    def cluster_name(self) -> str:
        return self.conf['misc']['initial_cluster_name']

    @property
    def pickup_dir(self) -> str:
        return os.path.normpath(os.path.join(self.base_dir, 'config/repo', self.conf['hot_deploy']['pickup_dir']))

    def odb(self) -> Database:
        odb = self.conf['odb']
        return Database(odb['engine'], odb['host'], odb['port'], odb['db_name'], odb['username'], self.odb_password)


def read(kind: type[BaseServerConfig], base_dir: str, environment=None):
    """With an environment: what a running server sees. Without: what the command line sees, which runs outside the unit's
    environment (trap, facts-3.2 "Also seen": a port changed by environment alone is not known to enmasse)."""
    repo = os.path.join(base_dir, 'config/repo')
    server_conf = conf.read(os.path.join(repo, 'server.conf'))
    if environment:
        override(server_conf, environment)
    secrets_conf = conf.read(os.path.join(repo, 'secrets.conf'))
    key = secrets_conf['secret_keys']['key1']
    secrets.decrypt(key, secrets_conf['zato']['well_known_data'])
    return kind(base_dir, server_conf, key, secrets.decrypt(key, secrets_conf['zato']['server_conf.odb.password']))


def override(server_conf: conf.Conf, environment) -> None:
    """Zato_Config_Server_server__conf_<stanza>_<key>=value wins over the file."""
    stanzas = sorted(server_conf, key=len, reverse=True)
    for name, value in environment.items():
        if not name.startswith(ENV_PREFIX):
            continue
        rest = name[len(ENV_PREFIX):]
        for stanza in stanzas:
            if stanza and rest.startswith(stanza + '_'):
                server_conf[stanza][rest[len(stanza) + 1:]] = value
                break
