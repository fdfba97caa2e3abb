"""One server of the stand-in inside a test: its internal services on a database in memory, without processes, network or waiting."""

import io
import re
import sqlite3
import threading
from contextlib import contextmanager, redirect_stdout
from types import SimpleNamespace

import support  # noqa: F401
from zato.cli.enmasse import importer, parser
from zato import schema
from zato.common import secrets
from zato.common.db import IntegrityError, Session
from zato.common.http_client import CallFailed
from zato.server.internal import registry, scheduler
from zato.server.memory import Memory
from zato.server.service import Request

_TYPES = {'pk': 'INTEGER PRIMARY KEY AUTOINCREMENT', 'blob': 'BLOB', 'time': 'TIMESTAMP'}


class _SqliteSession(Session):
    def _execute(self, sql: str, params: dict):
        return self.connection.execute(re.sub(r'%\((\w+)\)s', r':\1', sql), params)


class _Odb:
    def __init__(self):
        self._connection = sqlite3.connect(':memory:', detect_types=sqlite3.PARSE_DECLTYPES)
        self._connection.execute('PRAGMA foreign_keys = ON')
        with self.session() as session:
            for name, columns in schema._TABLES.items():
                session.run(f'CREATE TABLE {name} ({columns.format(**_TYPES)})')

    @contextmanager
    def session(self):
        try:
            yield _SqliteSession(self._connection, 'sqlite')
            self._connection.commit()
        except Exception as error:
            self._connection.rollback()
            if isinstance(error, sqlite3.IntegrityError):
                raise IntegrityError(*error.args) from error
            raise


class InProcess:
    """The client that enmasse and the library's own scripts call, and the server behind it."""

    def __init__(self, *services: str):
        scheduler._tell_scheduler = lambda *_args: None
        self.odb, self.cluster_id = _Odb(), 1
        self.config = SimpleNamespace(secret_key=secrets.new_key())
        self.logger = SimpleNamespace(info=print, warning=print)
        self.stopping = threading.Event()
        self.stopping.set()  # What never answers, answers at once here.
        self.store = SimpleNamespace(get=lambda _name: True)
        self.broker = SimpleNamespace(publish=lambda action, **details: self.memory.apply(action, details))
        with self.odb.session() as session:
            session.insert('cluster', name='a', odb_type='x', lb_host='x', lb_port=1, lb_agent_port=1)
            for name in services:
                session.insert('service', name=name, is_active=True, impl_name=name, is_internal=False, cluster_id=1)
        self.memory = Memory(self)  # type: ignore[arg-type]

    def invoke(self, name: str, payload: object = None, **_more):
        service = registry.get(name)
        if service is None:
            raise CallFailed(500, f'No such service `{name}`')
        try:
            data = service.run(self, Request(payload=payload or {}), '', '').payload
        except Exception as error:
            raise CallFailed(500, f'{type(error).__name__}: {error}') from error
        if isinstance(data, dict) and len(data.keys() - {'_meta'}) == 1:
            element, content = next(item for item in data.items() if item[0] != '_meta')
            return content if element.endswith('response') else data
        return None if data == '' else data

    def list(self, service: str, **request):
        return self.invoke(service, {'cluster_id': 1, **request}) or []

    def enmasse(self, path: str) -> importer.Report:
        with redirect_stdout(io.StringIO()):
            return importer.run(self, parser.parse_file(path), 1, -1)  # type: ignore[arg-type]
