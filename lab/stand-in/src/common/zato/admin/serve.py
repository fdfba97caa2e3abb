"""Serves web-admin: a master and its workers on one socket."""

import os
import socket
from datetime import datetime

from ..common import settings
from ..common.http_server import HttpServer, Request, listen
from ..common.prefork import Prefork, block_stop_signals, wait_for_stop


def notify_ready() -> None:
    """Type=notify in the unit: systemd waits for this (facts §4.2)."""
    address = os.environ.get('NOTIFY_SOCKET')
    if not address:
        return
    if address.startswith('@'):
        address = '\0' + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.connect(address)
        notify.send(b'READY=1')


def _access_log(path: str):
    out = open(path, 'a', encoding='utf8', buffering=1)

    def write(request: Request, status: int, length: int) -> None:
        out.write(f'{request.remote} - - [{datetime.now():%d/%b/%Y:%H:%M:%S}] "{request.method} {request.path}" {status} {length}\n')
    return write


def serve(base_dir: str, bind: tuple[str, int], workers: int, access_log: str | None, logger, make_app) -> int:
    listener = listen(*bind)
    with open(os.path.join(base_dir, 'pidfile'), 'w', encoding='utf8') as pidfile:
        pidfile.write(str(os.getpid()))
    log = _access_log(access_log) if access_log else None
    timing = settings.load()

    def run_worker(_index: int) -> None:
        block_stop_signals()
        server = HttpServer(listener, make_app(), logger, log)
        server.start()
        wait_for_stop()
        server.stop(timing.graceful_seconds)

    logger.info('Listening at: http://%s:%s', *listener.getsockname()[:2])
    notify_ready()
    return Prefork(workers, run_worker, logger, listener).serve()
