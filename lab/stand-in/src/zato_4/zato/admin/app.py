"""The dashboard's pages, as far as somebody checks that it works (facts §9)."""

import os
from datetime import datetime

from ..client import AdminClient
from ..common.http_server import Request, Response
from . import debug_pages
from .config import WebAdminConfig
from .site import Site, page

# Trap (facts §5): whatever the address of the server is.
_SERVER = 'http://127.0.0.1:17010'


class Dashboard(Site):
    def __init__(self, config: WebAdminConfig):
        super().__init__(config)
        self._client = AdminClient(_SERVER, config.admin_invoke_password)
        self.pages = {
            '/zato/': self._home,
            '/zato/cluster/servers/': self._servers,
            '/zato/service/': lambda: self._names('Services', 'zato.service.get-list'),
            '/zato/http-soap/': lambda: self._names('REST channels', 'zato.http-soap.get-list', connection='channel'),
            '/zato/security/basic-auth/': lambda: self._names('Basic Auth', 'zato.security.basic-auth.get-list'),
            '/zato/outgoing/sql/': self._sql,
            '/zato/scheduler/': self._scheduler,
        }

    def is_open(self, request: Request) -> bool:
        return request.path not in self.pages

    def not_found(self, request: Request) -> Response:
        return debug_pages.not_found(request)

    def failed(self, request: Request, error: Exception) -> Response:
        return debug_pages.failure(request, error)

    def _rows(self, service: str, **request) -> list[dict]:
        """Trap (facts §8): what servers answer is logged, passwords of SQL connections among it."""
        rows = self._client.invoke(service, {'cluster_id': 1, **request})
        with open(os.path.join(self._config.base_dir, 'logs/server.log'), 'a', encoding='utf8') as log:
            log.write(f'{datetime.now().isoformat()} Response; service:`{service}`, data:`{rows}`\n')
        return rows  # type: ignore[return-value]

    def _names(self, title: str, service: str, **request) -> Response:
        return page(200, title, [row['name'] for row in self._rows(service, **request)])

    def _home(self) -> Response:
        """Asks the server, as any page does."""
        self._client.invoke('demo.ping')
        return self.clusters()

    def _servers(self) -> Response:
        return self._names('Servers', 'zato.server.get-list')

    def _sql(self) -> Response:
        """Trap (facts §8): of a connection without `audit_log` there is no page."""
        lines = []
        for row in self._rows('zato.outgoing.sql.get-list'):
            if 'audit_log' not in row:
                raise AttributeError('audit_log')
            lines.append(f"{row['name']} {row['engine']} {row['host']} {row['audit_log']}")
        return page(200, 'Outgoing SQL connections', lines)

    def _scheduler(self) -> Response:
        """Trap (facts §9)."""
        raise LookupError('UnknownTimeZoneError: None')
