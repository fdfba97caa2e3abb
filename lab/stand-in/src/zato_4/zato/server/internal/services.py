"""zato.service.* and zato.hot-deploy.*: what is deployed, from where, with which hash (facts §8)."""

import json
import os

from ..registry import Call, service

_COLUMNS = 'id, name, is_active, impl_name, is_internal, slow_threshold'


@service('zato.hot-deploy.create', 'payload', 'payload_name', wrapped=False)
def hot_deploy(call: Call):
    return {'services_deployed': call.server.deployer.deploy(call.input.payload_name, call.input.payload)}


def _described(row: dict) -> dict:
    return {**row, 'is_active': bool(row['is_active']), 'is_internal': bool(row['is_internal']), 'may_be_deleted': not row['is_internal']}


@service('zato.service.get-list', 'cluster_id', wrapped=False)
def get_list(call: Call):
    """Those that this server has; internal ones are left out."""
    with call.server.odb.session() as session:
        rows = session.all(f'SELECT {_COLUMNS} FROM service WHERE cluster_id = %(cluster)s ORDER BY name', cluster=call.input.cluster_id)
    return [_described(row) for row in rows if not row['is_internal'] and call.server.store.get(row['name'])]


@service('zato.service.get-by-name', 'cluster_id', 'name', wrapped=False)
def get_by_name(call: Call):
    with call.server.odb.session() as session:
        return _described(session.one(f'SELECT {_COLUMNS} FROM service WHERE cluster_id = %(cluster)s AND name = %(name)s',
            cluster=call.input.cluster_id, name=call.input.name))


@service('zato.service.is-deployed', 'name', wrapped=False)
def is_deployed(call: Call):
    return {'is_deployed': call.server.invoker.exists(call.input.name)}


@service('zato.service.get-source-info', 'cluster_id', 'name', wrapped=False)
def get_source_info(_call: Call):
    """Trap (facts §8): broken."""
    raise AttributeError("'NoneType' object has no attribute 'source'")


@service('zato.service.get-deployment-info-list', wrapped=False)
def get_deployment_info_list(call: Call):
    """Of all servers. Rows of files that a server had before it was restarted are among them."""
    wanted = call.input.get('id')
    with call.server.odb.session() as session:
        rows = session.all('''SELECT d.server_id, sv.name AS server_name, d.service_id, s.name AS service_name, d.details
            FROM deployed_service d JOIN service s ON s.id = d.service_id JOIN server sv ON sv.id = d.server_id ORDER BY s.name, sv.name''')
    answer = []
    for row in rows:
        details = json.loads(row.pop('details'))
        if wanted in (None, '', row['service_id']):
            answer.append({**row, 'fs_location': details['fs_location'], 'file_name': os.path.basename(details['fs_location']),
                'line_number': details['line_number'], **({'details': details} if call.input.needs_details else {})})
    return answer


@service('zato.service.delete', 'id', wrapped=False)
def delete(call: Call):
    """Trap (source of 4.1): the file goes too, with all other services in it, and it is an error where the server may not remove it."""
    with call.server.odb.session() as session:
        row = session.one('SELECT name, is_internal FROM service WHERE id = %(id)s', id=call.input.id)
        if row['is_internal']:
            raise Exception(f"Can't delete service:[{row['name']}], it's an internal one and internal_services_may_be_deleted is not True")
        session.run('DELETE FROM service WHERE id = %(id)s', id=call.input.id)
    path = call.server.store.path_of(row['name'])
    call.server.store.delete(row['name'])
    if path and os.path.exists(path):
        os.remove(path)
