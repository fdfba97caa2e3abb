"""Imports files of services once, the way a server does: import_services.py FOLDER SECONDS SECRET_FILE...

Runs with Zato's Python in the environment of a server. Prints each file that cannot be imported and why, and fails if there is one.
What the files themselves print is dropped, since there may be anything in it.
"""

import importlib.util
import json
import os
import select
import signal
import sys
import time
import traceback

# In which servers import files; those of a kind by their names.
FIRST = ("common", "util", "model")
# So that a message stays one that is read.
MOST_FILES = 5
MOST_LINES = 30


def files_in_order(folder):
    def rank(name):
        return next((place for place, prefix in enumerate(FIRST) if name.startswith(prefix)), len(FIRST)), name

    names = sorted((name for name in os.listdir(folder) if name.endswith(".py")), key=rank)
    return [os.path.join(folder, name) for name in names]


def import_file(path):
    """As Zato's import_module_from_path: the module takes the place of any other of its name."""
    name = os.path.splitext(os.path.basename(path))[0]
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)


def explained(error, path):
    """The traceback from the file on: how it came to be imported is ours."""
    place = error.__traceback__
    while place is not None and place.tb_frame.f_code.co_filename != path:
        place = place.tb_next
    return "".join(traceback.format_exception(type(error), error, place))


def be_a_server():
    """What a server has before it imports services: its folder first on the path, and gevent in place of threads."""
    silence = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(silence, descriptor)
    sys.path[0] = os.getcwd()
    try:
        from gevent.monkey import patch_all
    except ImportError:
        return
    patch_all()


def import_all(paths, report):
    """Writes a line [FILE, null] before each, and [FILE, WHY] for one that fails, whatever way: SystemExit fails too."""

    def tell(*line):
        os.write(report, (json.dumps(line) + "\n").encode())

    be_a_server()
    for path in paths:
        tell(path, None)
        try:
            import_file(path)
        except BaseException as error:
            tell(path, explained(error, path))
    tell(None, None)


def tried(paths, seconds):
    """FILE -> WHY of those that fail. They are imported by a process of its own, which they may end or keep for ever."""
    reading, report = os.pipe()
    process = os.fork()
    if process == 0:
        try:
            import_all(paths, report)
        finally:
            # Threads that the files have begun are not waited for.
            os._exit(1)
    os.close(report)
    said, in_time = read_for(reading, seconds)
    os.kill(process, signal.SIGKILL)
    _, status = os.waitpid(process, 0)
    failed, last = {}, None
    for line in said.splitlines():
        last, why = json.loads(line)
        if why is not None:
            failed[last] = why
    if last is not None and last not in failed:
        failed[last] = f"ended the process (wait status {status})" if in_time else f"not imported after {seconds:g} s"
    return failed


def read_for(descriptor, seconds):
    """What comes until its end, or a line that ends it, or the time is over; and whether it was in time."""
    said, until = b"", time.monotonic() + seconds
    while not said.endswith(b"[null, null]\n"):
        if not select.select([descriptor], [], [], max(0, until - time.monotonic()))[0]:
            return whole_lines(said), False
        more = os.read(descriptor, 65536)
        if not more:
            break
        said += more
    return whole_lines(said), True


def whole_lines(said):
    return said[: said.rfind(b"\n") + 1].decode()


def main():
    folder, seconds, *secret_files = sys.argv[1:]
    failed = tried(files_in_order(folder), float(seconds))

    from redaction import printable, read, redacted, shortened

    secrets = [read(file) for file in secret_files]
    for path, why in list(failed.items())[:MOST_FILES]:
        print(f"{os.path.basename(path)}:\n{shortened(printable(redacted(why, secrets)), MOST_LINES)}")
    if len(failed) > MOST_FILES:
        print(f"and {len(failed) - MOST_FILES} more")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
