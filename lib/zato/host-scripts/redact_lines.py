"""Passes lines on without secrets, as they come: redact_lines.py SECRET_FILE..."""

import os
import sys

# Python's isolated mode leaves it out.
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from redaction import read, redacted


def main():
    # A key of several lines comes line by line.
    secrets = [line for file in sys.argv[1:] for line in read(file).splitlines()]
    rest = b""
    while data := os.read(0, 2**16):
        lines, end, rest = (rest + data).rpartition(b"\n")
        if end:
            text = redacted(lines.decode(errors="replace"), secrets)
            sys.stdout.buffer.write(text.encode(errors="replace") + b"\n")
            sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
