"""The commands that `from-config` knows."""

from . import config_file, create_cluster, create_lb, create_odb, create_scheduler, create_server, create_web_admin, update_password

COMMANDS = {
    'create_odb': create_odb.execute,
    'create_cluster': create_cluster.execute,
    'create_server': create_server.execute,
    'create_lb': create_lb.execute,
    'create_web_admin': create_web_admin.execute,
    'create_scheduler': create_scheduler.execute,
    'update_password': update_password.execute,
}


def execute(args) -> int | None:
    return config_file.execute(COMMANDS, args.path)
