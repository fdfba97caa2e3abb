"""A server: one process, started as python -m zato.server.main PATH OPTIONS (facts §4)."""

import os
import signal
import sys
import time

from ..common import logs, settings
from ..common.banner import BANNER
from ..common.http_server import HttpServer, listen
from . import boot
from . import config as server_config
from . import log_files
from .http_app import HttpApp, is_refused

# Between the options of the second argument.
SEPARATOR = 'Zato_Zato_Zato'

# Threads give way where they wait, and not in the middle of their work, as greenlets do: who computes keeps all others waiting (facts §5).
_SWITCH_SECONDS = 5.0


def parse_options(text: str) -> dict[str, str]:
    return dict(option.split('=', 1) for option in text.split(SEPARATOR))


def main(argv: list[str]) -> None:
    path, options = os.path.abspath(argv[1]), parse_options(argv[2])
    _store_pid(path)
    _ensure_blocked_paths()
    os.chdir(path)
    logger = logs.set_up(os.path.join(path, 'logs/server.log'))
    log_files.set_up(path)
    # Without these two there is no server, whatever they are.
    logger.debug('Options %s %s', options['sync_internal'], len(options['secret_key']))
    config = server_config.read(path, os.environ)
    logger.info('%s: starting server %s of cluster %s', BANNER, config.name, config.cluster_name)

    for stop in (signal.SIGTERM, signal.SIGINT):
        signal.signal(stop, _stop)
    context = boot.boot(config, settings.load(), logger)

    # Trap (facts §3, §5): the port opens when the server can answer, and another server may have it at the same time.
    sys.setswitchinterval(_SWITCH_SECONDS)
    listener = listen(*config.bind, is_shared=True)
    HttpServer(listener, HttpApp(context), logger, log_files.access, refuses=is_refused(config)).start()
    logger.info('Server %s is ready on %s:%s', config.name, *config.bind)
    while True:
        signal.pause()


def _stop(number: int, _frame) -> None:
    """Trap (facts §0.1): requests in flight get no answer."""
    if number == signal.SIGINT:
        time.sleep(1)
    os._exit(0)


def _store_pid(path: str) -> None:
    with open(os.path.join(path, 'pidfile'), 'w', encoding='utf8') as pidfile:
        pidfile.write(str(os.getpid()))


def _ensure_blocked_paths() -> None:
    path = os.path.join(server_config.home(), 'blocked-paths.txt')
    if not os.path.exists(path):
        with open(path, 'w', encoding='utf8') as out:
            out.write('/.env\n')


if __name__ == '__main__':
    main(sys.argv)
