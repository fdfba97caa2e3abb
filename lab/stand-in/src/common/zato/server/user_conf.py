"""User configuration files in Zato_User_Conf_Dir: read at start, and again when they change."""

import os
import threading
import time

from ..common import conf
from .context import ServerContext

_SUFFIXES = ('.conf', '.ini')


class UserConf:
    def __init__(self, context: ServerContext):
        self._context = context
        self._directory = os.environ.get('Zato_User_Conf_Dir', '')
        self._seen: dict[str, tuple[int, int]] = {}
        self.files: dict[str, conf.Conf] = {}

    def read(self) -> None:
        self._seen = self._scan()
        for path in self._seen:
            self._read_file(path)

    def start_watching(self) -> None:
        threading.Thread(target=self._watch, daemon=True).start()

    def _read_file(self, path: str) -> None:
        self.files[os.path.basename(path).partition('.')[0]] = conf.read(path)

    def _scan(self) -> dict[str, tuple[int, int]]:
        if not os.path.isdir(self._directory):
            return {}
        paths = [os.path.join(self._directory, name) for name in sorted(os.listdir(self._directory)) if name.endswith(_SUFFIXES)]
        return {path: (status.st_mtime_ns, status.st_ino) for path in paths if (status := os.stat(path))}

    def _watch(self) -> None:
        while True:
            time.sleep(self._context.settings.poll_seconds)
            for path, status in self._scan().items():
                if self._seen.get(path) != status:
                    self._copy(path)
            self._seen = self._scan()

    def _copy(self, path: str) -> None:
        """Trap (measured on 3.3): what has changed is written to the same path in the folder of each server. Servers that share a folder
        take that for a change again, without end, and soon one reads what the other has not written yet: the file stays empty."""
        try:
            with open(path, 'rb') as source:
                content = source.read()
            with open(path, 'wb') as target:
                time.sleep(self._context.settings.poll_seconds)
                target.write(content)
            self._read_file(path)
        except OSError as error:
            self._context.logger.warning('Could not update file `%s`, e:`%s`', path, error)
