"""zato.common.import-objects: security definitions of type basic_auth come in as a whole, not one by one (facts §7.5)."""

from . import security
from ..registry import Call, service


@service('zato.common.import-objects', wrapped=False)
def import_objects(call: Call):
    with call.server.odb.session() as session:
        rows = session.all("SELECT id, name FROM sec_base WHERE cluster_id = %(cluster)s AND sec_type = 'basic_auth'",
            cluster=call.server.cluster_id)
    existing = {row['name']: row['id'] for row in rows}
    for item in call.input.get('basic_auth') or []:
        security.save(call, 'basic_auth', item, existing.get(item['name']))


@service('pub.zato.common.sync-objects', wrapped=False)
def sync_objects(_call: Call):
    return None
