"""zato.http-soap.*: REST channels and outgoing REST connections (facts §7.6, §7.7, §8)."""

import json

from ..service_api import AttributeDict
from . import groups
from ..registry import Call, service

_COLUMNS = ('name', 'is_active', 'is_internal', 'connection', 'transport', 'host', 'url_path', 'method', 'soap_action', 'data_format',
    'content_type', 'ping_method', 'pool_size', 'timeout', 'security_id', 'service_id', 'cluster_id')
_IGNORED = {'id', 'service', 'service_name', 'security', 'security_name', 'sec_def', 'is_source_external', 'password'}

_LIST_SQL = '''SELECT h.*, s.name AS service_name, b.name AS security_name, b.sec_type FROM http_soap h
    LEFT JOIN service s ON s.id = h.service_id LEFT JOIN sec_base b ON b.id = h.security_id
    WHERE h.cluster_id = %(cluster)s ORDER BY h.name'''


def _described(row: dict) -> dict:
    opaque = json.loads(row.pop('opaque1') or '{}')
    return {**opaque, **row, 'is_active': bool(row['is_active']), 'is_internal': bool(row['is_internal'])}


@service('zato.http-soap.get-list')
def get_list(call: Call):
    """Trap: of the channels that Zato itself made, those whose name does not begin with `zato` are in the list."""
    with call.server.odb.session() as session:
        rows = session.all(_LIST_SQL, cluster=call.input.get('cluster_id') or call.server.cluster_id)
    return [_described(row) for row in rows
        if not row['name'].startswith('zato')
        and row['connection'] == (call.input.get('connection') or row['connection'])
        and row['transport'] == (call.input.get('transport') or row['transport'])]


@service('zato.http-soap.get')
def get(call: Call):
    with call.server.odb.session() as session:
        rows = session.all(_LIST_SQL, cluster=call.server.cluster_id)
    for row in rows:
        if str(row['id']) == str(call.input.id) or row['name'] == call.input.name:
            return _described(row)
    raise Exception('No such HTTP/SOAP object')


def _values(call: Call, session) -> dict:
    data = {**call.input, 'security_groups': groups.ids_of(call, session, call.input.get('security_groups') or [])}
    data = AttributeDict(data)
    service_name = data.get('service') or data.get('service_name')
    values = {name: data.get(name) for name in _COLUMNS}
    values.update(connection=data.connection, transport=data.get('transport') or 'plain_http', cluster_id=call.server.cluster_id,
        is_active=bool(data.get('is_active', True)), is_internal=bool(data.get('is_internal', False)), soap_action='',
        timeout=data.get('timeout') or 10,
        opaque1=json.dumps({name: value for name, value in sorted(data.items()) if name not in _COLUMNS and name not in _IGNORED}))
    if data.connection == 'channel':
        found = session.first('SELECT id FROM service WHERE name = %(name)s AND cluster_id = %(cluster)s', name=service_name,
            cluster=call.server.cluster_id)
        if not found:
            raise Exception(f'Service `{service_name}` does not exist in this cluster')
        values['service_id'] = found['id']
    return values


def _place(values: dict) -> tuple[str, str]:
    return values['method'] or '', json.loads(values['opaque1'] or '{}').get('http_accept') or ''


@service('zato.http-soap.create', 'name', 'url_path', 'connection')
def create(call: Call):
    with call.server.odb.session() as session:
        values = _values(call, session)
        if values['connection'] == 'channel':
            # Trap (tried on 3.3): the same path, method and Accept. An edit is not looked at.
            for other in session.all("""SELECT name, method, opaque1 FROM http_soap WHERE connection = 'channel'
                    AND url_path = %(url_path)s AND cluster_id = %(cluster_id)s""", url_path=values['url_path'],
                    cluster_id=values['cluster_id']):
                if _place(other) == _place(values):
                    raise Exception(f"Such a channel already exists ({other['name']}); url_path:`{values['url_path']}`")
        row_id = session.insert('http_soap', **values)
    call.server.broker.publish('CHANNEL_CREATE_EDIT', id=row_id)
    return {'id': row_id, 'name': values['name'], 'url_path': values['url_path']}


@service('zato.http-soap.edit', 'id', 'name', 'url_path', 'connection')
def edit(call: Call):
    with call.server.odb.session() as session:
        values = _values(call, session)
        session.update('http_soap', call.input.id, **values)
    call.server.broker.publish('CHANNEL_CREATE_EDIT', id=call.input.id)
    return {'id': call.input.id, 'name': values['name']}


@service('zato.http-soap.delete', 'id')
def delete(call: Call):
    with call.server.odb.session() as session:
        session.one('SELECT id FROM http_soap WHERE id = %(id)s', id=call.input.id)
        session.run('DELETE FROM http_soap WHERE id = %(id)s', id=call.input.id)
    call.server.broker.publish('CHANNEL_DELETE', id=call.input.id)
