"""Objects that enmasse stores and that do nothing here: they can be listed and deleted."""

import json

from ..registry import Call, service

# Kind in a file of enmasse -> prefix of the services
_PREFIXES = {
    'email_imap': 'zato.email.imap',
    'email_smtp': 'zato.email.smtp',
    'groups': 'zato.groups',
    'odoo': 'zato.outgoing.odoo',
    'pubsub_topic': 'zato.pubsub.topic',
    'pubsub_permission': 'zato.pubsub.permission',
    'pubsub_subscription': 'zato.pubsub.subscription',
}

_SECRETS = ('password', 'secret')


def _register(kind: str, prefix: str) -> None:
    # A group is listed by its type, all others by the cluster.
    @service(f'{prefix}.get-list', 'group_type' if kind == 'groups' else 'cluster_id', wrapped=False)
    def get_list(call: Call):
        with call.server.odb.session() as session:
            rows = session.all('SELECT id, name, opaque1 FROM generic_object WHERE type_ = %(type)s ORDER BY name', type=kind)
        return [{**{name: value for name, value in json.loads(row['opaque1'] or '{}').items() if name not in _SECRETS},
            'id': row['id'], 'name': row['name']} for row in rows]

    @service(f'{prefix}.delete', 'id', wrapped=False)
    def delete(call: Call):
        with call.server.odb.session() as session:
            session.one('SELECT id FROM generic_object WHERE id = %(id)s AND type_ = %(type)s', id=int(call.input.id), type=kind)
            session.run('DELETE FROM generic_object WHERE id = %(id)s', id=int(call.input.id))


for _kind, _prefix in _PREFIXES.items():
    _register(_kind, _prefix)
