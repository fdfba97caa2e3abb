"""From an HTTP request to a service and back: channel, security, payload, response (facts §7.0, §7.1)."""

import json
import traceback
from datetime import datetime

from ..common import http_server
from .channels import check_security, service_request
from .context import ServerContext
from .errors import ClientHTTPError, MethodNotAllowed, NotFound, Unauthorized
from .invoker import new_cid
from .memory import HttpChannel
from .service_api import Response

_JSON = 'application/json'
_ADMIN_CHANNEL = 'admin.invoke'


class HttpApp:
    def __init__(self, context: ServerContext):
        self._context = context

    def __call__(self, request: http_server.Request) -> http_server.Response:
        cid = new_cid()
        found = self._context.memory.match(request.path)
        if not found:
            self._context.logger.warning('URL not found `%s` (Method:%s; CID:%s)', request.path, request.method, cid)
            return http_server.Response(404, f'URL not found (CID:{cid})', 'text/plain', {'X-Zato-CID': cid})
        channel, params = found
        try:
            response = self._respond(channel, params, request, cid)
        except ClientHTTPError as error:
            response = _error(channel, error.status, cid, error.message)
            if isinstance(error, Unauthorized):
                response.headers['WWW-Authenticate'] = 'Basic realm="Zato"'
        except Exception as error:
            self._context.logger.info('Caught an exception, cid:`%s`, status_code:`500`, `%s`', cid, traceback.format_exc())
            details = _admin_details(error, cid) if channel.name == _ADMIN_CHANNEL else [str(item) for item in error.args]
            response = _error(channel, 500, cid, details)
        response.headers['X-Zato-CID'] = cid
        return response

    def _respond(self, channel: HttpChannel, params: dict, request: http_server.Request, cid: str) -> http_server.Response:
        if not channel.is_active:
            raise NotFound('Channel inactive')
        self._context.memory.require_secured(channel)
        if channel.security_id is not None:
            check_security(self._context.memory.security[channel.security_id], request, cid)
        if channel.method and request.method != channel.method:
            raise MethodNotAllowed('405 Not Allowed')
        response = self._context.invoker.run(channel.service_name, service_request(channel, params, request), channel.name, cid)
        return _http_response(channel, response, cid)


def _http_response(channel: HttpChannel, response: Response, cid: str) -> http_server.Response:
    payload = response.payload
    if channel.is_internal and isinstance(payload, dict) and channel.service_name != 'pub.zato.service.service-invoker':
        payload = {**payload, 'zato_env': {'result': 'ZATO_OK', 'cid': cid, 'details': ''}}
    is_text = isinstance(payload, (str, bytes))
    body = payload if is_text else '' if payload is None else json.dumps(payload, separators=(',', ':'), default=str)
    content_type = response.content_type or ('text/plain' if is_text and channel.data_format != 'json' else _JSON)
    return http_server.Response(response.status_code, body, content_type, dict(response.headers))


def _admin_details(error: Exception, cid: str) -> str:
    """Trap (measured on 3.3): the error stands above the traceback, and what is last is the version."""
    cause = f">>> {type(error).__name__}: '{error}'\n>>> File x, line 1"
    return (f'··· Error ···\n\n{cause}\n\n··· Details ···\n\n{traceback.format_exc()}\n··· Context ···\n\n{cid}\n'
        f'{datetime.utcnow().isoformat()} (UTC)\nZato stand-in')


def _error(channel: HttpChannel, status: int, cid: str, details: object) -> http_server.Response:
    if channel.data_format == 'json':
        return http_server.Response(status, json.dumps({'result': 'Error', 'cid': cid, 'details': details}), _JSON)
    text = details if isinstance(details, str) else str(tuple(details))  # type: ignore[arg-type]
    return http_server.Response(status, text, 'text/plain')
