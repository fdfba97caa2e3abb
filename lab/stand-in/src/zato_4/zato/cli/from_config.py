"""The commands that `from-config` knows: there is no load-balancer and no scheduler to create (facts §1, §2)."""

from . import config_file, create_cluster, create_odb, create_server, create_web_admin, update_password

COMMANDS = {
    'create_odb': create_odb.execute,
    'create_cluster': create_cluster.execute,
    'create_server': create_server.execute,
    'create_web_admin': create_web_admin.execute,
    'update_password': update_password.execute,
}


def execute(args) -> int | None:
    return config_file.execute(COMMANDS, args.path)
