"""Asks the admin API of one Zato server, on loopback: admin.py URL PASSWORD_FILE COMMAND [ARGUMENT...].

Runs with the system's Python, isolated, as the user zato: what a server answers may be anything. The password is read from a
file, so that no process list shows it.
"""

import json
import os
import sys
import urllib.error

# Python's isolated mode leaves it out.
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import around_imports
import deletions
import existing
import exporting
import inventory
import objects
from admin_api import Admin
from own_connection import HeldByAnother


def count_workers(admin):
    """How many workers of the server answer."""
    print(len(objects.ping(admin, all_pids=True)))


def close_channels(admin, *paths):
    """Deletes the REST channels with these URL paths."""
    channels = objects.KINDS["channel_rest"]
    for channel in channels.rows(admin):
        if channel["url_path"] in paths:
            channels.delete(admin, channel)
            print("closed", channel["url_path"])


def change_password(admin, definition, file):
    """The password of a definition, on all servers of the cluster."""
    with open(file, encoding="utf-8") as new:
        objects.change_password(admin, definition, new.read())


COMMANDS = {
    "count-workers": count_workers,
    "close-channels": close_channels,
    "change-password": change_password,
    "services": inventory.check_services,
    "baseline": inventory.print_baseline,
    "report": inventory.print_report,
    "verify": inventory.verify,
    "require-fit": existing.require_fit,
    "upload": existing.upload,
    "export": exporting.print_export,
    "remove": deletions.remove,
    "stages": inventory.print_stages,
    "make-way": deletions.make_way,
    "ping-sql": inventory.ping_sql,
    **around_imports.COMMANDS,
}


def main():
    url, password_file, command, *arguments = sys.argv[1:]
    with open(password_file, encoding="utf-8") as file:
        admin = Admin(url, file.read())
    try:
        COMMANDS[command](admin, *arguments)
    except urllib.error.HTTPError as error:
        sys.exit(f"{command}: the server answered {error.code}: {error.read().decode(errors='replace')[-2000:]}")
    except (urllib.error.URLError, OSError, HeldByAnother) as error:
        sys.exit(f"{command}: {error}")


if __name__ == "__main__":
    main()
