"""Imports kind after kind, each in a transaction of its own: what comes before a failure stays (facts §8). Nothing is ever deleted."""

import json
from datetime import datetime, timedelta
from uuid import uuid4

from ...common.db import Database, Session
from ..command import say
from .reader import Declared

_CLUSTER_ID = 1

# Types of security definitions in a file -> in the ODB
SECURITY_TYPES = {**{name: name for name in ('basic_auth', 'apikey', 'ntlm', 'mtls', 'spnego', 'wss')}, 'bearer_token': 'oauth'}
ENGINES = {'mssql': 'zato+mssql1', 'mysql': 'mysql+pymysql', 'oracle': 'oracle', 'postgresql': 'postgresql+pg8000'}

_INTERVAL = ('weeks', 'days', 'hours', 'minutes', 'seconds', 'repeats')
_CHANNEL_COLUMNS = ('url_path', 'method', 'data_format', 'content_type', 'is_active', 'timeout')
_OUTGOING_COLUMNS = ('host', 'url_path', 'data_format', 'content_type', 'is_active', 'timeout', 'ping_method', 'pool_size')
_SQL_COLUMNS = ('is_active', 'username', 'db_name', 'host', 'port', 'pool_size')

# Other kinds are stored, and do nothing.
STORED = ('email_smtp', 'email_imap', 'ldap', 'mongodb', 'odoo', 'confluence', 'jira', 'pubsub_topic',
    'pubsub_permission', 'pubsub_subscription', 'channel_amqp', 'outgoing_amqp', 'channel_kafka', 'outgoing_kafka', 'elastic_search')


