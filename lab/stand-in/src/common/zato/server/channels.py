"""What all releases do between an HTTP request and a service: who is let in, and what the service gets."""

import hmac
import json
from base64 import b64decode

from ..common import http_server
from .errors import BadRequest, Unauthorized
from .memory import HttpChannel, Security
from .service_api import AttributeDict, HttpRequest, Request


def check_security(security: Security, request: http_server.Request, cid: str) -> None:
    if security.sec_type == 'basic_auth':
        given = _basic_credentials(request)
        is_right = given is not None and given[0] == security.username and _same(given[1], security.password)
    elif security.sec_type == 'apikey':
        is_right = _same(request.headers.get(security.header.lower(), ''), security.password)
    else:
        is_right = False  # other kinds are stored, but nobody gets in with them here
    if not is_right:
        raise Unauthorized(f'Unauthorized; cid={cid}')


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())


def _basic_credentials(request: http_server.Request) -> tuple[str, str] | None:
    kind, _, value = request.headers.get('authorization', '').partition(' ')
    if kind.lower() != 'basic':
        return None
    try:
        username, _, password = b64decode(value).decode().partition(':')
    except ValueError:
        return None
    return username, password


def service_request(channel: HttpChannel, params: dict, request: http_server.Request) -> Request:
    raw: object = request.body
    try:
        raw = request.body.decode()
    except UnicodeDecodeError:
        pass
    payload = raw
    if channel.data_format == 'json' and raw:
        try:
            payload = json.loads(request.body)
        except ValueError as error:
            raise BadRequest(f'Could not parse JSON: {error}') from error
    http = HttpRequest(request.method, request.path, AttributeDict(request.query), AttributeDict(), AttributeDict(params),
        AttributeDict(request.headers))
    return Request(payload, raw, http, AttributeDict({**request.query, **params}))
