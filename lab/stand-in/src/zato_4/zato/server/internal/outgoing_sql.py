"""zato.outgoing.sql.*: SQL connections (facts §8)."""

import json

from ..outgoing_sql import SqlConnections
from ..registry import Call, service


@service('zato.outgoing.sql.get-list', 'cluster_id', wrapped=False)
def get_list(call: Call):
    """Traps: with the passwords, in clear text (facts §8); `extra` as PostgreSQL keeps it, bytes in a column of text, as digits (seen on the
    real 4.1)."""
    with call.server.odb.session() as session:
        rows = session.all('SELECT * FROM sql_pool WHERE cluster_id = %(cluster)s ORDER BY name', cluster=call.input.cluster_id)
    return [{**json.loads(row.pop('opaque1') or '{}'), **row, 'is_active': bool(row['is_active']),
        'extra': '\\x' + bytes(row['extra'] or b'').hex()} for row in rows]


@service('zato.outgoing.sql.delete', 'id', wrapped=False)
def delete(call: Call):
    with call.server.odb.session() as session:
        row = session.one('SELECT name FROM sql_pool WHERE id = %(id)s', id=call.input.id)
        session.run('DELETE FROM sql_pool WHERE id = %(id)s', id=call.input.id)
    call.server.memory.sql.pop(row['name'], None)


@service('zato.outgoing.sql.ping', 'id', 'should_raise_on_error', wrapped=False)
def ping(call: Call):
    with call.server.odb.session() as session:
        row = session.one('SELECT name FROM sql_pool WHERE id = %(id)s', id=call.input.id)
    try:
        seconds = SqlConnections(call.server).get(row['name']).ping()
    except Exception as error:
        call.server.logger.warning('SQL connection `%s` could not be pinged, e:`%s`', row['name'], error)
        if call.input.should_raise_on_error:
            raise
        return {'id': call.input.id}
    return {'id': call.input.id, 'response_time': f'{seconds:.4f}'}
