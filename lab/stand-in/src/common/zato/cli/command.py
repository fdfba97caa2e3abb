"""How every command is run: where it may run, what it does to standard input, what an exception turns into."""

import os
import select
import sys
import time
import traceback
from types import SimpleNamespace

from ..common import settings
from . import exit_codes


def say(message: str) -> None:
    """Zato's commands write everything, errors included, to standard output."""
    print(message, flush=True)


class Exit(Exception):
    """Ends a command with an exit code, the message having been said."""

    def __init__(self, code: int):
        super().__init__(code)
        self.code = code


def prepare() -> None:
    """Trap (facts §1): the command changes into the caller's working directory and dies with a traceback if it may not.
    Trap (facts §II.1 e): one line of standard input is consumed if there is any, so a script fed to `ssh host sh` loses lines."""
    os.chdir(os.getcwd())
    if sys.stdin and not sys.stdin.closed and select.select([sys.stdin], [], [], 0)[0]:
        sys.stdin.readline()
    time.sleep(settings.load().cli_seconds)


def run(execute, args: SimpleNamespace) -> int:
    """Runs one command; any exception is exit code 16 (facts §2)."""
    try:
        return execute(args) or 0
    except Exit as error:
        return error.code
    except Exception as error:
        if getattr(args, 'verbose', False):
            say(traceback.format_exc())
        else:
            say(f'{type(error).__name__}: {error.args} (Hint: re-run with --verbose for full traceback)')
        return exit_codes.EXCEPTION_CAUGHT


def new_directory(path: str) -> str:
    """The directory a component is created in: made if missing, refused if not empty (exit code 5)."""
    target = os.path.abspath(path)
    if not os.path.exists(target):
        say(f'Creating directory `{target}`')
        os.makedirs(target)
    if os.listdir(target):
        say(f'Directory `{target}` is not empty, please choose a different one or empty it out')
        raise Exit(exit_codes.DIR_NOT_EMPTY)
    return target


def write(target: str, name: str, text: str) -> None:
    """Writes a file with the modes that the caller's umask gives (facts §2: 0644 under 022, secrets included)."""
    path = os.path.join(target, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w', encoding='utf8') as out:
        out.write(text)
