"""What a server's log says of files that it does not load: server_log.py LOG INODE SIZE FILE_OF_PATHS SECRET_FILE...

INODE and SIZE are those that the log had before; what was in it then is left out. Without paths all files count. Prints nothing where
there is nothing to tell.
"""

import os
import re
import stat
import sys

# Python's isolated mode leaves it out.
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from redaction import printable, read, redacted, shortened

# A log may grow by gigabytes, and its end says what went wrong last.
MOST_BYTES = 4 * 2**20
MOST_FILES = 5
MOST_LINES = 30

COLOR = re.compile(r"\x1b\[[0-9;]*m")
BEGINNING = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
FAILURES = (
    "Could not load source",
    "Exception while visiting module",
    "No services nor models were deployed",
    "No services, models nor connector types were deployed",
)
# The path of the file, or its module.
SUBJECT = re.compile(r"(?:file_name:|fs_location:|from module )[`']([^`']+)[`']")
TRACEBACK = "Traceback (most recent call last):\n"


def new_text(path, inode, size):
    """What was written to the log since it had that size; all of it where it is another file."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with open(descriptor, "rb") as log:
        now = os.fstat(descriptor)
        if not stat.S_ISREG(now.st_mode):
            return ""
        begin = size if now.st_ino == inode and now.st_size >= size else 0
        log.seek(max(begin, now.st_size - MOST_BYTES))
        return log.read(MOST_BYTES).decode(errors="replace")


def records(text):
    """The entries of the log, each with its further lines."""
    found = []
    for line in COLOR.sub("", text).splitlines():
        if BEGINNING.match(line):
            found.append([line])
        elif found:
            found[-1].append(line)
    return ["\n".join(lines) for lines in found]


def failures_by_module(entries):
    """MODULE -> the last entry that says why it is not loaded; one with a traceback before one without."""
    found = {}
    for entry in entries:
        subject = SUBJECT.search(entry) if any(failure in entry for failure in FAILURES) else None
        if subject:
            module = module_of(subject[1])
            if "\n" in entry or "\n" not in found.get(module, ""):
                found[module] = from_file_on(entry, module)
    return found


def module_of(path):
    return os.path.splitext(os.path.basename(path))[0]


def from_file_on(entry, module):
    """Without the frames of Zato's own that lead to the file."""
    head, begin, frames = entry.partition(TRACEBACK)
    place = re.search(rf'^  File "[^"\n]*/{re.escape(module)}\.py"', frames, re.M)
    return head + begin + (frames[place.start() :] if place else frames)


def main():
    path, inode, size, names_file, *secret_files = sys.argv[1:]
    try:
        entries = records(new_text(path, int(inode), int(size)))
    except OSError:
        return
    secrets = [read(file) for file in secret_files]
    failures = failures_by_module(entries)
    wanted = {module_of(name) for name in read(names_file).splitlines()} or set(failures)
    for failure in [failures[module] for module in sorted(wanted & set(failures))][:MOST_FILES]:
        print("\n" + shortened(printable(redacted(failure, secrets)), MOST_LINES), end="")


if __name__ == "__main__":
    main()
