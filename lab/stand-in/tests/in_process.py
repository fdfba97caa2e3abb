"""One server of the stand-in inside a test: its internal services on a database in memory, without processes, network or waiting."""

import io
import threading
from contextlib import redirect_stdout
from types import SimpleNamespace

import support  # noqa: F401
from zato.cli.enmasse import importer, parser
from zato import schema
from zato.common import secrets, tables
from zato.common.db import SQLITE, Database
from zato.common.http_client import CallFailed
from zato.server import registry
from zato.server.internal import scheduler
from zato.server.memory import Memory
from zato.server.service import Request


def odb(tables_: dict[str, str]) -> Database:
    database = Database(SQLITE, '', 0, ':memory:', '', '')
    with database.session() as session:
        tables.create(session, tables_)
    return database


class InProcess:
    """The client that enmasse and the library's own scripts call, and the server behind it."""

    def __init__(self, *services: str):
        scheduler._tell_scheduler = lambda *_args: None
        self.odb, self.cluster_id = odb(schema.TABLES), 1
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
