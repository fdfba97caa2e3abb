"""Imports objects through the admin API of a running server (facts §7.5, §II.2). Nothing is ever deleted."""

import os
import time
import types
from uuid import uuid4

from ...common.http_client import AdminClient, CallFailed
from ..command import say
from . import kinds
from .parser import Objects
from .report import COULD_NOT_IMPORT, DEFINITION_MISSING, SERVICE_MISSING, SERVICE_NAME_MISSING, Report

_ENV_PREFIXES = ('Zato_Enmasse_Env.', 'ZatoEnmasseEnv.')
_OPTIONAL_PREFIXES = ('is_', 'should_', 'needs_')
_WAIT_SECONDS = 0.5
GROUP_TYPE = 'zato-api-creds'


def run(client: AdminClient, objects: Objects, cluster_id: int, missing_wait_time: float) -> Report:
    """Repeats an import that lacks a service until it is there or the time is up."""
    deadline = time.monotonic() + missing_wait_time
    while True:
        importer = Importer(client, {name: [dict(item) for item in items] for name, items in objects.items()}, cluster_id)
        importer.run()
        left = deadline - time.monotonic()
        if not importer.report.missing_services or left < 0:
            return importer.report
        say(f'Enmasse waiting; timeout -> {left:.1f}s; missing -> {sorted(importer.report.missing_services)}')
        time.sleep(_WAIT_SECONDS)


def resolve(attrs: dict) -> dict:
    """Values from the environment. Trap (facts §II.1 k): a missing variable becomes a placeholder, and nothing is reported."""
    for key, value in attrs.items():
        prefix = next((prefix for prefix in _ENV_PREFIXES if isinstance(value, str) and value.startswith(prefix)), None)
        if prefix:
            found = os.environ.get(value[len(prefix):])
            if found is None and not key.startswith(_OPTIONAL_PREFIXES):
                found = f'Env-Value-Not-Found-{value}.{uuid4().hex}'
            attrs[key] = found
    return attrs


def security_name(item: dict) -> str | None:
    return next((item[key] for key in ('security', 'sec_def', 'security_name') if key in item), None)


