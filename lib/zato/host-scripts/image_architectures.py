"""image_architectures.py FILE: prints the architectures of a container image, a line each, as Debian and OCI name them.

FILE is an index of images, or the configuration of one. Of the manifest of one, which does not say it, nothing is printed.
"""

import json
import sys


def architectures(document):
    platforms = [one.get("platform", {}) for one in document["manifests"]] if "manifests" in document else [document]
    # Attestations lie beside images, for the platform "unknown".
    return sorted({one.get("architecture", "unknown") for one in platforms} - {"unknown"})


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        for name in architectures(json.load(file)):
            print(name)
