"""What an import of enmasse into Zato 3 needs before and after it, as content.sh asks for it."""

import sys
from secrets import token_hex

import objects
from inventory import read_json


def close_unsecured(admin, expected_file):
    """Deletes channels that let everybody in against their declaration: no answer is better than one to anybody."""
    expected = read_json(expected_file, {"objects": {}})["objects"]
    for kind in objects.CHANNELS:
        secured = {key for key, fields in expected.items() if key.startswith(kind + "/") and fields.get("security_name")}
        for row in objects.KINDS[kind].rows(admin) if secured else []:
            if f"{kind}/{row['name']}" in secured and not row.get("security_name") and row.get("is_active", True):
                objects.KINDS[kind].delete(admin, row)
                print(f"deleted {kind}/{row['name']}, which would have let everybody in")


def missing_jwt(admin, expected_file):
    """The names of the JWT definitions that are declared and not there."""
    declared = [key.split("/", 1) for key in read_json(expected_file, {"objects": {}})["objects"]]
    there = {row["name"] for row in objects.KINDS["jwt"].rows(admin)}
    return [name for kind, name in declared if kind == "jwt" and name not in there]


def has_jwt(admin, expected_file):
    """Fails if a JWT definition is missing."""
    sys.exit(1 if missing_jwt(admin, expected_file) else 0)


def create_jwt(admin, expected_file, seconds):
    """Creates those that are missing, for an import to fill in."""
    for name in missing_jwt(admin, expected_file):
        # Another one may have a user of this name until the import.
        objects.create_jwt(admin, float(seconds), name=name, is_active=False, username=f"{name} {token_hex(8)}", ttl=1)
    missing = missing_jwt(admin, expected_file)
    if missing:
        sys.exit(f"not created: {', '.join(missing)}")


def refresh_sql(admin):
    """Has all workers make the pools of all outgoing SQL connections anew, with what the ODB holds."""
    for row in objects.KINDS["outconn_sql"].rows(admin):
        objects.edit_sql(admin, row)


COMMANDS = {
    "close-unsecured": close_unsecured,
    "has-jwt": has_jwt,
    "create-jwt": create_jwt,
    "refresh-sql": refresh_sql,
}
