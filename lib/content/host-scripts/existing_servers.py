"""The servers in some folders, as whoever owns these: existing_servers.py FOLDER...

Prints "server ADDRESS WORKERS" for each, in their order, and "scheduler PID" for each scheduler of theirs that runs.
"""

import os
import sys

# Python's isolated mode leaves it out.
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import server_settings
from server_process import environment_of, text_of


def server(folder):
    """Its address for whoever is where it is, and the number of its workers."""
    if not os.path.isdir(folder) or not os.path.isfile(os.path.join(folder, "config/repo/server.conf")):
        sys.exit(f"there is no server of Zato in {folder}, or it may not be seen by its user; give the folder that 'zato create server' made")
    if os.stat(folder).st_uid != os.getuid():
        sys.exit(f"{folder} belongs to another user (number {os.stat(folder).st_uid}); name the one that owns the servers")
    conf, environment = text_of(os.path.join(folder, "config/repo/server.conf")), environment_of(folder)
    host, port = server_settings.address_of(conf, environment).rsplit(":", 1)
    everywhere = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]", "localhost": "127.0.0.1", "": "127.0.0.1"}
    return f"{everywhere.get(host, host)}:{port}", server_settings.workers_of(conf, environment)


def main():
    folders = [os.path.realpath(folder) for folder in sys.argv[1:] if folder]
    for folder in folders:
        print("server", *server(folder))
    for pid in server_settings.schedulers(folders):
        print("scheduler", pid)


if __name__ == "__main__":
    main()
