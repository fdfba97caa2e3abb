"""What a server of Zato 4 is told by its server.conf, or by the environment of its process, which counts for more."""

import os
from pathlib import Path

from server_process import configured, environment_of, processes, variables_of, words_of

SCHEDULER = "_zato_scheduler"

# Of enmasse.
EXPORT_OPTIONS = []

# Folders of projects: services in them import modules from their folders `src`.
PROJECTS = ("Zato_Project_Root", "Zato_Hot_Deploy_Dir", "ZATO_HOT_DEPLOY_DIR")


def address_of(conf, environment):
    host, port = (configured("bind", conf) or "0.0.0.0:17010").rsplit(":", 1)
    return f"{environment.get('Zato_Config_Bind_Host') or host}:{environment.get('Zato_Config_Bind_Port') or port}"


def workers_of(conf, environment):
    """A server is one process."""
    return "1"


def pickup_folder(folder, conf):
    """Where files of services are, in it and in folders below, that this server imports at each start."""
    place = configured("pickup_dir", conf) or "../../pickup/incoming/services"
    return os.path.normpath(os.path.join(folder, "config/repo", place))


def module_folders(folder, own_hot_deploy, environment):
    """Where its services find modules of the owner's."""
    values = [value for name, value in environment.items() if name in PROJECTS or name.startswith(PROJECTS[1] + "_")]
    roots = [root for value in values for root in value.split(":") if root]
    return [str(found) for root in roots for found in sorted(Path(root).rglob("src")) if found.is_dir()]


def schedulers(folders):
    """The processes of schedulers with the Redis of these servers: they have no folder, and no other thing in common."""
    redis = redis_of(environment_of(folders[0])) if folders else None
    for pid in processes():
        try:
            if any(os.path.basename(word) == SCHEDULER for word in words_of(pid)[:2]) and redis_of(variables_of(pid)) == redis:
                yield pid
        except OSError:
            continue


def redis_of(environment):
    host = environment.get("Zato_Scheduler_Redis_Host") or "localhost"
    port = environment.get("Zato_Scheduler_Redis_Port") or "6379"
    return "127.0.0.1" if host == "localhost" else host, port
