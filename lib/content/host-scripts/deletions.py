"""What is deleted, which Zato and its enmasse never do by themselves: after an import what was declared once and is no more, and ahead of
it what stands in its way. That is an object that is there and has what Zato gives to one object only, such as a path or a user. enmasse
would fail on it, at each retry again, or bring one of the two and say nothing. It comes again with the import where it is declared.
"""

import sys
import urllib.error

import inventory
import objects

def in_the_way(actual, declared):
    """KEY -> the declared object that it keeps out: by place, or since it is of another type itself."""
    wanted = {place: key for key, fields in declared.items() for place in objects.places(key, fields)}
    found = {}
    for key, row in actual.items():
        for place in objects.places(key, row):
            if wanted.get(place, key) != key:
                found[key] = wanted[place]
        if key in declared and objects.cannot_become(key.split("/", 1)[0], row, declared[key]):
            found[key] = key
    return found


def with_secured(found, actual):
    """The same with what is secured by definitions among them: Zato would delete that along, and go on with a part of it in memory."""
    secured = {}
    for key, other in found.items():
        kind, name = key.split("/", 1)
        if kind in objects.DEFINITIONS:
            for user, row in actual.items():
                if name in (row.get("security_name"), row.get("sec_name")) and user not in found:
                    secured[user] = other
    return {**found, **secured}


def make_way(admin, expected_file, owned_file, exclusive, baseline_file, do="delete"):
    """Deletes what stands in the way, or prints it: "list". Fails, before anything is changed, where that is somebody else's."""
    expected = inventory.read_json(expected_file, {"objects": {}})
    fields = expected.get("fields", {})
    declared = {key: {**fields.get(key, {}), **listed} for key, listed in expected["objects"].items()}
    actual = inventory.actual_objects(admin, declared)
    found = with_secured(in_the_way(actual, declared), actual)
    found = {**{key: next(iter(found.values())) for key in opened(admin, found, actual)}, **found}
    owned, baseline = inventory.read_lines(owned_file), set(inventory.read_json(baseline_file, list(actual)))
    foreign = {
        key: other
        for key, other in found.items()
        if key not in owned and (exclusive != "true" or inventory.is_zatos_own(key, baseline))
    }
    if foreign:
        sys.exit("\n".join(f"{key}, which nobody declares, stands in the way of {other}; delete it, or rename one of them"
            for key, other in sorted(foreign.items())))
    for key in in_order(found):
        if do == "list":
            print(key)
        else:
            delete(admin, key, actual[key])
            print("deleted", key, "ahead of", found[key])
    if do != "list":
        empty_groups(admin, declared, actual)


def delete(admin, key, row):
    """A definition leaves its groups before: with a member that is gone Zato lists no groups any more."""
    kind = key.split("/", 1)[0]
    if kind in objects.DEFINITIONS:
        for group in groups(admin):
            objects.leave_group(admin, group, [f"{kind}-{row['id']}"])
    objects.KINDS[kind].delete(admin, row)


def groups(admin):
    """Releases before 3.3 have none."""
    try:
        return objects.KINDS["security_groups"].rows(admin)
    except urllib.error.HTTPError:
        return []


def opened(admin, going, actual):
    """KEY -> members of its groups, of the channels that would let everybody in when the definitions among GOING are no more: Zato asks
    for credentials only where one of a channel's groups has a member."""
    gone = {f"{kind}-{actual[key]['id']}" for key in going for kind in [key.split("/", 1)[0]] if kind in objects.DEFINITIONS}
    members = {}
    for group in groups(admin) if gone else []:
        members[group["id"]] = members[group["name"]] = objects.members_of(admin, group)
    found = {}
    for key, row in actual.items():
        if key.split("/", 1)[0] in objects.CHANNELS and key not in going and not inventory.plain(row.get("security_name")):
            its = set().union(*(members.get(group, set()) for group in row.get("security_groups") or []))
            if its and its <= gone:
                found[key] = its
    return found


def empty_groups(admin, declared, actual):
    """An import with no members leaves those that a group has."""
    for key, row in actual.items():
        if key.startswith("security_groups/") and key in declared and not declared[key].get("members"):
            members = objects.members_of(admin, row)
            if members:
                objects.leave_group(admin, row, sorted(members))


def remove(admin, owned_file, wanted_file, exclusive, baseline_file):
    """Deletes what was declared once and is no more; with EXCLUSIVE also what nobody declared."""
    wanted, owned = inventory.read_lines(wanted_file), inventory.read_lines(owned_file)
    actual, services = inventory.actual_objects(admin, wanted | owned), inventory.own_services(admin)
    present = [*actual, *(f"{inventory.SERVICE}/{name}" for name in services)]
    if exclusive == "true":
        baseline = inventory.read_json(baseline_file, present)
        owned |= {key for key in present if not inventory.is_zatos_own(key, baseline)}
    stale = [key for key in present if key in owned - wanted]
    needed = set().union(*opened(admin, stale, actual).values())
    used = {group for key, row in actual.items() if key not in stale for group in row.get("security_groups") or []}
    for key in in_order(stale):
        kind, name = key.split("/", 1)
        if kind == inventory.SERVICE:
            objects.delete_service(admin, services[name])
        elif kind == "security_groups" and {actual[key]["id"], name} & used or f"{kind}-{actual[key]['id']}" in needed:
            print(f"kept {key}: without it channels that nobody declares would let everybody in")
            continue
        else:
            delete(admin, key, actual[key])
        print("deleted", key)


def in_order(keys):
    """In the order of objects.KINDS, services last: a channel whose service is gone answers 500 until the next restart."""
    order = [*objects.KINDS, inventory.SERVICE]
    return sorted(keys, key=lambda key: order.index(key.split("/", 1)[0]))
