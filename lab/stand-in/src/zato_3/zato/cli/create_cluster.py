"""create_cluster: the cluster's row and what every cluster has from the beginning (facts §2, §7, §8)."""

from datetime import datetime
from uuid import uuid4

from ..common import secrets
from ..common.banner import RELEASE
from ..common.db import Session
from .command import say
from .odb import database, user_host

# Security definitions: name -> (username, whose password it is)
_PUBAPI = 'pubapi'
_INTERNAL_INVOKE = 'zato.internal.invoke'

# Channels of a new cluster: name, URL path, service, security definition or None.
# Trap (facts §0.1): the one that invokes any service by name has no security in 3.3; in 3.2 it has (facts-3.2 §8).
_CHANNELS = (
    ('zato.ping', '/zato/ping', 'zato.ping', None),
    ('zato.ping.plain_http.basic_auth', '/zato/ping.plain_http.basic_auth', 'zato.ping', _PUBAPI),
    ('/zato/api/invoke/{service_name}', '/zato/api/invoke/{service_name}', 'pub.zato.service.service-invoker',
        None if RELEASE == '3.3' else _PUBAPI),
    ('admin.invoke', '/zato/admin/invoke', 'zato.service.invoke', 'admin.invoke'),
    (_INTERNAL_INVOKE, '/zato/internal/invoke', 'zato.service.invoke', _INTERNAL_INVOKE),
    ('zato.security.jwt.log-in', '/zato/jwt/log-in', 'zato.security.jwt.log-in', None),
    ('zato.security.jwt.log-out', '/zato/jwt/log-out', 'zato.security.jwt.log-out', None),
    ('/ide-deploy', '/ide-deploy', 'zato.ide-deploy.create', None),
)


def execute(args) -> None:
    if not args.admin_invoke_password:
        raise EOFError('Password for config API clients to connect to servers with')  # the real one asks (facts §II.1 d)
    with database(args).session() as session:
        cluster_id = session.insert('cluster', name=args.cluster_name,
            description=f'Created by {user_host()} on {datetime.utcnow().isoformat()} (UTC)',
            odb_type=args.odb_type, odb_host=args.odb_host, odb_port=args.odb_port, odb_user=args.odb_user,
            odb_db_name=args.odb_db_name, lb_host=args.lb_host, lb_port=args.lb_port, lb_agent_port=args.lb_agent_port)
        security = _add_security(session, cluster_id, args.admin_invoke_password, getattr(args, 'secret_key', None))
        _add_channels(session, cluster_id, security)
        _add_defaults(session, cluster_id)
    say('OK')


def _add_security(session: Session, cluster_id: int, admin_password: str, secret_key: str | None) -> dict[str, int]:
    def generated() -> str:
        password = uuid4().hex
        return secrets.encrypt_for_odb(secret_key, password) if secret_key else password

    # The password of admin.invoke is in clear text in the ODB, the generated ones are encrypted (facts §2).
    definitions = {
        'admin.invoke': ('admin.invoke', admin_password),
        _PUBAPI: ('pubapi', generated()),
        _INTERNAL_INVOKE: ('zato.internal.invoke.user', generated()),
        'ide_publisher': ('ide_publisher', generated()),
    }
    ids = {}
    for name, (username, password) in definitions.items():
        ids[name] = session.insert('sec_base', name=name, username=username, password=password, is_active=True,
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


def _add_defaults(session: Session, cluster_id: int) -> None:
    session.insert('generic_object', type_='zato.cache.builtin', name='default', cluster_id=cluster_id,
        opaque1='{"is_active": true, "is_default": true, "cache_type": "builtin", "max_size": 10000}')
    # Trap (facts §II.5): 3.3 puts the rule engine's group under cluster 1 whatever cluster it creates, so a second cluster
    # in the same ODB violates gen_obj_uq_name_type.
    # 3.2 has no rule engine (facts-3.2 §2).
    if RELEASE == '3.3':
        session.insert('generic_object', type_='zato-api-creds', name='Rule engine API users', cluster_id=1, opaque1='{}')
