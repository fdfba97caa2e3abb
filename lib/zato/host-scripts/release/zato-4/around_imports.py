"""What an import of enmasse into Zato 4 needs before and after it, as content.sh asks for it."""

import sys

import objects
from inventory import read_json, read_lines

# What a channel answers to whoever does not say who he is.
REFUSING = (401, 403)


def close_unsecured(admin, expected_file):
    """Deletes channels that let everybody in against their declaration: no answer is better than one to anybody."""
    expected = read_json(expected_file, {"objects": {}})["objects"]
    for kind in objects.CHANNELS:
        secured = {key for key, fields in expected.items() if key.startswith(kind + "/") and fields.get("security_name")}
        for row in objects.KINDS[kind].rows(admin) if secured else []:
            if f"{kind}/{row['name']}" in secured and not row.get("security_name") and row.get("is_active", True):
                objects.KINDS[kind].delete(admin, row)
                print(f"deleted {kind}/{row['name']}, which would have let everybody in")


def change_passwords(admin, passwords_file):
    """An import passes over a password that has changed alone. PASSWORDS_FILE has lines "FILE KEY"."""
    wanted = {key: path for path, key in (line.split(" ", 1) for line in read_lines(passwords_file))}
    for kind in dict.fromkeys(key.split("/", 1)[0] for key in sorted(wanted)):
        for row in objects.KINDS[kind].rows(admin):
            path = wanted.get(f"{kind}/{row['name']}")
            if path:
                with open(path, encoding="utf-8") as file:
                    objects.KINDS[kind].change_password(admin, row, file.read().rstrip("\n"))


def reload(admin):
    """What was changed by one server, the others do not know."""
    objects.reload(admin)


def probe(admin, expected_file):
    """Fails unless this server itself knows each channel that is secured: it refuses whoever does not say who he is. To what is open
    nothing is sent, since somebody's service would run."""
    expected = read_json(expected_file, {"objects": {}})["objects"]
    secured = {key for key, fields in expected.items() if key.split("/", 1)[0] in objects.CHANNELS and fields.get("security_name")}
    problems = []
    for kind in objects.CHANNELS if secured else ():
        for row in objects.KINDS[kind].rows(admin):
            key = f"{kind}/{row['name']}"
            if key in secured and row.get("is_active", True):
                status = admin.status_of(row.get("method") or "GET", row["url_path"])
                if status not in REFUSING:
                    problems.append(f"{key} answers {status or 'nothing'} to whoever does not say who he is")
    if problems:
        sys.exit("\n".join(problems))


COMMANDS = {
    "close-unsecured": close_unsecured,
    "change-passwords": change_passwords,
    "reload": reload,
    "probe": probe,
}
