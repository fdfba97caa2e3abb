"""zato.service.*: what is deployed, from where, with which hash; upload and removal (facts §7.4, §7.6, §7.7)."""

import json
import os
from base64 import b64decode, b64encode

from ..registry import Call, service

_COLUMNS = 'id, name, is_active, impl_name, is_internal, slow_threshold'


def _described(row: dict) -> dict:
    return {**row, 'is_active': bool(row['is_active']), 'is_internal': bool(row['is_internal']), 'may_be_deleted': not row['is_internal']}


@service('zato.service.get-list', 'cluster_id')
def get_list(call: Call):
    """Internal services (zato.*) are left out; `query` is not looked at."""
    with call.server.odb.session() as session:
        rows = session.all(f'SELECT {_COLUMNS} FROM service WHERE cluster_id = %(cluster)s ORDER BY name', cluster=call.input.cluster_id)
    return [_described(row) for row in rows
        if not row['name'].startswith('zato') and (row['is_internal'] or call.server.store.get(row['name']))]


@service('zato.service.get-by-name', 'cluster_id', 'name')
def get_by_name(call: Call):
    with call.server.odb.session() as session:
        return _described(session.one(f'SELECT {_COLUMNS} FROM service WHERE cluster_id = %(cluster)s AND name = %(name)s',
            cluster=call.input.cluster_id, name=call.input.name))


@service('zato.service.is-deployed', 'name', wrapped=False)
def is_deployed(call: Call):
    return {'is_deployed': call.server.invoker.exists(call.input.name)}


@service('zato.service.get-source-info', 'cluster_id', 'name')
def get_source_info(call: Call):
    """Of this server only: source_hash is the SHA-256 of the file that it deployed."""
    with call.server.odb.session() as session:
        row = session.one('''SELECT s.id AS service_id, sv.name AS server_name, d.source, d.source_path, d.source_hash,
            d.source_hash_method FROM deployed_service d JOIN service s ON s.id = d.service_id JOIN server sv ON sv.id = d.server_id
            WHERE s.name = %(name)s AND s.cluster_id = %(cluster)s AND sv.id = %(server)s''',
            name=call.input.name, cluster=call.input.cluster_id, server=call.server.id)
    return {**row, 'source': b64encode(bytes(row['source'])).decode()}


@service('zato.service.get-deployment-info-list')
def get_deployment_info_list(call: Call):
    """Trap (facts §7.4): without an id the list is empty."""
    with call.server.odb.session() as session:
        rows = session.all('''SELECT d.server_id, sv.name AS server_name, d.service_id, s.name AS service_name, d.details
            FROM deployed_service d JOIN service s ON s.id = d.service_id JOIN server sv ON sv.id = d.server_id
            WHERE s.id = %(id)s ORDER BY sv.name''', id=call.input.get('id') or 0)
    answer = []
    for row in rows:
        details = json.loads(row.pop('details'))
        answer.append({**row, 'fs_location': details['fs_location'], 'file_name': os.path.basename(details['fs_location']),
            'line_number': details['line_number'], **({'details': details} if call.input.needs_details else {})})
    return answer


@service('zato.service.upload-package', 'cluster_id', 'payload', 'payload_name')
def upload_package(call: Call):
    return {'package_id': call.server.deployer.upload(call.input.payload_name, b64decode(call.input.payload))}


@service('zato.ide-deploy.create', 'payload', 'payload_name', wrapped=False)
def ide_deploy(call: Call):
    return {'success': True, 'msg': f"Deployed package {upload_package(call)['package_id']}"}


@service('zato.service.delete', 'id')
def delete(call: Call):
    """Trap (facts §7.7): channels of the service are gone from the ODB with it, but stay in memory and answer 500 until a restart."""
    with call.server.odb.session() as session:
        row = session.one('SELECT name, is_internal FROM service WHERE id = %(id)s', id=call.input.id)
        if row['is_internal']:
            raise Exception(f"Can't delete service:[{row['name']}], it's an internal one and internal_services_may_be_deleted is not True")
        session.run('DELETE FROM service WHERE id = %(id)s', id=call.input.id)
    call.server.broker.publish('SERVICE_DELETE', name=row['name'], file_name=call.server.store.path_of(row['name']) or '')


for _name in ('zato.security.jwt.log-in', 'zato.security.jwt.log-out', 'zato.updates.check-updates'):
    service(_name, wrapped=False)(lambda _call: None)
