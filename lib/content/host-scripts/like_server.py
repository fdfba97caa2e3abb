"""Runs a program in the place of a server: like_server.py SERVER_FOLDER OWN_HOT_DEPLOY PROGRAM ARGUMENT...

It gets the environment of the server's process, the folder that servers are in, and finds the modules that were deployed to it before.
"""

import os
import sys

# Python's isolated mode leaves it out.
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from existing_servers import environment_of


def main():
    folder, own_hot_deploy, *command = sys.argv[1:]
    command = [os.path.abspath(word) if word.startswith("./") else word for word in command]
    environment = {**os.environ, **environment_of(folder)}
    deployed = os.path.join(folder, own_hot_deploy, "current")
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [environment.get("PYTHONPATH"), deployed]))
    os.chdir(folder)
    os.execve(command[0], command, environment)


if __name__ == "__main__":
    main()
