"""All objects of a cluster, and who may log in, as whoever owns its servers: existing_objects.py ZATO SERVER_FOLDER

Runs with Zato's Python. Prints "objects JSON", what enmasse exports, and "users JSON" last. Nothing that looks like a secret is in it.
"""

import json
import os
import subprocess
import sys

# Python's isolated mode leaves it out.
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__))))

from exporting import without_secrets
from server_settings import EXPORT_OPTIONS

# The tables of those who may log in to web-admin, and of those to services.
USERS = {"web-admin": "auth_user", "single sign-on": "zato_sso_user"}


def exported(zato, server):
    """The sections of an enmasse file. Its exit code is 0 whatever it did, and with a warning it would write nothing."""
    import yaml

    file = os.path.abspath("exported.yaml")
    words = [zato, "enmasse", server, "--export", "--output", file, "--initial-wait-time", "60", *EXPORT_OPTIONS]
    said = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600)
    if said.returncode != 0 or not os.path.exists(file):
        sys.exit(f"enmasse has exported nothing: {' '.join(said.stdout.decode(errors='replace').split())[-500:]}")
    with open(file, encoding="utf-8") as text:
        return yaml.safe_load(text) or {}


def users(server):
    """Their names, by what they may log in to."""
    from zato.common.util.api import get_odb_session_from_server_dir

    session, found = get_odb_session_from_server_dir(server), {}
    for where, table in USERS.items():
        try:
            found[where] = sorted(row[0] for row in session.execute("select username from " + table))
        except Exception:
            # Nobody has ever set it up.
            session.rollback()
    session.close()
    return found


def main():
    zato, server = sys.argv[1:]
    sections = json.dumps(without_secrets(exported(zato, server)), default=str)
    print("objects", sections)
    print("users", json.dumps(users(server)))


if __name__ == "__main__":
    main()
