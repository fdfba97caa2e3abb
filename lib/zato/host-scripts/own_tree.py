"""Gives a folder and all that is in it to an owner, for a group to read, and for nobody else to change: own_tree.py FOLDER OWNER GROUP

Runs as root, on what whoever it belonged to may be changing at the same time. So each folder is shut before it is looked into: in one that
is the owner's alone nothing can be exchanged any more, be it by a link to what is somebody else's. And nothing is done to files before all
folders are shut, and it is known which of them have a name outside, too: that is a file of somebody else's, or leaves a way to it.
"""

import errno
import fcntl
import grp
import os
import pwd
import re
import stat
import sys
from collections import Counter
from contextlib import suppress

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW


class Tree:
    def __init__(self, owner, group):
        self.owner = owner
        self.group = group
        self.names = Counter()

    def shut(self, folder):
        """Makes a folder, by its descriptor, the owner's alone, and those in it; and counts the names that files have there."""
        os.fchown(folder, self.owner, self.group)
        os.fchmod(folder, 0o750)
        for acl in ("system.posix_acl_default", "system.posix_acl_access"):
            with suppress(OSError):
                os.removexattr(folder, acl)
        for name, status in entries(folder):
            if stat.S_ISDIR(status.st_mode):
                within(folder, name, self.shut)
            else:
                self.names[status.st_dev, status.st_ino] += 1

    def give(self, folder):
        """Makes the files in a folder the owner's; those that some may execute are so for the group."""
        for name, status in entries(folder):
            if stat.S_ISDIR(status.st_mode):
                within(folder, name, self.give)
                continue
            if status.st_nlink > self.names[status.st_dev, status.st_ino]:
                place = os.readlink(f"/proc/self/fd/{folder}")
                sys.exit(f"the file {name} in {place} has another name elsewhere; put a copy in its place")
            os.chown(name, self.owner, self.group, dir_fd=folder, follow_symlinks=False)
            mode = 0o750 if status.st_mode & 0o111 else 0o640
            if not stat.S_ISLNK(status.st_mode):
                os.chmod(name, mode, dir_fd=folder)
            if stat.S_ISREG(status.st_mode) and is_written(folder, name) and not is_on_network(status.st_dev):
                # It does not count as given, so that the next deploy looks at it again.
                os.chmod(name, mode | 0o020, dir_fd=folder)
                place = os.readlink(f"/proc/self/fd/{folder}")
                sys.exit(f"the file {name} in {place} is held open for writing; stop what does")


def entries(folder):
    """The names in a folder, and what each of them is."""
    return [(name, os.stat(name, dir_fd=folder, follow_symlinks=False)) for name in os.listdir(folder)]


def is_written(folder, name):
    """Whether anybody has the file open for writing from before: the kernel leases none of these to readers. Closing ends the lease."""
    try:
        file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
        try:
            fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        finally:
            os.close(file)
    except OSError as error:
        # Others are of file systems without leases, where nobody can tell.
        return error.errno == errno.EAGAIN
    return False


def is_on_network(device):
    """Whether the file system is one that leases nothing either where its server does not let it."""
    number = f"{os.major(device)}:{os.minor(device)}"
    with open("/proc/self/mountinfo", encoding="utf-8", errors="replace") as mounts:
        return any(mount.split()[2] == number and re.search(" - (nfs|cifs|smb)", mount) for mount in mounts)


def within(folder, name, do):
    child = os.open(name, FOLDER, dir_fd=folder)
    try:
        do(child)
    finally:
        os.close(child)


def main():
    path, owner, group = sys.argv[1:]
    tree = Tree(pwd.getpwnam(owner).pw_uid, grp.getgrnam(group).gr_gid)
    folder = os.open(path, FOLDER)
    try:
        tree.shut(folder)
        tree.give(folder)
    except OSError as error:
        sys.exit(f"{error.filename}: {error.strerror}")


if __name__ == "__main__":
    main()
