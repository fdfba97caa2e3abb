"""A cluster that somebody else has installed: whether content may be brought to it, and how services get there."""

import base64
import http.client
import json
import sys
import urllib.error

import inventory
import objects


def require_fit(admin, expected_file, owned_file, health_path, own_folder, *others):
    """Fails, before anything is changed, unless all servers are Zato's, let us in, and run the same code as each other."""
    servers = [admin, *(admin.at(url) for url in others)]
    for server in servers:
        require_zato(server, health_path)
        require_admitted(server)
    require_all(servers)
    declared = inventory.read_json(expected_file, {"services": {}})["services"]
    known = {key.split("/", 1)[1] for key in inventory.read_lines(owned_file) if key.startswith(inventory.SERVICE + "/")}
    sources = {server.base: objects.sources_of(server, inventory.own_services(server)) for server in servers}
    require_same(sources, {*declared, *known, objects.DIFFERENT_IN_EACH_SERVER})
    require_ours(sources[admin.base], declared, own_folder)


def require_zato(server, health_path):
    try:
        with server.open(health_path) as reply:
            if not objects.is_of_zato(json.load(reply)):
                raise ValueError
    except (urllib.error.HTTPError, http.client.HTTPException, ConnectionResetError, ValueError):
        sys.exit(f"what answers at {server.base} is no server of Zato; see which port its server.conf says, and whether another program has it")
    except OSError as error:
        sys.exit(f"the server at {server.base} does not answer ({getattr(error, 'reason', error)}); start it")


def require_admitted(server):
    try:
        objects.ping(server)
    except urllib.error.HTTPError as error:
        if error.code == 401:
            sys.exit(f"the server at {server.base} refuses the password of admin.invoke; give the one that it has now, or none, and it is read where Zato keeps it")
        sys.exit(f"nobody may reach the admin API of the server at {server.base}, it answers {error.code}; put its channel {server.PATH} back")


def require_all(servers):
    """That those which run in the cluster are those that are declared: else some would go without."""
    rows = objects.running_servers(servers[0])
    if len(rows) > len(servers):
        names = ", ".join(f"{row['name']} at {row.get('bind_host')}:{row.get('bind_port')}" for row in rows)
        sys.exit(f"the cluster has {len(rows)} servers that run ({names}), and the folders of {len(servers)} are declared; name those of all in 'servers', or delete in web-admin what is gone")


def require_same(sources, ours):
    names = sorted({name for found in sources.values() for name in found if not objects.is_own_name(name)} - ours)
    differing = [name for name in names if len({found.get(name, (None,))[0] for found in sources.values()}) > 1]
    if differing:
        sys.exit(f"the servers of the cluster run different code of {', '.join(differing)}; deploy it to all of them, or restart those that are behind")


def require_ours(found, declared, own_folder):
    """What lies in a folder of the owner's that servers read at each start would take the place of what is declared again."""
    for name, wanted in declared.items():
        hash, path = found.get(name, (wanted, ""))
        if hash != wanted and path and f"/{own_folder}/" not in path:
            sys.exit(f"the service {name} comes from {path}, which the servers read again at each start; take it away there, or make it the one that is declared")


def upload(admin, *words):
    """NAME FILE...: files of services, to all servers of the cluster, which keep them."""
    for name, path in zip(words[::2], words[1::2]):
        with open(path, "rb") as file:
            payload = base64.b64encode(file.read()).decode()
        objects.upload(admin, name, payload)
        print("uploaded", name)
