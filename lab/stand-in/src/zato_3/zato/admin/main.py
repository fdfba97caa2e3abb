"""How 3.2 starts web-admin: python -m zato.admin.main, one process, address from web-admin.conf (facts-3.2 §4)."""

import os
import sys

from ..common import logs
from ..common.banner import BANNER
from . import config
from .app import WebAdmin
from .serve import serve


def main() -> int:
    base_dir = os.environ.get('ZATO_DASHBOARD_BASE_DIR') or os.getcwd()
    logger = logs.set_up(os.path.join(base_dir, 'logs/web-admin.log'))
    logger.info('%s: starting web-admin', BANNER)
    read = config.read(base_dir)
    return serve(base_dir, (read.host, read.port), 1, None, logger, lambda: WebAdmin(read))


if __name__ == '__main__':
    sys.exit(main())
