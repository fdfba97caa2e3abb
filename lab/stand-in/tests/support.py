"""Puts the sources on the path of the tests."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = [str(ROOT / 'src' / part) for part in ('common', 'zato_3')]

sys.path[:0] = [source for source in SOURCES if source not in sys.path]