class _Importer:
    def __init__(self) -> None:
        # Trap (source of 4.1): known are definitions only where the file has some of its own.
        self._security: dict[str, int] = {}
        self._groups: set[str] = set()

    def security(self, session: Session, items: list[dict]) -> None:
        if not items:
            return
        existing = {row['name']: row for row in session.all('SELECT * FROM sec_base')}
        for item in items:
            sec_type = SECURITY_TYPES[item['type']]
            if item['name'] in existing:
                self._edit_security(session, existing[item['name']], item)
            else:
                row_id = session.insert('sec_base', name=item['name'], username=item.get('username') or f'Zato-Not-Used-{uuid4().hex}',
                    password=item.get('password') or f'Zato-Auto-Password-{uuid4().hex}', is_active=item.get('is_active', True),
                    sec_type=sec_type, cluster_id=_CLUSTER_ID, opaque1=_opaque(item, 'type', 'username', 'password', 'is_active'))
                if sec_type == 'basic_auth':
                    session.run('INSERT INTO sec_basic_auth (id, realm) VALUES (%(id)s, %(realm)s)', id=row_id,
                        realm=item.get('realm') or 'zato')
        self._security = {row['name']: row['id'] for row in session.all('SELECT id, name FROM sec_base')}

    @staticmethod
    def _edit_security(session: Session, row: dict, item: dict) -> None:
        """Trap (facts §8): where only the password is another one, nothing is done."""
        changed = {name: item[name] for name in ('username', 'is_active') if name in item and item[name] != row[name]}
        if changed:
            session.update('sec_base', row['id'], **changed, **({'password': item['password']} if 'password' in item else {}))

    def groups(self, session: Session, items: list[dict]) -> None:
        self.stored(session, 'groups', items)
        if items:
            self._groups = {row['name'] for row in session.all("SELECT name FROM generic_object WHERE type_ = 'groups'")}

    def channel_rest(self, session: Session, items: list[dict]) -> None:
        for item in items:
            if unknown := set(item.get('groups') or []) - self._groups:
                raise Exception(f'Security group "{min(unknown)}" not found for REST channel "{item["name"]}"')
            row = session.first("""SELECT id FROM http_soap WHERE name = %(name)s AND connection = 'channel'
                AND transport = 'plain_http'""", name=item['name'])
            values = {name: item[name] for name in _CHANNEL_COLUMNS if name in item}
            values.update(service_id=_service_id(session, item['service']), opaque1=_opaque(item, 'service', 'security', *_CHANNEL_COLUMNS))
            # Trap (source of 4.1): a channel that is there keeps its security where the file has none any more.
            if security := item.get('security'):
                if security not in self._security:
                    # Trap (facts §8): `zato-no-security` of 3.x is such a name.
                    raise Exception(f'Security definition "{security}" not found for REST channel "{item["name"]}"')
                values['security_id'] = self._security[security]
            if row:
                session.update('http_soap', row['id'], **values)
            else:
                session.insert('http_soap', **{'name': item['name'], 'is_active': True, 'is_internal': False, 'connection': 'channel',
                    'transport': 'plain_http', 'soap_action': '', 'cluster_id': _CLUSTER_ID, **values})

    def outgoing_rest(self, session: Session, items: list[dict]) -> None:
        for item in items:
            row = session.first("""SELECT id FROM http_soap WHERE name = %(name)s AND connection = 'outgoing'
                AND transport = 'plain_http'""", name=item['name'])
            values = {name: item[name] for name in _OUTGOING_COLUMNS if name in item}
            values.update(opaque1=_opaque(item, 'security', *_OUTGOING_COLUMNS))
            security = item.get('security') or item.get('security_name')
            if security in self._security:
                values['security_id'] = self._security[security]
            elif security:
                # Trap (source of 4.1): here it is only logged.
                say(f'Security definition "{security}" not found for "{item["name"]}"')
            if row:
                session.update('http_soap', row['id'], **values)
            else:
                session.insert('http_soap', **{'name': item['name'], 'is_active': True, 'is_internal': False, 'connection': 'outgoing',
                    'transport': 'plain_http', 'soap_action': '', 'url_path': '', 'cluster_id': _CLUSTER_ID, **values})

    def sql(self, session: Session, items: list[dict]) -> None:
        for item in items:
            row = session.first('SELECT id FROM sql_pool WHERE name = %(name)s', name=item['name'])
            values = {name: item[name] for name in _SQL_COLUMNS if name in item}
            values.update(opaque1=_opaque(item, 'type', 'engine', 'password', 'extra', *_SQL_COLUMNS), extra=(item.get('extra') or '').encode())
            if item.get('password'):
                values['password'] = str(item['password'])
            if row:
                session.update('sql_pool', row['id'], **values)
            else:
                kind = item['type'] if 'type' in item else item['engine']
                engine = kind if kind in ENGINES.values() else ENGINES[kind]
                session.insert('sql_pool', **{'name': item['name'], 'is_active': True, 'pool_size': 5, 'password': uuid4().hex, 'engine': engine,
                    'cluster_id': _CLUSTER_ID, **values})

    def scheduler(self, session: Session, items: list[dict]) -> None:
        for item in items:
            row = session.first('SELECT id, is_active FROM job WHERE name = %(name)s', name=item['name'])
            extra = item.get('extra') or ''
            values = {'service_id': _service_id(session, item['service']), 'job_type': item['job_type'], 'start_date': _next_start(item),
                'extra': ('\n'.join(map(str, extra)) if isinstance(extra, list) else str(extra)).encode(),
                # Trap (facts §8): a job runs only where it is said.
                'is_active': item.get('is_active', bool(row['is_active']) if row else False)}
            if row:
                session.update('job', row['id'], **values)
                job_id = row['id']
                session.run('DELETE FROM job_interval_based WHERE job_id = %(id)s', id=job_id)
            else:
                job_id = session.insert('job', name=item['name'], cluster_id=_CLUSTER_ID, **values)
            session.insert('job_interval_based', job_id=job_id, **{name: int(item.get(name) or 0) for name in _INTERVAL})

    @staticmethod
    def stored(session: Session, kind: str, items: list[dict]) -> None:
        for item in items:
            row = session.first('SELECT id FROM generic_object WHERE name = %(name)s AND type_ = %(type)s', name=item['name'], type=kind)
            if row:
                session.update('generic_object', row['id'], opaque1=_opaque(item))
            else:
                session.insert('generic_object', name=item['name'], type_=kind, opaque1=_opaque(item), cluster_id=_CLUSTER_ID)


def run(odb: Database, declared: Declared) -> None:
    importer = _Importer()
    for kind, execute in (('security', importer.security), ('groups', importer.groups), ('channel_rest', importer.channel_rest),
            ('sql', importer.sql), ('scheduler', importer.scheduler), ('outgoing_rest', importer.outgoing_rest)):
        items = declared.get(kind) or (declared.get('outconn_sql') if kind == 'sql' else None) or []
        with odb.session() as session:
            execute(session, items)
        say(f'Processed {kind}: {len(items)}')
    for kind in STORED:
        with odb.session() as session:
            importer.stored(session, kind, declared.get(kind, []))


def _opaque(item: dict, *columns: str) -> str:
    return json.dumps({name: value for name, value in sorted(item.items()) if name not in ('name', *columns)}, default=str)


def _service_id(session: Session, name: str) -> int:
    return session.one('SELECT id FROM service WHERE name = %(name)s', name=name)['id']


def _next_start(item: dict) -> datetime:
    """Of a start in the past, the next one that follows from it."""
    given, now = item.get('start_date'), datetime.utcnow().replace(microsecond=0)
    start = given if isinstance(given, datetime) else datetime.fromisoformat(str(given)) if given else now
    start = start.replace(tzinfo=None)
    interval = timedelta(**{name: int(item.get(name) or 0) for name in ('weeks', 'days', 'hours', 'minutes', 'seconds')})
    if start > now or not interval:
        return start
    return start + (int((now - start) / interval) + 1) * interval
