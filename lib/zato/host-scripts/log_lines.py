"""What a server's log says, line by line: log_lines.py LOG show|follow SINCE MOST

Of entries since that time (seconds of the epoch), MOST lines at the most, each entry with its time in UTC. "follow" goes on with what is
written later, also when the log was put away and there is another one.
"""

import collections
import os
import re
import stat
import sys
import time

BEGINNING = re.compile(r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d),(\d{3}) (?:- )?")
# A log may grow by gigabytes, and its end is the newest.
MOST_BYTES = 4 * 2**20
PAUSE = 0.3


class Entries:
    """Lines of entries since a time: further lines of an entry are as old as its first one."""

    def __init__(self, since):
        self.since = since
        self.is_wanted = False

    def lines(self, text):
        for line in text.splitlines():
            beginning = BEGINNING.match(line)
            if beginning:
                second = seconds(beginning[1])
                self.is_wanted = second >= self.since
                when = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
                line = f"{when}.{beginning[2]}Z " + line[beginning.end() :]
            if self.is_wanted:
                yield line


def seconds(local):
    try:
        return time.mktime(time.strptime(local, "%Y-%m-%d %H:%M:%S"))
    except (ValueError, OverflowError):
        return 0


def opened(path):
    """Nothing but a file: whoever owns the folder may have put anything there."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError
    return open(descriptor, "rb")


def whole_lines(log):
    """What has been written meanwhile, up to the end of a line."""
    begin = log.tell()
    data = log.read(MOST_BYTES)
    end = data.rfind(b"\n") + 1 or (len(data) if len(data) == MOST_BYTES else 0)
    log.seek(begin + end)
    return data[:end].decode(errors="replace")


def is_put_away(log, path):
    """Whether there is another log, or none, or it was emptied."""
    try:
        now, own = os.stat(path), os.fstat(log.fileno())
    except FileNotFoundError:
        return True
    return (now.st_ino, now.st_dev) != (own.st_ino, own.st_dev) or now.st_size < log.tell()


def say(lines):
    sys.stdout.writelines(f"{line}\n" for line in lines)
    sys.stdout.flush()


def follow(path, entries, log):
    while True:
        time.sleep(PAUSE)
        try:
            if log is None:
                log = opened(path)
            # What comes until it is put away is in it.
            is_old = is_put_away(log, path)
            say(entries.lines(whole_lines(log)))
            if is_old:
                log = None
        except BrokenPipeError:
            return
        except OSError:
            log = None


def main():
    path, mode, since, most = sys.argv[1:]
    # That of the machine, which Zato's processes go by.
    os.environ.pop("TZ", None)
    time.tzset()
    sys.stdout.reconfigure(encoding="utf-8")
    entries = Entries(int(since))
    log = None
    try:
        log = opened(path)
        log.seek(max(0, os.fstat(log.fileno()).st_size - MOST_BYTES))
        say(collections.deque(entries.lines(whole_lines(log)), int(most)))
    except OSError:
        pass
    if mode == "follow":
        follow(path, entries, log)


if __name__ == "__main__":
    main()
