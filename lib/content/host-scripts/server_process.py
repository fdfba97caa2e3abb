"""What runs in the folder of a server that somebody else has made, and with which environment."""

import os
import re


def text_of(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def processes():
    """The numbers of all."""
    return filter(str.isdigit, os.listdir("/proc"))


def words_of(pid):
    return text_of(f"/proc/{pid}/cmdline").split("\0")


def variables_of(pid):
    """The environment that a process was started with; OSError where it is another user's, or has ended."""
    lines = text_of(f"/proc/{pid}/environ").split("\0")
    return dict(line.split("=", 1) for line in lines if "=" in line)


def environment_of(folder):
    """Of the process that runs there, if one does."""
    try:
        return variables_of(int(text_of(os.path.join(folder, "pidfile"))))
    except (OSError, ValueError):
        return {}


def configured(name, conf):
    """What a file of Zato's configuration says, if it does."""
    found = re.search(rf"^\s*{name}\s*=\s*([^\s#]+)", conf, re.M)
    return found.group(1) if found else None
