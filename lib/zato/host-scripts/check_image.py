"""check_image.py [LIBRARY PACKAGE]...: prints what the file system that it runs in lacks for Zato, a line each, with where Debian has it."""

import ctypes
import locale
import os
import shutil
import ssl
import sys

PROGRAMS = ("awk", "bash", "sed", "tar", "timeout")


def has_locale():
    try:
        locale.setlocale(locale.LC_ALL, "C.UTF-8")
    except locale.Error:
        return False
    return True


def has_authorities():
    paths = ssl.get_default_verify_paths()
    has_file = paths.cafile is not None and os.path.getsize(paths.cafile) > 0
    return has_file or (paths.capath is not None and len(os.listdir(paths.capath)) > 0)


def has_time_zones():
    return any(os.path.exists(os.path.join(folder, "Europe/Dublin")) for folder in ("/usr/share/zoneinfo", "/usr/lib/zoneinfo"))


def has_library(name):
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


if __name__ == "__main__":
    for name in PROGRAMS:
        if shutil.which(name) is None:
            print(f"the program {name}")
    if not has_locale():
        print("the locale C.UTF-8 (package libc-bin)")
    if not has_authorities():
        print("certificate authorities (package ca-certificates)")
    if not has_time_zones():
        print("time zones (package tzdata)")
    for library, package in zip(sys.argv[1::2], sys.argv[2::2]):
        if not has_library(library):
            print(f"the library {library} (package {package})")