class Importer:
    def __init__(self, client: AdminClient, objects: Objects, cluster_id: int):
        self._client = client
        self._objects = objects
        self._cluster_id = cluster_id
        self._existing: dict[str, dict[tuple, int]] = {}
        self.report = Report()

    def run(self) -> None:
        if not self._has_definitions():
            return
        self._check_services()
        # First what exists is edited, then what is new is created, in the order of dependencies. The first error ends it.
        # Trap (tried on 3.3): of definitions only those of Basic Auth are there before; what exists cannot be bound to another new one.
        for is_edit in (True, False):
            self._import_basic_auth(is_edit)
        for is_edit in (True, False):
            for item_type in kinds.SERVICES:
                for item in self._objects.get(item_type, []):
                    if item_type != 'basic_auth' and self._exists(item_type, item) == is_edit:
                        if not self._import(item_type, item, is_edit):
                            return

    def _has_definitions(self) -> bool:
        """Trap: a security definition must be in the file that uses it. If it is only in the ODB there is a warning, no error, and
        nothing is imported."""
        defined = {item['name'] for kind in kinds.SECURITY_TYPES.values() for item in self._objects.get(kind, [])}
        for item in self._objects.get('http_soap', []):
            needed = security_name(item)
            if needed and needed != kinds.NO_SECURITY and needed not in defined and not str(needed).startswith('zato'):
                self.report.warnings.append((DEFINITION_MISSING,
                    f"'{needed}' is needed by '{[item['name']]}' but was not among '{sorted(defined)}'"))
        return self.report.is_ok

    def _check_services(self) -> None:
        """Traps: recorded as an error, but the import goes on until the server refuses the object (two errors for one service).
        Internal services, zato.*, are not in the list of services, so nothing can be declared that calls one."""
        needing = [(item, 'http_soap') for item in self._objects.get('http_soap', []) if item['connection'] == 'channel']
        needing += [(item, 'scheduler') for item in self._objects.get('scheduler', [])]
        rows = self._client.invoke('zato.service.get-list', {'cluster_id': self._cluster_id}) if needing else []
        known = {row['name'] for row in rows or []}
        for item, item_type in needing:
            name = item.get('service')
            if not name:
                self.report.errors.append((SERVICE_NAME_MISSING, f'No service key defined: {item}'))
            elif name not in known:
                self.report.errors.append((SERVICE_MISSING, f"Service `{name}` from `{item}` missing in ODB ({item_type})"))
                self.report.missing_services.append(name)

    def _key(self, item_type: str, item: dict) -> tuple:
        return (item['name'], item['connection'], item['transport']) if item_type == 'http_soap' else (item['name'],)

    def _ids(self, item_type: str) -> dict[tuple, int]:
        if item_type not in self._existing:
            if item_type in kinds.SECURITY_TYPES:
                # Trap (read in 3.3): a definition is found by its name alone, whatever its type is.
                found = [row for each in reversed(kinds.SECURITY_PREFIXES) for row in self._list(each)]
            else:
                found = self._list(kinds.SERVICES[item_type])
            self._existing[item_type] = {self._key(item_type, row): row['id'] for row in found
                if not kinds.is_ignored(item_type, row['name'])}
        return self._existing[item_type]

    def _list(self, prefix: str) -> list[dict]:
        """Trap (read in 3.3): where they cannot be listed there are none."""
        groups = {'group_type': GROUP_TYPE, 'needs_members': True} if prefix == 'zato.groups' else {}
        try:
            return self._client.invoke(f'{prefix}.get-list', {'cluster_id': self._cluster_id, **groups}) or []
        except CallFailed as error:
            say(f'Could not fetch objects of type {prefix}: {error}')
            return []

    def _exists(self, item_type: str, item: dict) -> bool:
        return self._key(item_type, item) in self._ids(item_type)

    def _import_basic_auth(self, is_edit: bool) -> None:
        """All at once, without a line for each object: there is no `Created object` for a basic_auth definition."""
        items = [resolve(item) for item in self._objects.get('basic_auth', []) if self._exists('basic_auth', item) == is_edit]
        say(f"Invoking -> import security ({'edit' if is_edit else 'create'}) -> zato.common.import-objects -> "
            f"{{'basic_auth': {len(items)}}}")
        try:
            self._client.invoke('zato.common.import-objects', {'basic_auth': items})
        except CallFailed as error:
            say(f'{error}')  # Trap (read in 3.3): nobody looks at the answer.

    def _import(self, item_type: str, item: dict, is_edit: bool) -> bool:
        prefix = kinds.SERVICES[item_type]
        name = f"{prefix}.{'edit' if is_edit else 'create'}"
        resolved = resolve(dict(item))
        attrs = {**resolved, 'cluster_id': self._cluster_id}
        if item_type == 'security_groups':
            attrs['group_type'] = GROUP_TYPE
        try:
            if is_edit:
                attrs['id'] = self._ids(item_type)[self._key(item_type, item)]
            if item_type == 'http_soap':
                attrs['security_id'] = self._security_id(security_name(item))
            say(f'Invoking -> import -> {name} for {item_type} ({item_type})')
            answer = self._client.invoke(name, attrs)
            say(f"{'Updated' if is_edit else 'Created'} object `{item['name']}` with {name}")
            if item_type in kinds.HAS_PASSWORD and attrs.get('password'):
                self._client.invoke(f'{prefix}.change-password', {'id': answer['id'], 'password1': attrs['password'],
                    'password2': attrs['password']})
                say(f"Updated password for '{item['name']}' ({prefix}.change-password)")
        except CallFailed as error:
            # Trap: with all that it was to have, its password in clear text.
            self.report.errors.append((COULD_NOT_IMPORT, f"Could not import (is_edit {is_edit}) '{item.get('name')}' "
                f"with '{resolved}', response from '{item_type}' was '{error.body}'"))
            return False
        return True

    def _security_id(self, name: str | None) -> int | None:
        if not name or name == kinds.NO_SECURITY:
            return None
        rows = self._client.invoke('zato.security.get-list', {'cluster_id': self._cluster_id})
        found = next((types.SimpleNamespace(**row) for row in rows if row['name'] == name), None)
        # Trap (tried on 3.3): exit status 16, `'NoneType' object has no attribute 'id'`.
        return found.id  # type: ignore[union-attr]
