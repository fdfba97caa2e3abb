"""Looks at a Zato server of this host, or restarts it: server.py UNIT look|restart, with the password of admin.invoke on standard input.

Prints JSON: the environment and the number of workers that answer, or the seconds until all answer.
"""

import base64
import json
import subprocess
import sys
import time
import urllib.request

SETTING = "Zato_Config_Server_server__conf_main_gunicorn_"


def environment(unit):
    show = ["systemctl", "show", "--property", "MainPID", "--value", unit]
    pid = subprocess.check_output(show, text=True).strip()
    # Root of a container may not look into processes of others.
    content = subprocess.check_output(["runuser", "-u", "zato", "--", "cat", f"/proc/{pid}/environ"], text=True)
    return dict(entry.split("=", 1) for entry in content.split("\0") if entry)


def answering(address, password):
    """How many workers answer; 0 while the server starts."""
    credentials = base64.b64encode(f"admin.invoke:{password}".encode()).decode()
    request = {"name": "zato.ping", "payload": "e30=", "channel": "invoke", "data_format": "json", "all_pids": True}
    call = urllib.request.Request(
        f"http://{address}/zato/admin/invoke",
        json.dumps({**request, "timeout": 10, "skip_response_elem": True}).encode(),
        {"Authorization": f"Basic {credentials}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(call, timeout=10) as reply:
            return len(json.loads(base64.b64decode(json.load(reply)["response"])))
    except (OSError, ValueError):
        return 0


def restart(unit, address, workers, password):
    begun = time.monotonic()
    subprocess.run(["systemctl", "restart", unit], check=True)
    while answering(address, password) != workers:
        time.sleep(0.02)
    return time.monotonic() - begun


def main():
    unit, what = sys.argv[1:]
    password = sys.stdin.read()
    found = environment(unit)
    address, workers = found[SETTING + "bind"], int(found[SETTING + "workers"])
    if what == "restart":
        print(json.dumps(restart(unit, address, workers, password)))
    else:
        answer = {"environment": found, "declared": workers, "answering": answering(address, password)}
        print(json.dumps(answer))


main()
