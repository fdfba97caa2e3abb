"""Runs a program in the place of a server: like_server.py SERVER_FOLDER OWN_HOT_DEPLOY PROGRAM ARGUMENT...

It gets the environment of the server's process, the folder that servers are in, and finds the modules that were deployed to it before.
"""

import os
import sys

# Python's isolated mode leaves it out.
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from server_process import environment_of
from server_settings import module_folders


def main():
    folder, own_hot_deploy, *command = sys.argv[1:]
    command = [os.path.abspath(word) if word.startswith("./") else word for word in command]
    of_server = environment_of(folder)
    environment = {**os.environ, **of_server}
    modules = [environment.get("PYTHONPATH"), *module_folders(folder, own_hot_deploy, of_server)]
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, modules))
    os.chdir(folder)
    os.execve(command[0], command, environment)


if __name__ == "__main__":
    main()
