"""zato.server.*: servers of the cluster (facts §7.6)."""

from ..registry import Call, service


@service('zato.server.get-list', 'cluster_id')
def get_list(call: Call):
    """Tokens are left out."""
    with call.server.odb.session() as session:
        rows = session.all('SELECT * FROM server WHERE cluster_id = %(cluster)s ORDER BY name', cluster=call.input.cluster_id)
    return [{name: value for name, value in row.items() if name != 'token'} for row in rows]


@service('zato.server.delete', 'id')
def delete(call: Call):
    with call.server.odb.session() as session:
        session.one('SELECT id FROM server WHERE id = %(id)s', id=call.input.id)
        session.run('DELETE FROM server WHERE id = %(id)s', id=call.input.id)
