"""zato.admin.wsgi:application, as a worker of gunicorn loads it."""

import ctypes
import os

from ..common.http_server import Request, Response
from ..common.prefork import BootError
from . import config, debug_pages
from .app import Dashboard


def load() -> 'Application':
    base_dir = os.environ.get('Zato_Dashboard_Base_Dir')
    if not base_dir:
        raise BootError('Env. variable Zato_Dashboard_Base_Dir missing')
    return Application(os.path.abspath(base_dir))


class Application:
    """Trap (facts §4): code that cannot be imported is found by the first request, and all pages are 500."""

    def __init__(self, base_dir: str):
        self._base_dir = base_dir
        self._dashboard: Dashboard | None = None

    def __call__(self, request: Request) -> Response:
        try:
            if self._dashboard is None:
                # Trap (facts §1): the library of the distribution's that no list names.
                ctypes.CDLL('libmagic.so.1')
                self._dashboard = Dashboard(config.read(self._base_dir))
        except Exception as error:
            return debug_pages.failure(request, error)
        return self._dashboard(request)
