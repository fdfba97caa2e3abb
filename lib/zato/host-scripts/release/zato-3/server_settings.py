"""What a server of Zato 3 is told by its server.conf, or by the environment of its process, which counts for more."""

import os

from server_process import configured, processes, words_of

PREFIX = "Zato_Config_Server_server__conf_main_"

# Of enmasse, which would write nothing where something refers to what it leaves out.
EXPORT_OPTIONS = ["--ignore-missing-defs"]


def address_of(conf, environment):
    return setting("gunicorn_bind", conf, environment) or "0.0.0.0:17010"


def workers_of(conf, environment):
    return setting("gunicorn_workers", conf, environment) or "1"


def setting(name, conf, environment):
    return environment.get(PREFIX + name) or configured(name, conf)


def module_folders(folder, own_hot_deploy, environment):
    """Where its services find modules that were deployed to it."""
    return [os.path.join(folder, own_hot_deploy, "current")]


def schedulers(folders):
    """The processes of schedulers whose folders are beside those of servers."""
    environments = {os.path.dirname(folder) for folder in folders}
    for pid in processes():
        try:
            if "zato.scheduler.main" in words_of(pid) and os.path.dirname(os.readlink(f"/proc/{pid}/cwd")) in environments:
                yield pid
        except OSError:
            continue
