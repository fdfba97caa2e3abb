"""zato.security.*: security definitions (facts §8)."""

import json

from ...common import secrets
from ..registry import Call, service

# Type in the ODB -> prefix of the services. There is no JWT.
KINDS = {
    'basic_auth': 'zato.security.basic-auth',
    'apikey': 'zato.security.apikey',
    'ntlm': 'zato.security.ntlm',
    'oauth': 'zato.security.oauth',
    'mtls': 'zato.security.mtls',
    'spnego': 'zato.security.spnego',
    'wss': 'zato.security.wss',
}


def _rows(call: Call, sec_type: str | None) -> list[dict]:
    with call.server.odb.session() as session:
        rows = session.all('SELECT * FROM sec_base WHERE cluster_id = %(cluster)s ORDER BY name', cluster=call.server.cluster_id)
    return [{**json.loads(row['opaque1'] or '{}'), 'id': row['id'], 'name': row['name'], 'is_active': bool(row['is_active']),
        'username': row['username'], 'sec_type': row['sec_type']} for row in rows if sec_type in (None, row['sec_type'])]


@service('zato.security.get-list', 'cluster_id', wrapped=False)
def get_list(call: Call):
    return _rows(call, None)


def _register(sec_type: str, prefix: str) -> None:
    @service(f'{prefix}.get-list', 'cluster_id', wrapped=False)
    def get_list_of_kind(call: Call):
        return _rows(call, sec_type)

    @service(f'{prefix}.change-password', 'password', wrapped=False)
    def change_password(call: Call):
        """In effect on this server at once, on the others after `reload_config`."""
        if not call.input.password:
            raise Exception('Password must not be empty')
        with call.server.odb.session() as session:
            if call.input.get('id'):
                row = session.one('SELECT id FROM sec_base WHERE id = %(id)s AND sec_type = %(type)s', id=int(call.input.id), type=sec_type)
            else:
                row = session.one('SELECT id FROM sec_base WHERE name = %(name)s AND sec_type = %(type)s', name=call.input.name, type=sec_type)
            session.update('sec_base', row['id'], password=secrets.encrypt_for_odb(call.server.config.secret_key, call.input.password))
        call.server.memory.apply('SECURITY_CREATE_EDIT', {'id': row['id']})
        return {'id': row['id']}

    @service(f'{prefix}.delete', 'id', wrapped=False)
    def delete(call: Call):
        with call.server.odb.session() as session:
            session.one('SELECT id FROM sec_base WHERE id = %(id)s AND sec_type = %(type)s', id=int(call.input.id), type=sec_type)
            session.run('DELETE FROM sec_base WHERE id = %(id)s', id=int(call.input.id))
        call.server.memory.apply('SECURITY_DELETE', {'id': int(call.input.id)})


for _type, _prefix in KINDS.items():
    _register(_type, _prefix)
