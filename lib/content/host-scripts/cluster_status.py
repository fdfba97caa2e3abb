"""Asks clusters on this host how they are. Reads what to ask, a line each, and prints a line "NAME<tab>FACT<tab>VALUE" for each fact:

server<tab>NAME<tab>ADDRESS<tab>PASSWORD_FILE<tab>SERVICES_FILE<tab>BASELINE_FILE: its workers, and the services that all of them have loaded;
rotation<tab>NAME<tab>SOCKET<tab>BACKEND/SERVER<tab>BACKEND_OF_WHAT_GOES_ONCE: what the cluster's load-balancer makes of a server;
url<tab>NAME<tab>URL: whether it answers.

Runs with the system's Python, isolated, as the user zato: what is asked may answer anything.
"""

import json
import os
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from urllib.request import ProxyHandler, build_opener

# Python's isolated mode leaves it out.
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import inventory
import objects
from admin_api import Admin

# Each question is given up after so many seconds: whoever has asked waits.
PATIENCE = 3
# No answer is read further.
MOST_BYTES = 4 << 20
# Names of services that are missing.
MOST_NAMES = 5


def server(address, password_file, services_file, baseline_file):
    """Workers that answer; services that all of them have loaded as declared, of those declared; and what tells other code from the same."""
    with open(password_file, encoding="utf-8") as file:
        admin = Admin("http://" + address, file.read())
    declared = inventory.read_services(services_file) if services_file else {}
    try:
        workers = admin.invoke(inventory.INVENTORY, all_pids=True, timeout=PATIENCE) if declared else None
    except Exception:  # It may be there without its services.
        workers = None
    if workers is None:
        yield "workers", len(objects.ping(admin, all_pids=True, timeout=PATIENCE))
        if declared:
            yield from services_facts({}, declared, ())
        return
    yield "workers", len(workers)
    yield from services_facts(common(workers), declared, set(inventory.read_json(baseline_file, [])))


def common(workers):
    """What all workers have loaded alike."""
    first, *others = [worker for worker in workers if isinstance(worker, dict)] or [{}]
    return {name: code for name, code in first.items() if all(other.get(name) == code for other in others)}


def services_facts(loaded, declared, baseline):
    missing = sorted(name for name, code in declared.items() if loaded.get(name) != code)
    yield "services", f"{len(declared) - len(missing)} {len(declared)}"
    if missing:
        yield "missing", " ".join(missing[:MOST_NAMES])
    # Zato's own differ where the build does, and its example in each server: its source holds the path of its file.
    own = {name: str(code) for name, code in loaded.items() if name in declared or not came_with_zato(name, baseline)}
    yield "code", sha256(json.dumps(own, sort_keys=True).encode()).hexdigest()


def came_with_zato(name, baseline):
    return name == inventory.INVENTORY or inventory.is_zatos_own(f"{inventory.SERVICE}/{name}", baseline)


def rotation(path, back_end_server, back_end_once):
    """The state in which the load-balancer has a server, and how many requests it works on, those that must not be repeated included."""
    back_end, name = back_end_server.split("/", 1)
    rows = [row.split(",") for row in show_stat(path).splitlines()]
    mine = [row for row in rows if len(row) > 17 and row[0] in (back_end, back_end_once) and row[1] == name]
    states = [state(row) for row in mine if row[0] == back_end]
    # In one of the two somebody may have taken it out alone.
    out = [one for one in map(state, mine) if one in ("MAINT", "DRAIN")]
    if states == ["UP"] and out:
        states = out
    requests = sum(int(row[4]) for row in mine if row[4].isdecimal())
    yield "rotation", f"{states[0] if states and states[0].isalpha() else 'unknown'} {requests}"


def state(row):
    """In the words of HAProxy, which calls one UP that its weight keeps from requests."""
    word = row[17].split(" ")[0]
    return "DRAIN" if word == "UP" and row[18:19] == ["0"] else word


def show_stat(path):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(PATIENCE)
        connection.connect(path)
        connection.sendall(b"show stat\n")
        said = b""
        while len(said) < MOST_BYTES and (piece := connection.recv(65536)):
            said += piece
    return said.decode(errors="replace")


def url(address):
    # Loopback is never behind a proxy, whatever the environment says.
    with build_opener(ProxyHandler({})).open(address, timeout=PATIENCE) as reply:
        yield "answers", "yes" if reply.status == 200 else "no"


ASK = {"server": server, "rotation": rotation, "url": url}

# What is said where there is no answer.
SILENCE = {"server": ("workers", 0), "rotation": ("rotation", "unknown 0"), "url": ("answers", "no")}


def facts_of(question):
    kind, name, *arguments = question
    try:
        found = list(ASK[kind](*arguments))
    except Exception:  # Whatever it is, it is no answer.
        found = [SILENCE[kind]]
    return "".join(f"{name}\t{fact}\t{one_line(value)}\n" for fact, value in found)


def one_line(value):
    return "".join(character if character.isprintable() else "?" for character in str(value))


def main():
    questions = [line.rstrip("\n").split("\t") for line in sys.stdin]
    with ThreadPoolExecutor(max_workers=32) as pool:
        sys.stdout.write("".join(pool.map(facts_of, questions)))


if __name__ == "__main__":
    main()
