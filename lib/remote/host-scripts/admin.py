"""Asks the admin API of one Zato server, on loopback: admin.py URL PASSWORD_FILE COMMAND [ARGUMENT...].

Runs with the system's Python, isolated, as the user zato: what a server answers may be anything. The password is read from a
file, so that no process list shows it.
"""

import base64
import json
import os
import sys
import urllib.error
import urllib.request

# Python's isolated mode leaves it out.
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import deletions
import inventory


class Admin:
    """One server's admin API."""

    def __init__(self, url, password):
        self.url = url + "/zato/admin/invoke"
        credentials = base64.b64encode(f"admin.invoke:{password}".encode()).decode()
        self.headers = {"Authorization": "Basic " + credentials, "Content-Type": "application/json"}
        # Loopback is never behind a proxy, whatever the environment says.
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

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
        call = urllib.request.Request(self.url, json.dumps(envelope).encode(), self.headers)
        with self.opener.open(call, timeout=timeout) as reply:
            body = json.load(reply)
        encoded = body.get("response")
        answer = json.loads(base64.b64decode(encoded)) if encoded else None
        # With one worker the answer is keyed by process, with more it is a list; either may hold JSON as text.
        if all_pids:
            answers = [worker.get("pid_data") for worker in answer.values()] if isinstance(answer, dict) else answer
            return [json.loads(one) if isinstance(one, str) and one[:1] in "[{" else one for one in answers or []]
        return unwrapped(answer)

    def list(self, service, **request):
        """The rows of a get-list service."""
        return self.invoke(service, {"cluster_id": 1, **request}) or []


def unwrapped(answer):
    """Some services put their answer into one element, `zato_…_response` or `response`, with `_meta` beside it."""
    if isinstance(answer, dict) and len(answer.keys() - {"_meta"}) == 1:
        element, content = next(item for item in answer.items() if item[0] != "_meta")
        return content if element.endswith("response") else answer
    return answer


def count_workers(admin):
    """How many workers of the server answer."""
    print(len(admin.invoke("zato.ping", all_pids=True)))


def close_channels(admin, *paths):
    """Deletes the REST channels with these URL paths."""
    for channel in inventory.KINDS["channel_rest"].rows(admin):
        if channel["url_path"] in paths:
            admin.invoke("zato.http-soap.delete", {"id": channel["id"]})
            print("closed", channel["url_path"])


def change_password(admin, definition, file):
    """The password of a Basic Auth definition, on all servers of the cluster; it may be the one that we call with."""
    with open(file, encoding="utf-8") as new:
        password = new.read()
    request = {"id": int(definition), "password1": password, "password2": password}
    admin.invoke("zato.security.basic-auth.change-password", request)


COMMANDS = {
    "count-workers": count_workers,
    "close-channels": close_channels,
    "change-password": change_password,
    "services": inventory.check_services,
    "baseline": inventory.print_baseline,
    "report": inventory.print_report,
    "verify": inventory.verify,
    "has-jwt": inventory.has_jwt,
    "create-jwt": inventory.create_jwt,
    "remove": deletions.remove,
    "stages": inventory.print_stages,
    "make-way": deletions.make_way,
    "close-unsecured": inventory.close_unsecured,
    "ping-sql": inventory.ping_sql,
    "refresh-sql": inventory.refresh_sql,
}


def main():
    url, password_file, command, *arguments = sys.argv[1:]
    with open(password_file, encoding="utf-8") as file:
        admin = Admin(url, file.read())
    try:
        COMMANDS[command](admin, *arguments)
    except urllib.error.HTTPError as error:
        sys.exit(f"{command}: the server answered {error.code}: {error.read().decode(errors='replace')[-2000:]}")
    except (urllib.error.URLError, OSError) as error:
        sys.exit(f"{command}: {error}")


if __name__ == "__main__":
    main()
