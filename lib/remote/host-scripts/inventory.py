"""What a cluster has, compared with what is declared: services by the hash of their source, objects by their fields.

An object is known by "KIND/NAME". Passwords cannot be compared: Zato does not tell them.
"""

import json
import os
import sys
from contextlib import suppress


class Kind:
    """A kind of object: how it is listed, and how one of it is deleted."""

    def __init__(self, get_list, delete, is_own=lambda name: False, **request):
        self.get_list = get_list
        self.delete = delete
        self.is_own = is_own
        self.request = request

    def rows(self, admin):
        return [row for row in admin.list(self.get_list, **self.request) if not self.is_own(row["name"])]


REST = {"transport": "plain_http"}

KINDS = {
    "channel_rest": Kind("zato.http-soap.get-list", "zato.http-soap.delete", connection="channel", **REST),
    "outgoing_rest": Kind("zato.http-soap.get-list", "zato.http-soap.delete", connection="outgoing", **REST),
    "outconn_sql": Kind("zato.outgoing.sql.get-list", "zato.outgoing.sql.delete"),
    # Zato's own jobs come when a scheduler is started, in one cluster only: no baseline knows of them.
    "scheduler": Kind(
        "zato.scheduler.job.get-list", "zato.scheduler.job.delete", is_own=lambda name: name.startswith("zato.")
    ),
    "zato_cache_builtin": Kind("zato.cache.builtin.get-list", "zato.cache.builtin.delete"),
    "email_smtp": Kind("zato.email.smtp.get-list", "zato.email.smtp.delete"),
    # Channels refer to security definitions, so these are deleted after them.
    "basic_auth": Kind("zato.security.basic-auth.get-list", "zato.security.basic-auth.delete"),
    "apikey": Kind("zato.security.apikey.get-list", "zato.security.apikey.delete"),
    "jwt": Kind("zato.security.jwt.get-list", "zato.security.jwt.delete"),
}
SERVICE = "service"

# Comes with the library, in every cluster: it tells what a worker has really loaded.
INVENTORY = "cdktf-zato.inventory"


def actual_objects(admin):
    """All objects of the kinds that can be listed: KIND/NAME -> row."""
    return {f"{name}/{row['name']}": row for name, kind in KINDS.items() for row in kind.rows(admin)}


def own_services(admin):
    """The services that are not Zato's: name -> row."""
    rows = admin.list("zato.service.get-list")
    return {row["name"]: row for row in rows if not row.get("is_internal") and row["name"] != INVENTORY}


def loaded_services(admin):
    """What each worker of this server has loaded: a list of NAME -> hash of the source."""
    return admin.invoke(INVENTORY, all_pids=True)


def check_services(admin, wanted_file, workers):
    """Whether all workers of this server have loaded each service; WANTED_FILE has lines "NAME HASH"."""
    loaded = loaded_services(admin)
    if len(loaded) != int(workers):
        sys.exit(f"{len(loaded)} of {workers} workers answer")
    wanted = dict(line.rsplit(" ", 1) for line in read_lines(wanted_file))
    problems = {problem_of(name, worker.get(name), hash) for worker in loaded for name, hash in wanted.items()} - {""}
    if problems:
        sys.exit("\n".join(sorted(problems)))


def problem_of(name, found, wanted):
    if found is None:
        return f"{name} is not deployed"
    return "" if found == wanted else f"{name} has other code than declared"


def write_baseline(admin, target):
    """Notes what a new cluster has out of the box, so that it is never taken for somebody's own."""
    with open(target + ".new", "w", encoding="utf-8") as file:
        json.dump(sorted([*actual_objects(admin), *(f"{SERVICE}/{name}" for name in own_services(admin))]), file)
    os.replace(target + ".new", target)


def read_json(path, otherwise):
    if not os.path.exists(path):
        return otherwise
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def compare(admin, expected_file, baseline_file):
    """KIND/NAME -> {declared, actual}, each with texts by the name of a field, or None where it is not there."""
    expected = read_json(expected_file, {"objects": {}, "services": {}})
    baseline = set(read_json(baseline_file, []))
    actual, services = actual_objects(admin), own_services(admin)
    loaded = loaded_services(admin) if expected["services"] else []
    rows = {}
    for key, fields in expected["objects"].items():
        if key.split("/", 1)[0] in KINDS:
            found = actual.get(key)
            seen = None if found is None else texts({field: found.get(field) for field in fields})
            rows[key] = {"declared": texts(fields), "actual": seen}
    for name, wanted in expected["services"].items():
        seen = sorted({(worker.get(name) or "nothing")[:12] for worker in loaded})
        found = {"sha256": " and ".join(seen)} if name in services else None
        rows[f"{SERVICE}/{name}"] = {"declared": {"sha256": wanted[:12]}, "actual": found}
    undeclared = [*actual, *(f"{SERVICE}/{name}" for name in services)]
    for key in undeclared:
        if key not in rows and key not in baseline:
            rows[key] = {"declared": None, "actual": {}}
    return rows


