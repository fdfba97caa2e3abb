"""Objects that the stand-in only stores: caches, SMTP connections and every other kind that enmasse knows (facts §II.2)."""

import json

from ..registry import Call, service

# Prefix of the services -> fields that `create` asks for
PREFIXES: dict[str, tuple[str, ...]] = {
    'zato.cache.builtin': (),
    'zato.channel.amqp': ('queue',),
    'zato.channel.jms-wmq': ('queue',),
    'zato.channel.web-socket': ('address',),
    'zato.channel.zmq': ('address',),
    'zato.definition.amqp': ('host', 'port'),
    'zato.definition.cassandra': ('contact_points',),
    'zato.definition.jms-wmq': ('host', 'port'),
    'zato.email.imap': ('host', 'port'),
    'zato.email.smtp': ('host', 'port'),
    'zato.generic.connection': ('type_',),
    'zato.generic.rest-wrapper': (),
    'zato.notif.sql': (),
    'zato.outgoing.amqp': (),
    'zato.outgoing.ftp': ('host',),
    'zato.outgoing.jms-wmq': (),
    'zato.outgoing.redis': (),
    'zato.outgoing.zmq': ('address',),
    'zato.pubsub.endpoint': ('endpoint_type',),
    'zato.pubsub.subscription': ('endpoint_name',),
    'zato.pubsub.topic': (),
    'zato.query.cassandra': (),
    'zato.security.rbac.client-role': (),
    'zato.security.rbac.role': (),
    'zato.security.rbac.role-permission': (),
}

_NOT_STORED = {'id', 'name', 'cluster_id', 'is_source_external'}
_SECRETS = ('password', 'secret')


def _described(row: dict) -> dict:
    data = {'is_active': True, **json.loads(row['opaque1'] or '{}')}
    for name in _SECRETS:
        data.pop(name, None)
    return {**data, 'id': row['id'], 'name': row['name']}


def _register(prefix: str, required: tuple[str, ...]) -> None:
    def stored(call: Call) -> str:
        return json.dumps({name: value for name, value in sorted(call.input.items()) if name not in _NOT_STORED})

    is_generic = prefix == 'zato.generic.connection'

    @service(f'{prefix}.get-list', wrapped=not is_generic)
    def get_list(call: Call):
        """Trap: generic connections come with something beside the rows, in an element of another name."""
        with call.server.odb.session() as session:
            rows = session.all('''SELECT id, name, opaque1 FROM generic_object WHERE type_ = %(type)s AND cluster_id = %(cluster)s
                ORDER BY name''', type=prefix, cluster=call.server.cluster_id)
        described = [_described(row) for row in rows]
        if not is_generic:
            return described
        wanted = call.input.get('type_')
        return {'_meta': {}, 'response': [row for row in described if wanted in (None, row['type_'])]}

    @service(f'{prefix}.create', 'name', *required)
    def create(call: Call):
        with call.server.odb.session() as session:
            row_id = session.insert('generic_object', type_=prefix, name=call.input.name, opaque1=stored(call),
                cluster_id=call.server.cluster_id)
        return {'id': row_id, 'name': call.input.name}

    @service(f'{prefix}.edit', 'id', 'name', *required)
    def edit(call: Call):
        with call.server.odb.session() as session:
            session.one('SELECT id FROM generic_object WHERE id = %(id)s', id=call.input.id)
            session.update('generic_object', call.input.id, name=call.input.name, opaque1=stored(call))
        return {'id': call.input.id, 'name': call.input.name}

    @service(f'{prefix}.delete', 'id')
    def delete(call: Call):
        with call.server.odb.session() as session:
            session.one('SELECT id FROM generic_object WHERE id = %(id)s AND type_ = %(type)s', id=call.input.id, type=prefix)
            session.run('DELETE FROM generic_object WHERE id = %(id)s', id=call.input.id)


for _prefix, _required in PREFIXES.items():
    _register(_prefix, _required)
