"""Web-admin's frame: log-in, sessions, and which page a path is."""

import hmac
import html
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, quote
from uuid import uuid4

from ..common.banner import BANNER
from ..common.http_server import Request, Response
from . import sessions
from .config import WebAdminConfig

_LOGIN = '/accounts/login/'


class Site:
    """A release's own has the pages, by path, and says what a failure looks like."""

    pages: dict

    def __init__(self, config: WebAdminConfig):
        self._config = config

    def __call__(self, request: Request) -> Response:
        cookies = {name: item.value for name, item in SimpleCookie(request.headers.get('cookie', '')).items()}
        if request.path == _LOGIN:
            return self._log_in(request, cookies) if request.method == 'POST' else _login_form(request.query.get('next', '/zato/'))
        if request.path == '/':
            return Response(302, '', 'text/html', {'Location': '/zato/'})
        if not self.is_open(request) and not sessions.is_valid(self._config.odb, cookies.get('sessionid', '')):
            return Response(302, '', 'text/html', {'Location': f'{_LOGIN}?next={quote(request.path)}'})
        found = self.pages.get(request.path)
        if not found:
            return self.not_found(request)
        try:
            return found()
        except Exception as error:
            return self.failed(request, error)

    def is_open(self, _request: Request) -> bool:
        """Whether no log-in is needed."""
        return False

    def not_found(self, _request: Request) -> Response:
        return page(404, 'Not found', [])

    def failed(self, _request: Request, error: Exception) -> Response:
        return page(500, 'Server error', [f'{type(error).__name__}: {error}'])

    def rows(self, sql: str) -> list[dict]:
        with self._config.odb.session() as session:
            return session.all(sql)

    def clusters(self) -> Response:
        """Those in its own ODB, so one web-admin per cluster (facts §7.8)."""
        return page(200, 'Clusters', [row['name'] for row in self.rows('SELECT name FROM cluster ORDER BY name')])

    def servers(self) -> Response:
        rows = self.rows('SELECT name, preferred_address, bind_port, up_status FROM server ORDER BY name')
        return page(200, 'Servers', [' '.join(str(value) for value in row.values()) for row in rows])

    def _log_in(self, request: Request, cookies: dict[str, str]) -> Response:
        form = {name: values[-1] for name, values in parse_qs(request.body.decode(errors='replace')).items()}
        token = cookies.get('csrftoken', '')
        if not token or not hmac.compare_digest(token.encode(), form.get('csrfmiddlewaretoken', '').encode()):
            return page(403, 'CSRF verification failed. Request aborted.', [])
        target = form.get('next') or '/zato/'
        key = sessions.log_in(self._config.odb, form.get('username', ''), form.get('password', ''))
        if not key:
            return _login_form(target, 'Your username and password did not match. Please try again.')
        return Response(302, '', 'text/html', {'Location': target, 'Set-Cookie': f'sessionid={key}; HttpOnly; Path=/; SameSite=Lax'})


def _login_form(target: str, error: str = '') -> Response:
    token = uuid4().hex
    body = f'''<p>{html.escape(error)}</p><form method="post" action="{_LOGIN}">
<input type="hidden" name="csrfmiddlewaretoken" value="{token}">
<input type="hidden" name="next" value="{html.escape(target)}">
<input name="username"> <input name="password" type="password"> <button>Log in</button></form>'''
    return Response(200, document('Log in', body), 'text/html; charset=utf-8',
        {'Set-Cookie': f'csrftoken={token}; Path=/; SameSite=Lax'})


def page(status: int, title: str, lines: list[str]) -> Response:
    items = ''.join(f'<li>{html.escape(line)}</li>' for line in lines)
    return Response(status, document(title, f'<ul>{items}</ul>'), 'text/html; charset=utf-8')


def document(title: str, body: str) -> str:
    return f'<!DOCTYPE html><title>{html.escape(title)}</title><h1>{html.escape(title)}</h1>{body}<footer>{BANNER}</footer>\n'
