"""Where files with services are."""

import os

from .service_store import is_python_file

_DIRECTORY_VARIABLES = ('Zato_Hot_Deploy_Dir', 'ZATO_HOT_DEPLOY_DIR')

# What a file looked like when it was last seen: a rename over it changes the inode even if time and size are the same.
Seen = dict[str, tuple[int, int, int]]


def hot_deploy_directories(environment) -> list[str]:
    found = []
    for name, value in environment.items():
        if name in _DIRECTORY_VARIABLES or name.startswith('Zato_Hot_Deploy_Dir_'):
            found += [os.path.abspath(item) for item in value.split(':') if item]
    return found


def scan(directory: str) -> Seen:
    seen: Seen = {}
    try:
        with os.scandir(directory) as entries:
            for entry in entries:
                if is_python_file(entry.name) and entry.is_file():
                    status = entry.stat()
                    seen[entry.path] = (status.st_mtime_ns, status.st_size, status.st_ino)
    except FileNotFoundError:
        pass
    return seen
