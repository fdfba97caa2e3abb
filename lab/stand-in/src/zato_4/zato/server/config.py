"""Configuration of a server: what is 4.1's own in server.conf and the environment (facts §5)."""

import os
from dataclasses import dataclass, field

from . import server_config
from .server_config import BaseServerConfig


@dataclass
class ServerConfig(BaseServerConfig):
    environment: dict = field(default_factory=dict)

    @property
    def bind(self) -> tuple[str, int]:
        host, _, port = self.conf['main']['bind'].rpartition(':')
        host = self.environment.get('Zato_Config_Bind_Host') or host
        if ':' in host:
            raise ValueError(f'invalid IPv4 address `{host}`')  # trap (facts §5)
        return host, int(self.environment.get('Zato_Config_Bind_Port') or port)

    @property
    def workers(self) -> int:
        return 1


def read(base_dir: str, environment=None) -> ServerConfig:
    config = server_config.read(ServerConfig, base_dir, environment)
    config.environment = dict(environment or {})
    return config


def home() -> str:
    """Trap (facts §2): all servers with the same HOME share this folder, which must be there and writable."""
    return os.path.expanduser('~/env/qs-1')
