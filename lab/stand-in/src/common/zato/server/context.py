"""Everything a worker process of a server has at hand."""

import logging
import threading
from dataclasses import dataclass, field

from ..common.db import Database
from ..common.settings import Settings
from .server_config import BaseServerConfig


@dataclass
class ServerContext:
    """Services see it as self.server."""
    config: BaseServerConfig
    settings: Settings
    odb: Database
    logger: logging.Logger
    index: int
    pid: int
    id: int = 0
    cluster_id: int = 0
    parts: dict = field(default_factory=dict)
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def name(self) -> str:
        return self.config.name

    @property
    def cluster_name(self) -> str:
        return self.config.cluster_name

    @property
    def service_store(self):
        """What services know it by."""
        return self.store

    def __getattr__(self, name: str):
        """The collaborators refer to each other, so they are put in after all of them exist."""
        try:
            return self.__dict__['parts'][name]
        except KeyError:
            raise AttributeError(name) from None
