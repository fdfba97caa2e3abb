"""From an HTTP request to a service and back, and the cases that have no answer at all (facts §0.2, §0.10, §7)."""

import json
import traceback

from ..common import http_server
from . import surface
from .channels import check_security, service_request
from .config import ServerConfig
from .context import ServerContext
from .errors import ClientHTTPError, MethodNotAllowed, NotFound, Unauthorized
from .invoker import new_cid
from .memory import HttpChannel
from .service_api import Response

_JSON = 'application/json'
_ADMIN_CHANNEL = 'zato.api.invoke'
_MEGABYTE = 1024 * 1024


def is_refused(config: ServerConfig):
    """Trap (facts §0.10): what comes in chunks, and what is too large, is not even read."""
    limit = int(config.environment.get('Zato_TCP_Max_Msg_Size') or 8) * _MEGABYTE

    def refuses(headers) -> bool:
        return 'chunked' in (headers.get('Transfer-Encoding') or '').lower() or int(headers.get('Content-Length') or 0) > limit
    return refuses


class HttpApp:
    def __init__(self, context: ServerContext):
        self._context = context

    def __call__(self, request: http_server.Request) -> http_server.Response | None:
        cid = new_cid()
        if request.path in surface.ANSWERS:
            return surface.ANSWERS[request.path]
        found = self._context.memory.match(request.path)
        if not found:
            return surface.by_prefix(request.path) or http_server.Response(404, f'URL not found (CID:{cid})', 'text/plain')
        channel, params = found
        try:
            return self._respond(channel, params, request, cid)
        except ClientHTTPError as error:
            response = _error(channel, error.status, cid, error.message)
            if isinstance(error, Unauthorized):
                response.headers['WWW-Authenticate'] = 'Basic realm="Zato"'
            return response
        except Exception as error:
            self._context.logger.info('Caught an exception, cid:`%s`, status_code:`500`, `%s`', cid, traceback.format_exc())
            if channel.name == _ADMIN_CHANNEL:
                return _error(channel, 500, cid, str(error.args[0]) if error.args else type(error).__name__)
            if channel.data_format == 'json':
                return _error(channel, 500, cid, [str(item) for item in error.args])
            # Trap (facts §0.2): `'tuple' object has no attribute 'encode'`, and the connection is closed without an answer.
            return None

    def _respond(self, channel: HttpChannel, params: dict, request: http_server.Request, cid: str) -> http_server.Response:
        if not channel.is_active:
            raise NotFound('Channel inactive')
        if channel.security_id is not None:
            check_security(self._context.memory.security[channel.security_id], request, cid)
        if channel.method and request.method != channel.method:
            raise MethodNotAllowed('405 Not Allowed')
        asked = service_request(channel, params, request)
        if not channel.is_internal:
            self._context.side_databases.audit(self._context.name, channel.name, str(asked.raw_request))
        return _http_response(channel, self._context.invoker.run(channel.service_name, asked, channel.name, cid))


def _http_response(channel: HttpChannel, response: Response) -> http_server.Response:
    payload = response.payload
    is_text = isinstance(payload, (str, bytes))
    body = payload if is_text else '' if payload is None else json.dumps(payload, separators=(',', ':'), default=str)
    content_type = response.content_type or ('text/plain' if is_text and channel.data_format != 'json' else _JSON)
    return http_server.Response(response.status_code, body, content_type, dict(response.headers))


def _error(channel: HttpChannel, status: int, cid: str, details: object) -> http_server.Response:
    if channel.data_format == 'json':
        return http_server.Response(status, json.dumps({'result': 'Error', 'cid': cid, 'details': details}), _JSON)
    return http_server.Response(status, str(details), 'text/plain')
