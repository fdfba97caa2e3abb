"""What enmasse said, without the secrets that it was given: enmasse_output.py all|complaints FILE SECRET_FILE..."""

import os
import sys

# Python's isolated mode leaves it out.
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from redaction import read, redacted


def main():
    _, output, *secrets = sys.argv[1:]
    print(redacted(read(output), [read(secret) for secret in secrets]))


if __name__ == "__main__":
    main()
