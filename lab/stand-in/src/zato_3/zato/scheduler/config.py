"""scheduler.conf (facts §2, §II.4)."""

import os
from dataclasses import dataclass

from ..common import conf, secrets
from ..common.db import Database


@dataclass
class SchedulerConfig:
    bind: tuple[str, int]
    server_address: str
    server_password: str
    cluster_id: int
    odb: Database
    clients: dict[str, str]
    auth_required: bool
    prefers_odb: bool


_PREFERS_ODB = 'Zato_Config_Scheduler_scheduler__conf_server_server_prefer_odb_config'


def read(base_dir: str) -> SchedulerConfig:
    data = conf.read(os.path.join(base_dir, 'config/repo/scheduler.conf'))
    odb, server, clients = data['odb'], data['server'], dict(data['api_clients'])
    auth_required = conf.is_true(clients.pop('auth_required', 'True'))
    scheme = 'https' if conf.is_true(server['server_use_tls']) else 'http'
    key = data['secret_keys']['key1']
    return SchedulerConfig(
        bind=(data['bind']['host'], int(data['bind']['port'])),
        server_address=f"{scheme}://{server['server_host']}:{server['server_port']}",
        server_password=server['server_password'],
        cluster_id=int(data['cluster']['id']),
        odb=Database(odb['engine'], odb['host'], odb['port'], odb['db_name'], odb['username'], secrets.decrypt(key, odb['password'])),
        clients=clients,
        auth_required=auth_required,
        prefers_odb=conf.is_true(os.environ.get(_PREFERS_ODB, server['server_prefer_odb_config'])),
    )
