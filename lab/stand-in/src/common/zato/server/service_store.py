"""Services of users in one worker: imported from files, kept by name."""

import hashlib
import json
import os
import sys
import traceback
import types
from dataclasses import dataclass
from datetime import datetime

from ..common.db import Session
from .context import ServerContext
from .service_api import Service


@dataclass
class Deployed:
    service_class: type[Service]
    path: str
    line: int
    source: str


class ServiceStore:
    def __init__(self, context: ServerContext):
        self._context = context
        self._services: dict[str, Deployed] = {}

    @property
    def services(self) -> dict[str, dict[str, str]]:
        """What the real store keeps of the services that this worker has loaded, as far as anybody asks for it."""
        return {deployed.service_class.get_impl_name(): {'name': name, 'source_code': deployed.source}
            for name, deployed in self._services.items()}

    def get(self, name: str) -> type[Service] | None:
        found = self._services.get(name)
        return found.service_class if found else None

    def path_of(self, name: str) -> str | None:
        found = self._services.get(name)
        return found.path if found else None

    def delete(self, name: str) -> None:
        self._services.pop(name, None)

    def import_file(self, path: str) -> list[str]:
        """Imports the services of a file. Traps: one that cannot be imported is only logged, the old version stays (facts §7.2); the
        module takes the place of any other of its name, while whoever imported that one before keeps it (source 3.3)."""
        try:
            with open(path, encoding='utf8') as source:
                text = source.read()
            module = types.ModuleType(os.path.basename(path).rpartition('.')[0])
            module.__file__ = path
            sys.modules[module.__name__] = module
            exec(compile(text, path, 'exec'), module.__dict__)
        except Exception:
            self._context.logger.error('Could not load source, file_name:`%s`, e:`%s`', path, traceback.format_exc())
            return []
        except BaseException:  # Trap (tried on 3.3): an exit is swallowed, and nothing says so
            return []
        classes = [item for item in vars(module).values()
            if isinstance(item, type) and issubclass(item, Service) and item.__module__ == module.__name__]
        for item in classes:
            self._services[item.get_name()] = Deployed(item, path, _line(item, text), text)
        return [item.get_name() for item in classes]

    def store(self, session: Session, names: list[str]) -> None:
        """Writes the rows of services and of their deployment on this server: this is where source_hash comes from (facts §7.4)."""
        for name in names:
            deployed = self._services[name]
            with open(deployed.path, 'rb') as file:
                source = file.read()
            service_id = self._service_id(session, name, deployed)
            session.run('DELETE FROM deployed_service WHERE server_id = %(server)s AND service_id = %(service)s',
                server=self._context.id, service=service_id)
            session.run('''INSERT INTO deployed_service (deployment_time, details, source, source_path, source_hash,
                source_hash_method, server_id, service_id) VALUES (%(now)s, %(details)s, %(source)s, %(path)s, %(hash)s, 'SHA-256',
                %(server)s, %(service)s)''', now=datetime.utcnow(), source=source, path=deployed.path,
                hash=hashlib.sha256(source).hexdigest(), server=self._context.id, service=service_id,
                details=json.dumps({'fs_location': deployed.path, 'line_number': deployed.line, 'service_name': name}))

    def _service_id(self, session: Session, name: str, deployed: Deployed) -> int:
        cluster = self._context.cluster_id
        found = session.first('SELECT id FROM service WHERE name = %(name)s AND cluster_id = %(cluster)s', name=name, cluster=cluster)
        if found:
            return found['id']
        return session.insert('service', name=name, is_active=True, is_internal=False, cluster_id=cluster,
            impl_name=deployed.service_class.get_impl_name())


def _line(service_class: type, text: str) -> int:
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith(f'class {service_class.__name__}'):
            return number
    return 1


def is_python_file(name: str) -> bool:
    return name.endswith('.py') and not name.startswith('.')
