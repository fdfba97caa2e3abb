"""Web-admin's pages, as far as somebody checks that it works (facts §7.8, §8)."""

from ..common.http_client import AdminClient
from ..common.http_server import Response
from .config import WebAdminConfig
from .site import Site, page


class WebAdmin(Site):
    """Trap (facts §8): a load-balancer that denies /zato/admin/invoke, or another password, makes pages fail."""

    def __init__(self, config: WebAdminConfig):
        super().__init__(config)
        self.pages = {
            '/zato/': self.clusters,
            '/zato/cluster/': self.clusters,
            '/zato/server/': self.servers,
            '/zato/cluster/servers/': self.servers,
            '/zato/service/': self._services,
            '/zato/outgoing/sql/': self._sql,
            '/zato/load-balancer/manage/cluster/1/': self._load_balancer,
        }

    def _invoke(self, name: str, payload: dict):
        """Trap (facts §8): through the cluster's load-balancer, not directly to a server."""
        cluster = self.rows('SELECT id, lb_host, lb_port FROM cluster ORDER BY id')[0]
        client = AdminClient(f"http://{cluster['lb_host']}:{cluster['lb_port']}", self._config.admin_invoke_password)
        return client.invoke(name, {**payload, 'cluster_id': cluster['id']})

    def _services(self) -> Response:
        return page(200, 'Services', [row['name'] for row in self._invoke('zato.service.get-list', {})])

    def _sql(self) -> Response:
        rows = self._invoke('zato.outgoing.sql.get-list', {})
        return page(200, 'Outgoing SQL connections', [f"{row['name']} {row['engine']} {row['host']}" for row in rows])

    def _load_balancer(self) -> Response:
        raise ConnectionRefusedError('the stand-in has no load-balancer agent (127.0.0.1:20151)')
