"""Files of services in a folder of a server's that somebody else has made, as whoever owns it: place_services.py DO SERVER_FOLDER OURS [FILES]

"place" makes the folder OURS, among those that the server reads when it starts, hold exactly the files of the folder FILES, each
replaced in one step, and prints its path; what was there before is kept beside. "back" puts that back, and prints the path of each file
that is another one then. "forget" forgets it. Nothing is watched: what is live is another matter.
"""

import os
import shutil
import sys

# Python's isolated mode leaves it out.
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from server_process import text_of
from server_settings import pickup_folder


def names_in(folder):
    return sorted(name for name in os.listdir(folder) if name.endswith(".py")) if os.path.isdir(folder) else []


def content_of(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None


def fill(target, source):
    """Makes TARGET hold the files of SOURCE, and gives the paths of those that are new or other ones."""
    os.makedirs(target, mode=0o700, exist_ok=True)
    changed = []
    for name in names_in(source):
        path, wanted = os.path.join(target, name), content_of(os.path.join(source, name))
        if content_of(path) != wanted:
            with open(path + ".new", "wb") as file:
                file.write(wanted)
            os.replace(path + ".new", path)
            changed.append(path)
    for name in set(names_in(target)) - set(names_in(source)):
        os.remove(os.path.join(target, name))
    return changed


def keep(ours, former):
    """What a run that was cut off has kept is what was live last."""
    if os.path.isdir(former):
        return
    shutil.rmtree(former + ".new", ignore_errors=True)
    fill(former + ".new", ours)
    os.rename(former + ".new", former)


def main():
    do, server, name, *files = sys.argv[1:]
    pickup = pickup_folder(server, text_of(os.path.join(server, "config/repo/server.conf")))
    if not os.path.isdir(pickup):
        sys.exit(f"there is no folder {pickup}, from which the server in {server} reads services when it starts; make it, or correct 'pickup_dir' in its server.conf")
    # Beside what the server reads.
    ours, former = os.path.join(pickup, name), f"{pickup}.{name}-former"
    if do == "place":
        keep(ours, former)
        fill(ours, files[0])
        print(ours)
    elif do == "back" and os.path.isdir(former):
        print("\n".join(fill(ours, former)))
    if do != "place":
        shutil.rmtree(former, ignore_errors=True)


if __name__ == "__main__":
    os.umask(0o077)
    main()
