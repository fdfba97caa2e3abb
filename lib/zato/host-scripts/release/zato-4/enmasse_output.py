"""What enmasse said, without the secrets that it was given: enmasse_output.py all|complaints FILE SECRET_FILE...

It prints all fields of objects that it makes or changes, passwords in clear text.
"""

import os
import re
import sys

# Python's isolated mode leaves it out.
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from redaction import read, redacted

# Of an entry of its log, the level and what it says.
ENTRY = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\S* - \S+ - ([A-Z]+) - (.*)$")
ERROR = ("ERROR", "CRITICAL")
# Ends an import that fails.
CAUSE = re.compile(r"Error during import: (.*)$")
# The end of a traceback.
RAISED = re.compile(r"^(?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Found|Exit): .*$|^Exception: .*$")
MOST = 8
LONGEST = 400


def complaints(text):
    """What is wrong, each once: why the import ended, else what it has passed over."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    entries = [entry.groups() for entry in map(ENTRY.match, lines) if entry]
    found = [cause[1] for cause in map(CAUSE.search, lines) if cause] or [said for level, said in entries if level in ERROR]
    found = found or [line for line in lines if RAISED.match(line)] or lines
    return [line[:LONGEST] for line in dict.fromkeys(found)][-MOST:]


def main():
    what, output, *secrets = sys.argv[1:]
    text = redacted(read(output), [read(secret) for secret in secrets])
    print(text if what == "all" else "\n".join(complaints(text)))


if __name__ == "__main__":
    main()
