"""zato.server.*: servers of the cluster, and functions of this one (facts §8)."""

from ..boot_tasks import encrypt_passwords
from ..registry import Call, service


@service('zato.server.get-list', 'cluster_id', wrapped=False)
def get_list(call: Call):
    with call.server.odb.session() as session:
        rows = session.all('SELECT * FROM server WHERE cluster_id = %(cluster)s ORDER BY name', cluster=call.input.cluster_id)
    return [{name: value for name, value in row.items() if name != 'token'} for row in rows]


@service('zato.server.delete', 'id', wrapped=False)
def delete(call: Call):
    with call.server.odb.session() as session:
        session.one('SELECT id FROM server WHERE id = %(id)s', id=call.input.id)
        session.run('DELETE FROM server WHERE id = %(id)s', id=call.input.id)


@service('zato.server.invoker', wrapped=False)
def invoke_function(call: Call):
    """`reload_config`: what others have changed in the ODB comes into effect on this server (facts §8)."""
    name = call.request.payload['func_name']
    if name != 'reload_config':
        raise AttributeError(f"'ParallelServer' object has no attribute '{name}'")
    encrypt_passwords(call.server)
    call.server.memory.reload()
    call.server.scheduler.reload()
