"""Puts the sources on the path of the tests."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / 'src'

if str(SOURCES) not in sys.path:
    sys.path.insert(0, str(SOURCES))
