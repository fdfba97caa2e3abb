"""A command and its arguments out of a file, so that no secret is on a command line (facts §2)."""

from types import SimpleNamespace


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


def execute(commands: dict, path: str) -> int | None:
    args = read(path)
    command = commands.get(args.command)
    if not command:
        raise Exception(f'Could not find `{args.command}` among `{sorted(commands)}`')
    return command(args)