def texts(fields):
    return {name: plain(value) for name, value in fields.items()}


def describe(fields, differing):
    """Those fields of an object that differ."""
    if fields is None:
        return "nothing"
    return ", ".join(f"{name}={text}" for name, text in sorted(fields.items()) if name in differing) or "there"


def plain(value):
    """The same text for the ways in which Zato gives one value."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def print_report(admin, expected_file, baseline_file):
    """Everything, for a comparison of clusters with each other."""
    print(json.dumps(compare(admin, expected_file, baseline_file), sort_keys=True))


def verify(admin, expected_file, baseline_file):
    """Prints what differs; fails unless all that is declared is there as declared."""
    rows = compare(admin, expected_file, baseline_file)
    differing = {key: row for key, row in rows.items() if row["declared"] not in (None, row["actual"])}
    undeclared = [key for key, row in rows.items() if row["declared"] is None]
    for key, row in sorted(differing.items()):
        declared, found = row["declared"], row["actual"]
        fields = [name for name in declared if found is None or declared[name] != found[name]]
        print(f"{key}: declared {describe(declared, fields)}; found {describe(found, fields)}")
    for key in sorted(undeclared):
        print(f"{key}: not declared; declare it, delete it, or set 'exclusive'")
    if differing:
        sys.exit(1)


def remove(admin, owned_file, wanted_file, exclusive, baseline_file):
    """Deletes what was declared once and is no more; with EXCLUSIVE also what nobody declared."""
    wanted, owned = read_lines(wanted_file), read_lines(owned_file)
    actual, services = actual_objects(admin), own_services(admin)
    present = [*actual, *(f"{SERVICE}/{name}" for name in services)]
    if exclusive == "true":
        owned |= set(present) - set(read_json(baseline_file, present))
    stale = [key for key in present if key in owned - wanted]
    # In the order of KINDS, services last: a channel whose service is gone answers 500 until the next restart.
    order = [*KINDS, SERVICE]
    for key in sorted(stale, key=lambda key: order.index(key.split("/", 1)[0])):
        kind, name = key.split("/", 1)
        row = services[name] if kind == SERVICE else actual[key]
        delete = "zato.service.delete" if kind == SERVICE else KINDS[kind].delete
        admin.invoke(delete, {"id": row["id"], "cluster_id": 1})
        print("deleted", key)


def missing_jwt(admin, expected_file):
    """The names of the JWT definitions that are declared and not there."""
    declared = [key.split("/", 1) for key in read_json(expected_file, {"objects": {}})["objects"]]
    there = {row["name"] for row in KINDS["jwt"].rows(admin)}
    return [name for kind, name in declared if kind == "jwt" and name not in there]


def has_jwt(admin, expected_file):
    """Fails if a JWT definition is missing."""
    sys.exit(1 if missing_jwt(admin, expected_file) else 0)


def create_jwt(admin, expected_file, seconds):
    """Creates those that are missing, for an import to fill in. Zato stores them at once, and never answers."""
    for name in missing_jwt(admin, expected_file):
        with suppress(TimeoutError):
            request = {"cluster_id": 1, "name": name, "is_active": False, "username": name, "ttl": 1}
            admin.invoke("zato.security.jwt.create", request, timeout=float(seconds))
    missing = missing_jwt(admin, expected_file)
    if missing:
        sys.exit(f"not created: {', '.join(missing)}")


def read_lines(path):
    with open(path, encoding="utf-8") as file:
        return {line.rstrip("\n") for line in file if line.strip()}


def ping_sql(admin, names_file):
    """Fails unless each outgoing SQL connection really connects."""
    problems = []
    rows = {row["name"]: row for row in KINDS["outconn_sql"].rows(admin)}
    for name in sorted(read_lines(names_file)):
        try:
            admin.invoke("zato.outgoing.sql.ping", {"id": rows[name]["id"], "should_raise_on_error": True})
        except OSError as error:
            detail = error.read().decode(errors="replace") if hasattr(error, "read") else ""
            problems.append(f"the SQL connection '{name}' does not connect: {last_line(detail) or error}")
    if problems:
        sys.exit("\n".join(problems))


def last_line(answer):
    """The last line of the traceback that Zato answers with."""
    try:
        details = json.loads(answer).get("details", answer)
    except ValueError:
        details = answer
    lines = [line.strip() for line in str(details).replace("\\n", "\n").splitlines() if line.strip(" .'\"}{")]
    return lines[-1] if lines else ""
