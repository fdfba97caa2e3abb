"""create_cluster: the cluster's row, and what every cluster has from the beginning (facts §2, §7)."""

from datetime import datetime
from uuid import uuid4

from ..common import secrets
from ..common.db import Session
from .command import say
from .odb import database, user_host

_INVOKER = 'pub.zato.service.service-invoker'

# Security definitions of a new cluster
_DEFINITIONS = ('admin.invoke', 'ide_publisher', 'zato.log.streaming', 'django', 'metrics')

# Channels of a new cluster: name, URL path, service, security definition or None
_CHANNELS = (
    ('zato.ping', '/zato/ping', 'demo.ping', None),
    ('zato.django', '/zato/api/invoke/django/{service_name}', _INVOKER, 'django'),
    ('zato.api.invoke', '/zato/api/invoke/{service_name}', _INVOKER, 'admin.invoke'),
    ('zato.ide_publisher', '/ide-deploy', 'zato.hot-deploy.create', 'ide_publisher'),
    ('zato.metrics', '/metrics', 'zato.helpers.get-metrics', 'metrics'),
    ('zato.log.streaming.toggle', '/api/log/streaming/toggle', 'demo.ping', 'zato.log.streaming'),
    ('zato.log.streaming.status', '/api/log/streaming/status', 'demo.ping', 'zato.log.streaming'),
    ('pubsub.rest.publish', '/pubsub/topic/{topic_name}', 'pubsub.rest.publish', None),
    ('pubsub.rest.get-messages', '/pubsub/messages/get', 'pubsub.rest.get-messages', None),
)


def execute(args) -> None:
    with database(args).session() as session:
        cluster_id = session.insert('cluster', name=args.cluster_name,
            description=f'Created by {user_host()} on {datetime.utcnow().isoformat()} (UTC)',
            odb_type=args.odb_type, odb_host=args.odb_host, odb_port=args.odb_port or None, odb_user=args.odb_user,
            odb_db_name=args.odb_db_name)
        security = _add_security(session, cluster_id, args)
        _add_channels(session, cluster_id, security)
    say('OK')


def _add_security(session: Session, cluster_id: int, args) -> dict[str, int]:
    """The password of admin.invoke stands in clear text until a server has started for the first time (facts §3)."""
    key = getattr(args, 'secret_key', None)

    def generated() -> str:
        return secrets.encrypt_for_odb(key, uuid4().hex) if key else uuid4().hex

    ids = {}
    for name in _DEFINITIONS:
        given = getattr(args, 'admin_invoke_password', None) if name == 'admin.invoke' else None
        ids[name] = session.insert('sec_base', name=name, username=name, password=given or generated(), is_active=True,
            sec_type='basic_auth', cluster_id=cluster_id)
        session.run('INSERT INTO sec_basic_auth (id, realm) VALUES (%(id)s, %(realm)s)', id=ids[name], realm='Zato')
    return ids


def _add_channels(session: Session, cluster_id: int, security: dict[str, int]) -> None:
    services: dict[str, int] = {}
    for name, url_path, service, definition in _CHANNELS:
        if service not in services:
            services[service] = session.insert('service', name=service, is_active=True, is_internal=True, cluster_id=cluster_id,
                impl_name=f'zato.server.service.internal.{service}')
        session.insert('http_soap', name=name, is_active=True, is_internal=True, connection='channel', transport='plain_http',
            url_path=url_path, soap_action='', data_format='json', cluster_id=cluster_id, service_id=services[service],
            security_id=security[definition] if definition else None)
