"""The tests of 4.1, in a process of their own: its package `zato` and that of 3.3 have the same name."""

import subprocess
import sys
import unittest
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / 'zato_4'


class Zato4Test(unittest.TestCase):
    def test_all(self):
        command = [sys.executable, '-m', 'unittest', 'discover', '-s', FOLDER]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)


if __name__ == '__main__':
    unittest.main()
