"""The admin API of a server of Zato 4: which URL and credentials it has, how a service is asked, and what its answers look like."""

import base64
import copy
import http.client
import json
import re
import urllib.error
import urllib.parse
import urllib.request

import own_connection


class Admin:
    """One server's admin API."""

    PATH = "/zato/api/invoke/"

    def __init__(self, url, password):
        self.base = url
        credentials = base64.b64encode(f"admin.invoke:{password}".encode()).decode()
        self.headers = {"Authorization": "Basic " + credentials, "Content-Type": "application/json"}
        self.opener = own_connection.opener()

    def invoke(self, service, request=None, all_pids=False, timeout=30):
        """The answer of an internal service; of all workers, a list of their answers: a server is one process."""
        body = json.dumps(request or {}).encode()
        call = urllib.request.Request(self.base + self.PATH + service, body, self.headers)
        with self.opener.open(call, timeout=timeout) as reply:
            text = reply.read()
        answer = json.loads(text) if text else None
        return [answer] if all_pids else answer

    def at(self, url):
        """The same of another server of the cluster."""
        other = copy.copy(self)
        other.base = url
        return other

    def open(self, path):
        """What anybody gets at a path."""
        return self.opener.open(self.base + path, timeout=10)

    def status_of(self, method, path):
        """What anybody is answered at the path of a channel, parameters filled in; 0 where the connection ends without an answer."""
        place = urllib.parse.quote(re.sub(r"\{[^}]*\}", "x", path), safe="/%")
        try:
            with self.opener.open(urllib.request.Request(self.base + place, method=method), timeout=10) as reply:
                return reply.status
        except urllib.error.HTTPError as error:
            return error.code
        except (http.client.HTTPException, ConnectionError):
            return 0

    def list(self, service, **request):
        """The rows of a get-list service."""
        return self.invoke(service, {"cluster_id": 1, **request}) or []
