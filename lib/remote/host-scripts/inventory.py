"""What a cluster has, compared with what is declared: services by the hash of their source, objects by their fields.

An object is known by "KIND/NAME". Passwords cannot be compared: Zato does not tell them.
"""

import json
import os
import sys
import urllib.error
from contextlib import suppress
from secrets import token_hex


class Kind:
    """A kind of object: how it is listed, and how one of it is deleted."""

    def __init__(self, prefix, **request):
        self.get_list = prefix + ".get-list"
        self.delete = prefix + ".delete"
        self.request = request

    def rows(self, admin):
        return admin.list(self.get_list, **self.request)


def rest(connection, transport="plain_http"):
    return Kind("zato.http-soap", connection=connection, transport=transport)


# By their sections in an enmasse file, in the order in which they are deleted: what refers to others comes before them.
KINDS = {
    "channel_rest": rest("channel"),
    "outgoing_rest": rest("outgoing"),
    "channel_soap": rest("channel", "soap"),
    "outconn_soap": rest("outgoing", "soap"),
    "channel_amqp": Kind("zato.channel.amqp"),
    "pubsub_endpoint": Kind("zato.pubsub.endpoint"),
    "pubsub_topic": Kind("zato.pubsub.topic"),
    "web_socket": Kind("zato.channel.web-socket"),
    "security_groups": Kind("zato.groups", group_type="zato-api-creds"),
    "outconn_amqp": Kind("zato.outgoing.amqp"),
    "def_amqp": Kind("zato.definition.amqp"),
    "outconn_sql": Kind("zato.outgoing.sql"),
    "outconn_ftp": Kind("zato.outgoing.ftp"),
    "outgoing_ldap": Kind("zato.generic.connection", type_="outconn-ldap"),
    "outgoing_wsx": Kind("zato.generic.connection", type_="outconn-wsx"),
    "scheduler": Kind("zato.scheduler.job"),
    "zato_cache_builtin": Kind("zato.cache.builtin"),
    "email_smtp": Kind("zato.email.smtp"),
    "email_imap": Kind("zato.email.imap"),
    "basic_auth": Kind("zato.security.basic-auth"),
    "apikey": Kind("zato.security.apikey"),
    "jwt": Kind("zato.security.jwt"),
    "oauth": Kind("zato.security.oauth"),
    "ntlm": Kind("zato.security.ntlm"),
    "aws": Kind("zato.security.aws"),
}
# Those that the library has constructs for.
TYPED = set("channel_rest outgoing_rest outconn_sql scheduler zato_cache_builtin email_smtp basic_auth apikey jwt".split())
SERVICE = "service"

# Comes with the library, in every cluster: it tells what a worker has really loaded.
INVENTORY = "cdktf-zato.inventory"

# In the place of the hash of a service's source.
ANY_CODE = "any"


def actual_objects(admin, needed=()):
    """All objects of the kinds that can be listed: KIND/NAME -> row. NEEDED are objects that are to be among them."""
    found = {}
    needed_kinds = TYPED | {key.split("/", 1)[0] for key in needed}
    for name, kind in KINDS.items():
        try:
            found.update({f"{name}/{row['name']}": row for row in kind.rows(admin)})
        except urllib.error.HTTPError as error:
            # A release may lack a kind that nobody uses. enmasse does not mind either.
            if name in needed_kinds:
                raise
            print(f"objects of the kind {name} cannot be listed: {error}", file=sys.stderr)
    return found


def own_services(admin):
    """The services that are not Zato's: name -> row."""
    rows = admin.list("zato.service.get-list")
    return {row["name"]: row for row in rows if not row.get("is_internal") and row["name"] != INVENTORY}


def loaded_services(admin):
    """What each worker of this server has loaded: a list of NAME -> hash of the source."""
    return admin.invoke(INVENTORY, all_pids=True)


def check_services(admin, wanted_file, workers):
    """Whether all workers of this server have loaded each service; WANTED_FILE has lines "NAME HASH", or "NAME any"."""
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
    return "" if wanted in (found, ANY_CODE) else f"{name} has other code than declared"


def print_baseline(admin):
    """What a new cluster has out of the box, so that it is never taken for somebody's own."""
    print(json.dumps(sorted([*actual_objects(admin), *(f"{SERVICE}/{name}" for name in own_services(admin))])))


def read_json(path, otherwise):
    if not os.path.exists(path):
        return otherwise
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def compare(admin, expected_file, baseline_file):
    """KIND/NAME -> {declared, actual}, each with texts by the name of a field, or None where it is not there."""
    expected = read_json(expected_file, {"objects": {}, "services": {}})
    baseline = set(read_json(baseline_file, []))
    actual, services = actual_objects(admin, expected["objects"]), own_services(admin)
    loaded = loaded_services(admin) if expected["services"] else []
    rows = {}
    for key, fields in expected["objects"].items():
        if key.split("/", 1)[0] in KINDS:
            found = actual.get(key)
            also = expected.get("fields", {}).get(key, {})
            compared = {**{field: value for field, value in also.items() if is_listed(found, field, value)}, **fields}
            seen = None if found is None else texts({field: found.get(field) for field in compared})
            rows[key] = {"declared": texts(compared), "actual": seen}
    for name, wanted in expected["services"].items():
        seen = sorted({(worker.get(name) or "nothing")[:12] for worker in loaded})
        found = {"sha256": " and ".join(seen)} if name in services else None
        rows[f"{SERVICE}/{name}"] = {"declared": {"sha256": wanted[:12]}, "actual": found}
    undeclared = [*actual, *(f"{SERVICE}/{name}" for name in services)]
    for key in undeclared:
        if key not in rows and not is_zatos_own(key, baseline):
            rows[key] = {"declared": None, "actual": {}}
    return rows


