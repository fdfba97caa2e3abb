"""What a cluster has, compared with what is declared: services by the hash of their source, objects by their fields.

An object is known by "KIND/NAME". Passwords cannot be compared: Zato does not tell them.
"""

import json
import os
import sys
import urllib.error

import objects


SERVICE = "service"

# Comes with the library, in every cluster: it tells what a worker has really loaded.
INVENTORY = "cdktf-zato.inventory"

# In the place of the hash of a service's source.
ANY_CODE = "any"


def actual_objects(admin, needed=()):
    """All objects of the kinds that can be listed: KIND/NAME -> row. NEEDED are objects that are to be among them."""
    found = {}
    needed_kinds = objects.ALWAYS_LISTED | {key.split("/", 1)[0] for key in needed}
    for name, kind in objects.KINDS.items():
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
    rows = objects.services(admin)
    return {row["name"]: row for row in rows if not row.get("is_internal") and row["name"] != INVENTORY}


def loaded_services(admin):
    """What each worker of this server has loaded: a list of NAME -> hash of the source."""
    return admin.invoke(INVENTORY, all_pids=True)


def check_services(admin, wanted_file, workers):
    """Whether all workers of this server have loaded each service; WANTED_FILE has lines "NAME HASH", or "NAME any"."""
    loaded = loaded_services(admin)
    if len(loaded) != int(workers):
        sys.exit(f"{len(loaded)} of {workers} workers answer")
    wanted = read_services(wanted_file)
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
        if key.split("/", 1)[0] in objects.KINDS:
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
        unknown = {key for key in keys if key.split("/", 1)[0] not in objects.KINDS}
        new = {key for key in keys if key not in actual} - unknown
        bound = {other for key, others in references.items() if key in actual or key in unknown for other in others}
        if unknown or new & bound or any(key.startswith("security_groups/") for key in new):
            print(number)


def is_zatos_own(key, baseline):
    """What came with the cluster, and what Zato makes for itself."""
    return key in baseline or key == objects.OWN_GROUP or objects.is_own_name(key.split("/", 1)[1])


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
    return "" if text == objects.NO_SECURITY else text


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


def read_services(path):
    """Lines "NAME HASH" of a file: NAME -> hash."""
    return dict(line.rsplit(" ", 1) for line in read_lines(path))


def read_lines(path):
    with open(path, encoding="utf-8") as file:
        return {line.rstrip("\n") for line in file if line.strip()}


def ping_sql(admin, names_file, workers):
    """Fails unless each outgoing SQL connection really connects, from each of the workers of this server."""
    problems = []
    rows = {row["name"]: row for row in objects.KINDS["outconn_sql"].rows(admin)}
    for name in sorted(read_lines(names_file)):
        try:
            # One worker first, which says why, and does not try a wrong password more often than it takes.
            objects.ping_sql(admin, rows[name])
            answers = objects.ping_sql(admin, rows[name], all_pids=True)
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
