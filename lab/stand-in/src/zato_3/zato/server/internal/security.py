"""zato.security.*: security definitions (facts §2, §7.5)."""

import json
from uuid import uuid4

from ...common import secrets
from .outgoing_sql import checked_password, find
from ..registry import Call, service

# Type in the ODB and in enmasse -> prefix of the services
KINDS = {
    'basic_auth': 'zato.security.basic-auth',
    'apikey': 'zato.security.apikey',
    'jwt': 'zato.security.jwt',
    'oauth': 'zato.security.oauth',
    'ntlm': 'zato.security.ntlm',
    'aws': 'zato.security.aws',
}

_COLUMNS = {'id', 'name', 'username', 'password', 'is_active', 'cluster_id', 'is_source_external', 'sec_type', 'type'}


def _described(row: dict) -> dict:
    opaque = json.loads(row['opaque1'] or '{}')
    return {**opaque, 'id': row['id'], 'name': row['name'], 'is_active': bool(row['is_active']), 'username': row['username'],
        'sec_type': row['sec_type']}


def _rows(call: Call, sec_type: str | None) -> list[dict]:
    with call.server.odb.session() as session:
        rows = session.all('SELECT * FROM sec_base WHERE cluster_id = %(cluster)s ORDER BY name',
            cluster=call.input.get('cluster_id') or call.server.cluster_id)
    return [_described(row) for row in rows if sec_type in (None, row['sec_type'])]


@service('zato.security.get-list')
def get_list(call: Call):
    return _rows(call, None)


def save(call: Call, sec_type: str, data: dict, row_id: int | None) -> int:
    """Creates or edits a definition; the password is encrypted (facts §2: "basic-auth created by enmasse is encrypted")."""
    opaque = {name: value for name, value in sorted(data.items()) if name not in _COLUMNS}
    if sec_type == 'basic_auth':
        opaque.setdefault('realm', data.get('realm') or 'API')
    # The user of an API key is made up: its header is what counts.
    username = '' if sec_type == 'apikey' else data.get('username')
    values = {'name': data['name'], 'is_active': bool(data.get('is_active', True)), 'opaque1': json.dumps(opaque),
        'username': username or f'Zato-Not-Used-{uuid4().hex}', 'sec_type': sec_type, 'cluster_id': call.server.cluster_id}
    is_new = row_id is None
    if is_new or data.get('password'):
        values['password'] = secrets.encrypt_for_odb(call.server.config.secret_key, data.get('password') or uuid4().hex)
    with call.server.odb.session() as session:
        if row_id is None:
            row_id = session.insert('sec_base', **values)
        else:
            session.update('sec_base', row_id, **values)
        if sec_type == 'basic_auth':
            session.run('DELETE FROM sec_basic_auth WHERE id = %(id)s', id=row_id)
            session.run('INSERT INTO sec_basic_auth (id, realm) VALUES (%(id)s, %(realm)s)', id=row_id, realm=opaque['realm'])
    if sec_type != 'jwt' or not is_new:
        call.server.broker.publish('SECURITY_CREATE_EDIT', id=row_id)
    return row_id


def _register(sec_type: str, prefix: str) -> None:
    required = ('name', 'is_active', 'username', 'realm') if sec_type == 'basic_auth' else ('name', 'is_active')

    @service(f'{prefix}.get-list', 'cluster_id')
    def get_list_of_kind(call: Call):
        return _rows(call, sec_type)

    @service(f'{prefix}.create', *required)
    def create(call: Call):
        row_id = save(call, sec_type, call.input, None)
        # Trap (measured on 3.3): workers cannot be told of a new JWT definition, since one of its fields is of bytes, which JSON cannot
        # hold; the service waits for them to know it, and an import waits for the service.
        if sec_type == 'jwt':
            call.server.stopping.wait()
        return {'id': row_id, 'name': call.input.name}

    @service(f'{prefix}.edit', 'id', *required)
    def edit(call: Call):
        with call.server.odb.session() as session:
            session.one('SELECT id FROM sec_base WHERE id = %(id)s AND sec_type = %(type)s', id=int(call.input.id), type=sec_type)
        return {'id': save(call, sec_type, call.input, int(call.input.id)), 'name': call.input.name}

    @service(f'{prefix}.change-password', 'password1', 'password2')
    def change_password(call: Call):
        password = secrets.encrypt_for_odb(call.server.config.secret_key, checked_password(call))
        with call.server.odb.session() as session:
            row = find(session, 'sec_base', call)
            session.update('sec_base', row['id'], password=password)
        call.server.broker.publish('SECURITY_CREATE_EDIT', id=row['id'])
        return {'id': row['id']}

    @service(f'{prefix}.delete', 'id')
    def delete(call: Call):
        with call.server.odb.session() as session:
            session.one('SELECT id FROM sec_base WHERE id = %(id)s', id=call.input.id)
            session.run('DELETE FROM sec_base WHERE id = %(id)s', id=call.input.id)
        call.server.broker.publish('SECURITY_DELETE', id=call.input.id)


for _sec_type, _prefix in KINDS.items():
    _register(_sec_type, _prefix)
