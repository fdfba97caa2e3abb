"""The lock under which the workers of a server boot, one after another (facts §4.2, "deployment lock")."""

import fcntl
import mmap
import os


class BootLock:
    """Taken by the master before it forks. The open file is inherited, so worker 0 holds the lock from its first instruction and
    releases it for all; the other workers, and whoever replaces a dead one later, open the file themselves and wait."""

    def __init__(self, work_dir: str):
        self._path = os.path.join(work_dir, '.boot-lock')
        self._inherited = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(self._inherited, fcntl.LOCK_EX)
        self._released = mmap.mmap(-1, 1)  # one byte that all processes share
        self._own: int | None = None

    def acquire(self, index: int) -> None:
        if index or self._released[0]:
            self._own = os.open(self._path, os.O_RDWR)
            fcntl.flock(self._own, fcntl.LOCK_EX)

    def release(self) -> None:
        if self._own is None:
            self._released[0] = 1
            fcntl.flock(self._inherited, fcntl.LOCK_UN)
        else:
            os.close(self._own)
            self._own = None
