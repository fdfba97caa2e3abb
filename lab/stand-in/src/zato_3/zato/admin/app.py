"""Web-admin's pages, as far as somebody checks that it works (facts §7.8, §8)."""

import hmac
import html
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, quote
from uuid import uuid4

from ..common.banner import BANNER
from ..common.http_client import AdminClient
from ..common.http_server import Request, Response
from . import sessions
from .config import WebAdminConfig

_LOGIN = '/accounts/login/'


class WebAdmin:
    def __init__(self, config: WebAdminConfig):
        self._config = config
        self._pages = {
            '/zato/': self._clusters,
            '/zato/cluster/': self._clusters,
            '/zato/server/': self._servers,
            '/zato/cluster/servers/': self._servers,
            '/zato/service/': self._services,
            '/zato/outgoing/sql/': self._sql,
            '/zato/load-balancer/manage/cluster/1/': self._load_balancer,
        }

    def __call__(self, request: Request) -> Response:
        cookies = {name: item.value for name, item in SimpleCookie(request.headers.get('cookie', '')).items()}
        if request.path == _LOGIN:
            return self._log_in(request, cookies) if request.method == 'POST' else _login_form(request.query.get('next', '/zato/'))
        if request.path == '/':
            return Response(302, '', 'text/html', {'Location': '/zato/'})
        if not sessions.is_valid(self._config.odb, cookies.get('sessionid', '')):
            return Response(302, '', 'text/html', {'Location': f'{_LOGIN}?next={quote(request.path)}'})
        page = self._pages.get(request.path)
        if not page:
            return _page(404, 'Not found', [])
        try:
            return page()
        except Exception as error:
            # Trap (facts §8): a load-balancer that denies /zato/admin/invoke, or another password, makes these pages fail.
            return _page(500, 'Server error', [f'{type(error).__name__}: {error}'])

    def _log_in(self, request: Request, cookies: dict[str, str]) -> Response:
        form = {name: values[-1] for name, values in parse_qs(request.body.decode(errors='replace')).items()}
        token = cookies.get('csrftoken', '')
        if not token or not hmac.compare_digest(token.encode(), form.get('csrfmiddlewaretoken', '').encode()):
            return _page(403, 'CSRF verification failed. Request aborted.', [])
        target = form.get('next') or '/zato/'
        key = sessions.log_in(self._config.odb, form.get('username', ''), form.get('password', ''))
        if not key:
            return _login_form(target, 'Your username and password did not match. Please try again.')
        return Response(302, '', 'text/html', {'Location': target, 'Set-Cookie': f'sessionid={key}; HttpOnly; Path=/; SameSite=Lax'})

    def _rows(self, sql: str) -> list[dict]:
        with self._config.odb.session() as session:
            return session.all(sql)

    def _invoke(self, name: str, payload: dict):
        """Trap (facts §8): through the cluster's load-balancer, not directly to a server."""
        cluster = self._rows('SELECT id, lb_host, lb_port FROM cluster ORDER BY id')[0]
        client = AdminClient(f"http://{cluster['lb_host']}:{cluster['lb_port']}", self._config.admin_invoke_password)
        return client.invoke(name, {**payload, 'cluster_id': cluster['id']})

    def _clusters(self) -> Response:
        """Those in its own ODB, so one web-admin per cluster (facts §7.8)."""
        return _page(200, 'Clusters', [row['name'] for row in self._rows('SELECT name FROM cluster ORDER BY name')])

    def _servers(self) -> Response:
        rows = self._rows('SELECT name, preferred_address, bind_port, up_status FROM server ORDER BY name')
        return _page(200, 'Servers', [' '.join(str(value) for value in row.values()) for row in rows])

    def _services(self) -> Response:
        return _page(200, 'Services', [row['name'] for row in self._invoke('zato.service.get-list', {})])

    def _sql(self) -> Response:
        rows = self._invoke('zato.outgoing.sql.get-list', {})
        return _page(200, 'Outgoing SQL connections', [f"{row['name']} {row['engine']} {row['host']}" for row in rows])

    def _load_balancer(self) -> Response:
        raise ConnectionRefusedError('the stand-in has no load-balancer agent (127.0.0.1:20151)')


def _login_form(target: str, error: str = '') -> Response:
    token = uuid4().hex
    body = f'''<p>{html.escape(error)}</p><form method="post" action="{_LOGIN}">
<input type="hidden" name="csrfmiddlewaretoken" value="{token}">
<input type="hidden" name="next" value="{html.escape(target)}">
<input name="username"> <input name="password" type="password"> <button>Log in</button></form>'''
    return Response(200, _document('Log in', body), 'text/html; charset=utf-8',
        {'Set-Cookie': f'csrftoken={token}; Path=/; SameSite=Lax'})


def _page(status: int, title: str, lines: list[str]) -> Response:
    items = ''.join(f'<li>{html.escape(line)}</li>' for line in lines)
    return Response(status, _document(title, f'<ul>{items}</ul>'), 'text/html; charset=utf-8')


def _document(title: str, body: str) -> str:
    return f'<!DOCTYPE html><title>{html.escape(title)}</title><h1>{html.escape(title)}</h1>{body}<footer>{BANNER}</footer>\n'
