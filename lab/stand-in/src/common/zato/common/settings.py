"""Timing and limits, from the optional file /etc/zato-stand-in.conf.

The real Zato needs 10 seconds to start and 1.3 to 5 for each command (facts §1, §4). The stand-in keeps the order of these
events and makes them short; a lab that wants to see the real durations writes them here:

    [stand-in]
    boot_seconds = 10
    cli_seconds = 4
"""

import os
from configparser import ConfigParser
from dataclasses import dataclass, fields

SETTINGS_FILE = '/etc/zato-stand-in.conf'


@dataclass(frozen=True)
class Settings:
    boot_seconds: float = 0.8       # how long each worker of a server boots, one after another
    cli_seconds: float = 0.0        # how long each command takes before it does anything
    poll_seconds: float = 0.5       # how often directories are looked at for new code
    graceful_seconds: float = 20.0  # how long a stopping process waits for requests in flight
    odb_seconds: float = 1.0        # how long a starting server tries to reach its database before it gives up
    ipc_wait_seconds: float = 2.0   # how long a worker without IPC is waited for


def load() -> Settings:
    parser = ConfigParser()
    parser.read(os.environ.get('ZATO_STAND_IN_CONF', SETTINGS_FILE))
    if not parser.has_section('stand-in'):
        return Settings()
    names = {field.name for field in fields(Settings)}
    return Settings(**{key: float(value) for key, value in parser['stand-in'].items() if key in names})
