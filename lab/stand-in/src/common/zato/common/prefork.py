"""A master process with a fixed number of workers, as gunicorn keeps it.

* a worker that dies is started anew with the same index (facts §4.1: "kill -9 of one worker: gunicorn respawns");
* a worker that cannot boot exits with 3, and then the master does too (facts §4.2);
* SIGTERM is passed on, and the master waits for its workers.
"""

import os
import signal
import socket
import sys
import traceback

BOOT_ERROR = 3

_SIGNALS = {signal.SIGTERM, signal.SIGINT, signal.SIGCHLD}
_STOP = {signal.SIGTERM, signal.SIGINT}


class BootError(Exception):
    """Raised by a worker that cannot start."""


class Prefork:
    def __init__(self, size: int, run_worker, logger, listener: socket.socket | None = None):
        self._size = size
        self._listener = listener  # closed at a stop, so that new connections are refused while the last requests are served
        self._run_worker = run_worker  # called in the new process with its index; returns when the worker is done
        self._logger = logger
        self._workers: dict[int, int] = {}  # pid -> index
        self._exit_code = 0
        self._stopping = False

    def serve(self) -> int:
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        for index in range(self._size):
            self._spawn(index)
        while self._workers:
            if signal.sigwait(_SIGNALS) == signal.SIGCHLD:
                self._reap()
            else:
                self._stop()
        return self._exit_code

    def _spawn(self, index: int) -> None:
        pid = os.fork()
        if pid:
            self._workers[pid] = index
            return
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
        code = 0
        try:
            self._run_worker(index)
        except BootError as error:
            self._logger.error('Worker failed to boot: %s', error)
            code = BOOT_ERROR
        except BaseException:
            self._logger.error('Worker failed to boot: %s', traceback.format_exc())
            code = BOOT_ERROR
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _reap(self) -> None:
        while self._workers:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            index = self._workers.pop(pid, None)
            if index is None or self._stopping:
                continue
            if os.waitstatus_to_exitcode(status) == BOOT_ERROR:
                self._logger.error('Shutting down: worker %s failed to boot', pid)
                self._exit_code = BOOT_ERROR
                self._stop()
            else:
                self._logger.warning('Worker %s is gone, starting another', pid)
                self._spawn(index)

    def _stop(self) -> None:
        self._stopping = True
        if self._listener:
            self._listener.close()
        for pid in self._workers:
            os.kill(pid, signal.SIGTERM)


def wait_for_stop() -> None:
    """Blocks a worker until it is told to stop, or until its master is gone."""
    master = os.getppid()
    while signal.sigtimedwait(_STOP, 1) is None:
        if os.getppid() != master:
            return


def block_stop_signals() -> None:
    """To be called by a worker once it is booted and before it starts threads, so that wait_for_stop gets the signals."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOP)
