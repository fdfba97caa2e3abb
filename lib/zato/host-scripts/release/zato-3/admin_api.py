"""The admin API of a server of Zato 3: which URL and credentials it has, how a service is asked, and what its answers look like."""

import base64
import copy
import json
import urllib.request

import own_connection


class Admin:
    """One server's admin API."""

    PATH = "/zato/admin/invoke"

    def __init__(self, url, password):
        self.base = url
        credentials = base64.b64encode(f"admin.invoke:{password}".encode()).decode()
        self.headers = {"Authorization": "Basic " + credentials, "Content-Type": "application/json"}
        self.opener = own_connection.opener()

    def invoke(self, service, request=None, all_pids=False, timeout=30):
        """The answer of an internal service; on all workers, a list of their answers."""
        envelope = {
            "name": service,
            "payload": base64.b64encode(json.dumps(request or {}).encode()).decode(),
            "channel": "invoke",
            "data_format": "json",
            "all_pids": all_pids,
            "timeout": 10,
            "skip_response_elem": True,
        }
        call = urllib.request.Request(self.base + self.PATH, json.dumps(envelope).encode(), self.headers)
        with self.opener.open(call, timeout=timeout) as reply:
            body = json.load(reply)
        encoded = body.get("response")
        answer = json.loads(base64.b64decode(encoded)) if encoded else None
        # With one worker the answer is keyed by process, with more it is a list; either may hold JSON as text.
        if all_pids:
            answers = [worker.get("pid_data") for worker in answer.values()] if isinstance(answer, dict) else answer
            return [json.loads(one) if isinstance(one, str) and one[:1] in "[{" else one for one in answers or []]
        return unwrapped(answer)

    def at(self, url):
        """The same of another server of the cluster."""
        other = copy.copy(self)
        other.base = url
        return other

    def open(self, path):
        """What anybody gets at a path."""
        return self.opener.open(self.base + path, timeout=10)

    def list(self, service, **request):
        """The rows of a get-list service."""
        return self.invoke(service, {"cluster_id": 1, **request}) or []


def unwrapped(answer):
    """Some services put their answer into one element, `zato_…_response` or `response`, with `_meta` beside it."""
    if isinstance(answer, dict) and len(answer.keys() - {"_meta"}) == 1:
        element, content = next(item for item in answer.items() if item[0] != "_meta")
        return content if element.endswith("response") else answer
    return answer
