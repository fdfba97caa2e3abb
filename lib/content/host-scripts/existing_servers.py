"""The servers in some folders, as whoever owns these: existing_servers.py FOLDER...

Prints "server ADDRESS WORKERS" for each, in their order, as its server.conf says, or the environment of its process, which counts for
more; and "scheduler PID" for each scheduler that runs beside one of them.
"""

import os
import re
import sys

PREFIX = "Zato_Config_Server_server__conf_main_"


def text_of(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def environment_of(folder):
    """Of the process that runs there, if one does."""
    try:
        pid = int(text_of(os.path.join(folder, "pidfile")))
        lines = text_of(f"/proc/{pid}/environ").split("\0")
    except (OSError, ValueError):
        return {}
    return dict(line.split("=", 1) for line in lines if "=" in line)


def setting(name, conf, environment, otherwise):
    found = re.search(rf"^\s*{name}\s*=\s*([^\s#]+)", conf, re.M)
    return environment.get(PREFIX + name) or (found.group(1) if found else otherwise)


def server(folder):
    """Its address for whoever is where it is, and the number of its workers."""
    if not os.path.isdir(folder) or not os.path.isfile(os.path.join(folder, "config/repo/server.conf")):
        sys.exit(f"there is no server of Zato in {folder}, or it may not be seen by its user; give the folder that 'zato create server' made")
    if os.stat(folder).st_uid != os.getuid():
        sys.exit(f"{folder} belongs to another user (number {os.stat(folder).st_uid}); name the one that owns the servers")
    conf, environment = text_of(os.path.join(folder, "config/repo/server.conf")), environment_of(folder)
    host, port = setting("gunicorn_bind", conf, environment, "0.0.0.0:17010").rsplit(":", 1)
    everywhere = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]", "localhost": "127.0.0.1", "": "127.0.0.1"}
    return f"{everywhere.get(host, host)}:{port}", setting("gunicorn_workers", conf, environment, "1")


def schedulers(environments):
    """The processes of schedulers whose folders are in one of these."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            words = text_of(f"/proc/{pid}/cmdline").split("\0")
            if "zato.scheduler.main" in words and os.path.dirname(os.readlink(f"/proc/{pid}/cwd")) in environments:
                yield pid
        except OSError:
            continue


def main():
    folders = [os.path.realpath(folder) for folder in sys.argv[1:] if folder]
    for folder in folders:
        print("server", *server(folder))
    for pid in schedulers({os.path.dirname(folder) for folder in folders}):
        print("scheduler", pid)


if __name__ == "__main__":
    main()
