"""zato.http-soap.*: REST channels and outgoing REST connections (facts §8)."""

import json

from ..registry import Call, service


@service('zato.http-soap.get-list', wrapped=False)
def get_list(call: Call):
    with call.server.odb.session() as session:
        rows = session.all('''SELECT h.*, s.name AS service_name, b.name AS security_name, b.sec_type FROM http_soap h
            LEFT JOIN service s ON s.id = h.service_id LEFT JOIN sec_base b ON b.id = h.security_id
            WHERE h.cluster_id = %(cluster)s ORDER BY h.name''', cluster=call.input.get('cluster_id') or call.server.cluster_id)
    return [{**json.loads(row.pop('opaque1') or '{}'), **row, 'is_active': bool(row['is_active']), 'is_internal': bool(row['is_internal'])}
        for row in rows if not row['is_internal']
        and row['connection'] == (call.input.get('connection') or row['connection'])
        and row['transport'] == (call.input.get('transport') or row['transport'])]


@service('zato.http-soap.delete', 'id', wrapped=False)
def delete(call: Call):
    """In effect on this server; the others go on until `reload_config`."""
    with call.server.odb.session() as session:
        session.one('SELECT id FROM http_soap WHERE id = %(id)s', id=call.input.id)
        session.run('DELETE FROM http_soap WHERE id = %(id)s', id=call.input.id)
    call.server.memory.apply('CHANNEL_DELETE', {'id': int(call.input.id)})
