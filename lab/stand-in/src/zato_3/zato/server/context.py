"""Everything a worker process of a server has at hand."""

import logging
import threading
from dataclasses import dataclass, field

from ..common.db import Database
from ..common.settings import Settings
from .config import ServerConfig


@dataclass
class ServerContext:
    """Services see it as self.server."""
    config: ServerConfig
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

    # The collaborators refer to each other, so they are put in after all of them exist.
    @property
    def memory(self):
        return self.parts['memory']

    @property
    def store(self):
        return self.parts['store']

    # What services know it by.
    service_store = store

    @property
    def kvdb(self):
        return self.parts['kvdb']

    @property
    def invoker(self):
        return self.parts['invoker']

    @property
    def ipc(self):
        return self.parts['ipc']

    @property
    def broker(self):
        return self.parts['broker']

    @property
    def deployer(self):
        return self.parts['deployer']

    @property
    def user_conf(self):
        return self.parts['user_conf']
