"""Configuration of a server: what is 3.x's own in server.conf (facts §3)."""

import os
from dataclasses import dataclass

from . import server_config
from .server_config import BaseServerConfig


@dataclass
class ServerConfig(BaseServerConfig):
    @property
    def bind(self) -> tuple[str, int]:
        host, _, port = self.conf['main']['gunicorn_bind'].rpartition(':')
        return host.strip('[]'), int(port)

    @property
    def workers(self) -> int:
        return int(self.conf['main']['gunicorn_workers'])

    @property
    def keepalive(self) -> float:
        """Trap (facts, "Added later"): an idle connection is closed after two seconds, unless the server is told otherwise."""
        return float(self.conf['main'].get('gunicorn_keepalive') or 2)

    @property
    def ipc_port_start(self) -> int:
        return int(self.conf['main']['ipc_port_start'])

    @property
    def current_dir(self) -> str:
        return os.path.join(self.base_dir, 'work/hot-deploy/current')


def read(base_dir: str, environment=None) -> ServerConfig:
    return server_config.read(ServerConfig, base_dir, environment)