def is_listed(row, field, declared):
    """Whether Zato lists a field in a way that can be compared: lists and maps come back in other shapes."""
    listed = (row or {}).get(field)
    return listed is not None and not isinstance(listed, (list, dict)) and not isinstance(declared, (list, dict))


def print_stages(admin, expected_file):
    """The numbers of the stages that are to be imported ahead: in one import Zato edits what is there before it creates what is new,
    so that what is there cannot be bound to it; and groups after the channels that take clients of them, be these new or not. What
    cannot be listed may be there or not."""
    expected = read_json(expected_file, {})
    stages, references = expected.get("stages", []), expected.get("references", {})
    actual = actual_objects(admin, expected["objects"]) if stages else {}
    for number, keys in enumerate(stages):
        unknown = {key for key in keys if key.split("/", 1)[0] not in KINDS}
        new = {key for key in keys if key not in actual} - unknown
        bound = {other for key, others in references.items() if key in actual or key in unknown for other in others}
        if unknown or new & bound or any(key.startswith("security_groups/") for key in new):
            print(number)


def close_unsecured(admin, expected_file):
    """Deletes channels that let everybody in against their declaration: no answer is better than one to anybody."""
    expected = read_json(expected_file, {"objects": {}})["objects"]
    for kind in ("channel_rest", "channel_soap"):
        secured = {key for key, fields in expected.items() if key.startswith(kind + "/") and fields.get("security_name")}
        for row in KINDS[kind].rows(admin) if secured else []:
            if f"{kind}/{row['name']}" in secured and not row.get("security_name") and row.get("is_active", True):
                admin.invoke(KINDS[kind].delete, {"id": row["id"], "cluster_id": 1})
                print(f"deleted {kind}/{row['name']}, which would have let everybody in")


# Of a cluster whose baseline was noted before groups were looked at.
OWN_GROUP = "security_groups/Rule engine API users"


def is_zatos_own(key, baseline):
    """What came with the cluster, and what Zato makes for itself while it runs, such as jobs when a scheduler starts."""
    return key in baseline or key == OWN_GROUP or key.split("/", 1)[1].startswith(("zato.", "/zato/"))


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
    text = str(value).lower() if isinstance(value, bool) else str(value).strip()
    return "" if text == "zato-no-security" else text


def print_report(admin, expected_file, baseline_file):
    """Everything, for a comparison of clusters with each other."""
    print(json.dumps(compare(admin, expected_file, baseline_file), sort_keys=True))


def verify(admin, expected_file, baseline_file, cluster):
    """Prints what differs as a table; fails unless all that is declared is there as declared."""
    table, is_as_declared = [("object", cluster, "declared")], True
    for key, row in sorted(compare(admin, expected_file, baseline_file).items()):
        declared, found = row["declared"], row["actual"]
        if declared is None:
            table.append((key, "there", "not declared"))
        elif declared != found:
            fields = [name for name in declared if found is None or declared[name] != found[name]]
            table.append((key, describe(found, fields), describe(declared, fields)))
            is_as_declared = False
    if len(table) > 1:
        widths = [max(len(row[column]) for row in table) for column in range(3)]
        print("\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in table))
    if not is_as_declared:
        sys.exit(1)


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
            # Another one may have a user of this name until the import.
            request = {"cluster_id": 1, "name": name, "is_active": False, "username": f"{name} {token_hex(8)}", "ttl": 1}
            admin.invoke("zato.security.jwt.create", request, timeout=float(seconds))
    missing = missing_jwt(admin, expected_file)
    if missing:
        sys.exit(f"not created: {', '.join(missing)}")


def read_lines(path):
    with open(path, encoding="utf-8") as file:
        return {line.rstrip("\n") for line in file if line.strip()}


def refresh_sql(admin):
    """Has all workers make the pools of all outgoing SQL connections anew, with what the ODB holds."""
    for row in KINDS["outconn_sql"].rows(admin):
        admin.invoke("zato.outgoing.sql.edit", {**row, "cluster_id": 1})


def ping_sql(admin, names_file, workers):
    """Fails unless each outgoing SQL connection really connects, from each of the workers of this server."""
    problems = []
    rows = {row["name"]: row for row in KINDS["outconn_sql"].rows(admin)}
    for name in sorted(read_lines(names_file)):
        request = {"id": rows[name]["id"], "should_raise_on_error": True}
        try:
            # One worker first, which says why, and does not try a wrong password more often than it takes.
            admin.invoke("zato.outgoing.sql.ping", request)
            answers = admin.invoke("zato.outgoing.sql.ping", request, all_pids=True)
            if len(answers) != int(workers):
                problems.append(f"the SQL connection '{name}' connects from {len(answers)} of {workers} workers only")
        except OSError as error:
            detail = error.read().decode(errors="replace") if hasattr(error, "read") else ""
            problems.append(f"the SQL connection '{name}' does not connect: {cause(detail) or error}")
    if problems:
        sys.exit("\n".join(problems))


def cause(answer):
    """The error in what Zato answers with: what is between ">>> " and the next one, where it is so marked, else a traceback. Of
    several lines the last one counts."""
    try:
        details = json.loads(answer).get("details", answer)
    except ValueError:
        details = answer
    text = str(details).replace("\\n", "\n")
    marked = text.split(">>> ", 2)[1] if ">>> " in text else text
    lines = [line.strip() for line in marked.splitlines() if line.strip(" .'\"}{")]
    return lines[-1] if lines else ""
