"""from-config: a command and its arguments out of a file, so that no secret is on a command line (facts §2)."""

from types import SimpleNamespace

from . import create_cluster, create_lb, create_odb, create_scheduler, create_server, create_web_admin, update_password

COMMANDS = {
    'create_odb': create_odb.execute,
    'create_cluster': create_cluster.execute,
    'create_server': create_server.execute,
    'create_lb': create_lb.execute,
    'create_web_admin': create_web_admin.execute,
    'create_scheduler': create_scheduler.execute,
    'update_password': update_password.execute,
}


def read(path: str) -> SimpleNamespace:
    """Comments are fine; a blank line is a ValueError (exit code 16). Values are split off at the first `=`."""
    args = SimpleNamespace(path=path)
    with open(path, encoding='utf8') as source:
        for line in source:
            if line.lstrip().startswith('#'):
                continue
            name, value = line.split('=', 1)
            setattr(args, name.strip(), value.strip())
    return args


def execute(args) -> int | None:
    command_args = read(args.path)
    command = COMMANDS.get(command_args.command)
    if not command:
        raise Exception(f'Could not find `{command_args.command}` among `{sorted(COMMANDS)}`')
    return command(command_args)
