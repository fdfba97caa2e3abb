"""bin/gunicorn, for the one application that a Zato environment starts with it: 3.3's web-admin (facts §4.2)."""

import argparse
import os
import sys

from ..common import logs
from ..common.banner import BANNER
from . import config
from .app import WebAdmin
from .serve import serve

_APPLICATION = 'zato.admin.wsgi:application'


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog='gunicorn', description=BANNER)
    parser.add_argument('application', choices=[_APPLICATION])
    parser.add_argument('--bind', default='127.0.0.1:8000')
    parser.add_argument('--workers', type=int, default=1)
    parser.add_argument('--access-logfile')
    parser.add_argument('--error-logfile')
    parser.add_argument('--name')
    args = parser.parse_args(argv)
    host, _, port = args.bind.rpartition(':')
    base_dir = os.environ.get('Zato_Dashboard_Base_Dir') or os.environ.get('ZATO_DASHBOARD_BASE_DIR') or os.getcwd()
    logger = logs.set_up(args.error_logfile if args.error_logfile != '-' else None)
    logger.info('%s: starting web-admin', BANNER)
    read = config.read(base_dir)
    return serve(base_dir, (host, int(port)), args.workers, args.access_logfile, logger, lambda: WebAdmin(read))


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
