"""Exports the objects of a cluster: no passwords, no ids, always in the same order."""

import json

from ...common.db import Session
from .importer import ENGINES, SECURITY_TYPES, STORED

_INTERNAL_SECURITY = {'admin.invoke', 'ide_publisher', 'zato.log.streaming', 'django', 'metrics'}

# What Zato makes for itself, and exports as if somebody else had (seen on the real 4.1).
_OWN = {
    'llm': [{'name': 'default.alerts.llm', 'pool_size': 20, 'timeout': 250}],
    'microsoft_teams': [{'name': 'default.alerts.notifications', 'is_active': False}],
    'slack': [{'name': 'default.alerts.notifications', 'is_active': False}],
    'mcp_gateway': [{'name': 'zato.gateway.mcp', 'url_path': '/mcp/demo', 'services': ['demo.echo', 'test.raise']}],
}


def export(session: Session) -> dict[str, list[dict]]:
    names = {value: key for key, value in SECURITY_TYPES.items()}
    types = {value: key for key, value in ENGINES.items()}
    found = {
        'security': [{'name': row['name'], 'type': names[row['sec_type']], 'username': row['username'], **_opaque(row)}
            for row in session.all('SELECT * FROM sec_base ORDER BY name') if row['name'] not in _INTERNAL_SECURITY],
        'channel_rest': [_filled({'name': row['name'], 'service': row['service_name'], 'url_path': row['url_path'],
            'security': row['security_name'], 'data_format': _not(row['data_format'], 'json'),
            'method': _not(row['method'], 'POST'), **_opaque(row)})
            for row in session.all('''SELECT h.*, s.name AS service_name, b.name AS security_name FROM http_soap h
                JOIN service s ON s.id = h.service_id LEFT JOIN sec_base b ON b.id = h.security_id ORDER BY h.name''')
            if row['connection'] == 'channel' and not row['is_internal']],
        'sql': [{'name': row['name'], 'type': types.get(row['engine'], row['engine']), 'host': row['host'], 'port': row['port'],
            'db_name': row['db_name'], 'username': row['username'], 'pool_size': row['pool_size'], **_opaque(row)}
            for row in session.all('SELECT * FROM sql_pool ORDER BY name')],
        'scheduler': [_filled({'name': row['name'], 'service': row['service_name'], 'job_type': row['job_type'],
            'is_active': bool(row['is_active']), 'start_date': row['start_date'].isoformat(), **{name: row[name] for name in
                ('weeks', 'days', 'hours', 'minutes', 'seconds', 'repeats')}})
            for row in session.all('''SELECT j.*, s.name AS service_name, i.weeks, i.days, i.hours, i.minutes, i.seconds, i.repeats FROM job j
                JOIN service s ON s.id = j.service_id LEFT JOIN job_interval_based i ON i.job_id = j.id ORDER BY j.name''')
            if not row['name'].startswith('zato.')],
    }
    found['outgoing_rest'] = [_filled({'name': row['name'], 'host': row['host'], 'url_path': row['url_path'],
        'data_format': _not(row['data_format'], 'json'), 'security': row['security_name'], **_opaque(row)}) for row in session.all("""SELECT h.*, b.name AS security_name FROM http_soap h
            LEFT JOIN sec_base b ON b.id = h.security_id WHERE h.connection = 'outgoing' ORDER BY h.name""")]
    for kind in ('groups', *STORED):
        found[kind] = [{'name': row['name'], **_opaque(row)} for row in session.all(
            'SELECT * FROM generic_object WHERE type_ = %(type)s ORDER BY name', type=kind)]
    return {kind: items for kind, items in {**found, **_OWN}.items() if items}


def _not(value: str | None, default: str) -> str | None:
    """Trap (seen on the real 4.1): what is by default is left out, and an import without it has no format at all."""
    return None if value == default else value


def _opaque(row: dict) -> dict:
    return {name: value for name, value in json.loads(row['opaque1'] or '{}').items() if name not in ('password', 'secret')}


def _filled(item: dict) -> dict:
    return {name: value for name, value in item.items() if value not in (None, '') and (value != 0 or value is False)}
