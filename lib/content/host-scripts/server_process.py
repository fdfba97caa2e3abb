"""What runs in the folder of a server that somebody else has made, and with which environment."""

import os
import re

BETWEEN_OPTIONS = "Zato_Zato_Zato"
ENVIRONMENT_FILE = "env_file="


def text_of(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def processes():
    """The numbers of all but those in containers, where the same folders and addresses are others'."""
    own = namespace_of("self")
    return (pid for pid in os.listdir("/proc") if pid.isdigit() and namespace_of(pid) in (own, None))


def namespace_of(pid):
    """That of its number; None where it is another user's, or has ended."""
    try:
        return os.readlink(f"/proc/{pid}/ns/pid")
    except OSError:
        return None


def words_of(pid):
    return text_of(f"/proc/{pid}/cmdline").split("\0")


def variables_of(pid):
    """The environment that a process was started with; OSError where it is another user's, or has ended."""
    lines = text_of(f"/proc/{pid}/environ").split("\0")
    return dict(line.split("=", 1) for line in lines if "=" in line)


def environment_of(folder):
    """Of the process that runs there, if one does, with what it has read from the file that it was told of."""
    try:
        pid = int(text_of(os.path.join(folder, "pidfile")))
        return {**variables_of(pid), **variables_in(file_of(words_of(pid)))}
    except (OSError, ValueError):
        return {}


def file_of(words):
    """Servers are started with a word of several options."""
    options = [option for word in words for option in word.split(BETWEEN_OPTIONS)]
    return next((option.removeprefix(ENVIRONMENT_FILE) for option in options if option.startswith(ENVIRONMENT_FILE)), "")


def variables_in(path):
    """Those of its stanza [env]; none where there is no such file, which servers do not mind either."""
    if not os.path.isfile(path):
        return {}
    found, is_wanted = {}, False
    for line in text_of(path).splitlines():
        name, is_variable, value = (part.strip() for part in line.partition("="))
        if name.startswith("["):
            is_wanted = name == "[env]"
        elif is_wanted and is_variable and not name.startswith("#"):
            found[name] = value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"" else value
    return found


def configured(name, conf):
    """What a file of Zato's configuration says, if it does."""
    found = re.search(rf"^\s*{name}\s*=\s*([^\s#]+)", conf, re.M)
    return found.group(1) if found else None
