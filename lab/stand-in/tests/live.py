"""What the live tests share: the stand-in as a whole, on a real database, which STAND_IN_ODB names as
postgresql://user:password@host:port/empty_database (or mysql://...). live.sh brings the databases.

The tests are one story in chapters, one file each, on one environment: they run in alphabetical order, each on what those before have left.
"""

import atexit
import functools
import hashlib
import os
import subprocess
import unittest
from base64 import b64encode
from pathlib import Path

from lab import Lab

ODB = os.environ.get('STAND_IN_ODB')

ECHO = '''
from zato.server.service import Service
class Echo(Service):
    name = 'lab.echo'
    def handle(self):
        self.response.payload = {'version': '%s'}
'''


@functools.cache
def _environment() -> Lab:
    lab = Lab(ODB)
    atexit.register(lab.close)
    return lab


def basic(username: str, password: str) -> dict[str, str]:
    return {'Authorization': 'Basic ' + b64encode(f'{username}:{password}'.encode()).decode()}


@unittest.skipUnless(ODB, 'STAND_IN_ODB is not set')
class LiveTest(unittest.TestCase):
    lab: Lab

    @classmethod
    def setUpClass(cls):
        cls.lab = _environment()

    def write(self, directory: Path, name: str, text: str) -> str:
        """Atomically, as one should; returns the hash."""
        directory.mkdir(exist_ok=True)
        (directory / f'{name}.tmp').write_text(text)
        os.replace(directory / f'{name}.tmp', directory / name)
        return hashlib.sha256(text.encode()).hexdigest()

    def sql(self, name: str) -> dict:
        rows = self.lab.invoke(name, 'zato.outgoing.sql.get-list', {'cluster_id': 1})[1]['zato_outgoing_sql_get_list_response']
        return {row['name']: row for row in rows}

    def running(self, name: str) -> subprocess.Popen:
        """The process of a server."""
        return next(item for item in self.lab.processes if item.poll() is None and str(self.lab.env / name) in item.args)
