"""Puts the sources of 4.1, and what tests of all releases share, on the path of the tests."""

import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
ROOT = TESTS.parent

sys.path[:0] = [*(str(ROOT / 'src' / part) for part in ('common', 'zato_4')), str(TESTS)]
