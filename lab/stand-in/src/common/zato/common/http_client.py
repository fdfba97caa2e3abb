"""Calls between the components, and Zato's admin API as a client sees it (facts §7.1)."""

import json
from base64 import b64decode, b64encode
from http.client import HTTPConnection
from urllib.parse import urlsplit


class CallFailed(Exception):
    def __init__(self, status: int, body: str):
        super().__init__(f'{status} {body}')
        self.status = status
        self.body = body


def post(url: str, data: object, username: str, password: str, timeout: float = 10.0) -> tuple[int, str]:
    """POSTs JSON with HTTP Basic Auth; returns the status and the body."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or '', parts.port or 80, timeout=timeout)
    credentials = b64encode(f'{username}:{password}'.encode()).decode()
    try:
        connection.request('POST', parts.path or '/', json.dumps(data), {
            'Content-Type': 'application/json',
            'Authorization': f'Basic {credentials}',
            'Connection': 'close',
        })
        response = connection.getresponse()
        return response.status, response.read().decode(errors='replace')
    finally:
        connection.close()


class AdminClient:
    """POST /zato/admin/invoke on one server, or on the load-balancer in front of several."""

    def __init__(self, address: str, password: str, timeout: float = 10.0):
        self.url = address.rstrip('/') + '/zato/admin/invoke'
        self.password = password
        self.timeout = timeout

    def invoke(self, name: str, payload: object = None):
        """Returns what the service answered, without its zato_..._response element; raises CallFailed."""
        envelope = {
            'name': name,
            'payload': b64encode(json.dumps(payload if payload is not None else {}).encode()).decode(),
            'channel': 'invoke',
            'data_format': 'json',
            'skip_response_elem': True,
        }
        status, body = post(self.url, envelope, 'admin.invoke', self.password, self.timeout)
        if status != 200:
            raise CallFailed(status, body)
        answer = json.loads(body).get('response')
        if not answer:
            return None
        data = json.loads(b64decode(answer))
        if isinstance(data, dict) and len(data) == 1:
            (key, value), = data.items()
            if key.startswith('zato_') and key.endswith('_response'):
                return value
        return data['response'] if isinstance(data, dict) and '_meta' in data else data
