"""python -m gunicorn zato.admin.wsgi:application --bind … (facts §4)."""

import argparse
import os
import sys

from zato.admin import wsgi
from zato.admin.serve import serve
from zato.common import logs
from zato.common.banner import BANNER


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog='gunicorn', description=BANNER)
    parser.add_argument('application', choices=['zato.admin.wsgi:application'])
    parser.add_argument('--bind', default='127.0.0.1:8000')
    for name in ('workers', 'timeout'):
        parser.add_argument(f'--{name}', type=int, default=1)
    for name in ('access-logfile', 'error-logfile', 'name'):
        parser.add_argument(f'--{name}')
    args = parser.parse_args(argv)
    host, _, port = args.bind.rpartition(':')
    logger = logs.set_up(args.error_logfile if args.error_logfile != '-' else None)
    logger.info('%s: starting the dashboard', BANNER)
    # Trap (facts §4): it says that it is ready before the application is there.
    return serve(os.getcwd(), (host, int(port)), args.workers, args.access_logfile, logger, wsgi.load)


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
