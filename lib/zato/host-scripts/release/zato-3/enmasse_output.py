"""What enmasse said, without the secrets that it was given: enmasse_output.py all|complaints FILE SECRET_FILE...

Of an object that it cannot import Zato prints all fields, passwords in clear text, and puts that into a table which
breaks it anywhere.
"""

import os
import re
import sys

# Python's isolated mode leaves it out.
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from inventory import cause
from redaction import read, redacted

NOT_IMPORTED = re.compile(r"Could not import \(is_edit \w+\) '(.*?)' with '.*', response from '(.*?)' was '(.*)'$", re.S)
FIELDS = re.compile(r"\{.*?'name': '([^']*)'.*\}", re.S)
MISSING_SERVICE = "/E12"
MOST = 8


def table_rows(text):
    """The rows of the table of warnings and errors: (key, value)."""
    edges, pieces, rows = [], [], []
    for line in text.splitlines():
        if re.fullmatch(r"\+[-=]+\+[-=]+\+", line):
            edges = [index for index, character in enumerate(line) if character == "+"]
            if pieces:
                rows.append(tuple(joined([piece[column] for piece in pieces], edges, column) for column in (0, 1)))
            pieces = []
        elif edges and line.startswith("|"):
            pieces.append((line[2 : edges[1] - 1].strip(), line[edges[1] + 2 : -1].rstrip()))
    return [row for row in rows if row[0] != "Key"]


def joined(pieces, edges, column):
    """A cell as it was. Where the next word would have fitted in, the line ended by itself."""
    width = edges[column + 1] - edges[column] - 3
    text = pieces[0]
    for before, piece in zip(pieces, pieces[1:]):
        fits = len(before) + 1 + len(piece.split(" ")[0]) <= width
        text += ("\n" if fits else " ") + piece
    return text.strip()


def complaint(key, value):
    code = key.partition("/")[2]
    failed = NOT_IMPORTED.match(value)
    if failed:
        name, kind, details = failed.groups()
        return f"{code}: {kind} '{name}': {cause(details)}"
    return f"{code}: " + FIELDS.sub(r"\1", value)


def complaints(text):
    """What is wrong, each once."""
    rows = table_rows(text)
    # An object whose service is missing is refused by the server, too.
    missing = [row for row in rows if MISSING_SERVICE in row[0]]
    found = [complaint(key, value) for key, value in missing or rows]
    if not found:
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        found = [line for line in lines if re.search("error|exception|invalid", line, re.I)] or lines
    return list(dict.fromkeys(found))[-MOST:]


def main():
    what, output, *secrets = sys.argv[1:]
    text = redacted(read(output), [read(secret) for secret in secrets])
    print(text if what == "all" else "\n".join(complaints(text)))


if __name__ == "__main__":
    main()
