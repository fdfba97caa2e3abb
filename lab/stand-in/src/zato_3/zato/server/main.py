"""The master process of a server: python -m zato.server.main P/server1 fg=True... (facts §4.2)."""

import os
import sys

from ..common import logs, settings
from ..common.banner import BANNER
from ..common.http_server import listen
from ..common.prefork import Prefork
from . import config as server_config
from .boot_lock import BootLock
from .worker import run_worker


def base_dir(argv: list[str], environment) -> str:
    """The directory comes first on the command line or from the environment; the other argument is of no use here."""
    path = argv[1] if len(argv) > 1 else environment.get('ZATO_SERVER_BASE_DIR')
    if not path:
        raise SystemExit('Usage: python -m zato.server.main PATH [options], or set ZATO_SERVER_BASE_DIR')
    return os.path.abspath(path)


def main(argv: list[str]) -> int:
    path = base_dir(argv, os.environ)
    os.chdir(path)
    config = server_config.read(path, os.environ)
    logger = logs.set_up(os.path.join(path, 'logs/server.log'))
    host, port = config.bind
    logger.info('%s: starting server %s of cluster %s on %s:%s', BANNER, config.name, config.cluster_name, host, port)

    # Trap (facts §4.2): connections are accepted from here on, long before a worker can answer them.
    listener = listen(host, port)

    # Trap (facts §4.1): the file is left behind after a stop.
    with open(os.path.join(path, 'pidfile'), 'w', encoding='utf8') as pidfile:
        pidfile.write(str(os.getpid()))

    lock = BootLock(os.path.join(path, 'work'))
    timing = settings.load()
    master = Prefork(config.workers, lambda index: run_worker(index, config, listener, lock, timing), logger, listener)
    code = master.serve()
    logger.info('Server %s stopped', config.name)
    return code


if __name__ == '__main__':
    sys.exit(main(sys.argv))
