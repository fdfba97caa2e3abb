"""The admin API as a client sees it: POST /zato/api/invoke/SERVICE, plain JSON in and out (facts §7)."""

import json

from .common.http_client import CallFailed, post


class AdminClient:
    def __init__(self, address: str, password: str, timeout: float = 30.0):
        self.address = address.rstrip('/')
        self.password = password
        self.timeout = timeout

    def invoke(self, name: str, payload: object = None):
        """Raises CallFailed, or OSError where there is no answer at all."""
        status, body = post(f'{self.address}/zato/api/invoke/{name}', payload if payload is not None else {}, 'admin.invoke',
            self.password, self.timeout)
        if status != 200:
            raise CallFailed(status, body)
        try:
            return json.loads(body) if body else None
        except ValueError:
            return body
