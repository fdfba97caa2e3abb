"""Exports the objects of a cluster: no passwords, no ids, always in the same order (facts §7.6)."""

from ...common.http_client import AdminClient
from . import kinds
from .importer import GROUP_TYPE
from .parser import Objects

_FIRST = ('security_groups', 'security', 'channel_rest', 'outgoing_rest')

# Attributes in the order of the file; those of other kinds are sorted by name.
_ATTRIBUTES = {
    'security': ('name', 'username', 'type', 'realm'),
    'channel_rest': ('name', 'service', 'url_path', 'security_name', 'is_active', 'data_format', 'method'),
    'outgoing_rest': ('name', 'host', 'url_path', 'security_name', 'is_active', 'data_format'),
    'scheduler': ('name', 'service', 'job_type', 'start_date', 'weeks', 'days', 'hours', 'minutes', 'seconds', 'cron_definition',
        'repeats', 'extra'),
}
_NEVER = {'id', 'cluster_id', 'password', 'secret', 'service_id', 'security_id', 'engine_display_name', 'opaque1'}
# Parts that Zato makes by itself
_INTERNAL_SECURITY = {'admin.invoke', 'pubapi', 'ide_publisher'}


def export(client: AdminClient, cluster_id: int) -> Objects:
    found: Objects = {}
    for item_type, prefix in kinds.SERVICES.items():
        for row in client.invoke(f'{prefix}.get-list', {'cluster_id': cluster_id, 'group_type': GROUP_TYPE}) or []:
            name = _section(item_type, row)
            if name and not kinds.is_ignored(item_type, row['name']):
                found.setdefault(name, []).append(_attributes(name, item_type, row))
    for items in found.values():
        items.sort(key=lambda item: item['name'].lower())
    head = {name: found.pop(name) for name in _FIRST if name in found}
    return {**head, **found}


def _section(item_type: str, row: dict) -> str | None:
    if item_type in kinds.SECURITY_TYPES:
        return None if row['name'] in _INTERNAL_SECURITY or row['name'].startswith('zato') else 'security'
    if item_type == 'http_soap':
        if row['is_internal']:
            return None
        kind = next(name for name, ends in kinds.HTTP_KINDS.items() if ends == (row['connection'], row['transport']))
        return kinds.EXPORT_NAMES.get(kind, kind)
    return item_type


def _attributes(section: str, item_type: str, row: dict) -> dict:
    row = {**row, 'service': row.get('service_name')}
    if item_type in kinds.SECURITY_TYPES:
        row['type'] = 'bearer_token' if item_type == 'oauth' else item_type
        if item_type == 'apikey':
            row.pop('username', None)
    if item_type == 'http_soap':
        row['security_name'] = row.get('security_name') or kinds.NO_SECURITY
    names = _ATTRIBUTES.get(section) or ('name', *sorted(set(row) - {'name'} - _NEVER))
    empty = (None, '', 0) if section == 'scheduler' else (None, '')
    return {name: row[name] for name in names if row.get(name) not in empty or row.get(name) is False}
