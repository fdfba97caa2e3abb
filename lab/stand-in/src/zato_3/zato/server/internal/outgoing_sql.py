"""zato.outgoing.sql.*: SQL connections (facts §7.5 to §7.7)."""

import threading
from uuid import uuid4

from ..outgoing_sql import SqlConnections
from ..registry import Call, service

_FIELDS = ('name', 'is_active', 'cluster_id', 'engine', 'host', 'port', 'db_name', 'username', 'pool_size')
_LATE_SECONDS = 0.3
_DISPLAY_NAMES = {'postgresql+pg8000': 'PostgreSQL', 'mysql+pymysql': 'MySQL', 'oracle': 'Oracle', 'zato+mssql1': 'MS SQL'}


def _values(call: Call) -> dict:
    extra = call.input.get('extra') or ''
    if extra and '=' not in extra:
        raise Exception(f'extra should be a list of key=value parameters, possibly one-element long, instead of `{extra}`')
    values = {name: call.input[name] for name in _FIELDS}
    return {**values, 'port': int(values['port']), 'pool_size': int(values['pool_size']), 'extra': extra.encode()}


def _answer(row_id: int, values: dict) -> dict:
    return {'id': row_id, 'name': values['name'], 'display_name': _DISPLAY_NAMES.get(values['engine'], values['engine'])}


@service('zato.outgoing.sql.get-list', 'cluster_id')
def get_list(call: Call):
    """No passwords in it."""
    with call.server.odb.session() as session:
        rows = session.all('''SELECT id, name, is_active, cluster_id, engine, host, port, db_name, username, pool_size, extra
            FROM sql_pool WHERE cluster_id = %(cluster)s ORDER BY name''', cluster=call.input.cluster_id)
    return [{**row, 'is_active': bool(row['is_active']), 'extra': bytes(row['extra'] or b'').decode(),
        'engine_display_name': _DISPLAY_NAMES.get(row['engine'], row['engine'])} for row in rows]


@service('zato.outgoing.sql.create', *_FIELDS)
def create(call: Call):
    values = _values(call)
    with call.server.odb.session() as session:
        if session.first('SELECT id FROM sql_pool WHERE cluster_id = %(cluster_id)s AND name = %(name)s', **values):
            raise Exception(f"An outgoing SQL connection [{values['name']}] already exists on this cluster")
        row_id = session.insert('sql_pool', password=uuid4().hex, **values)
    call.server.broker.publish('SQL_CREATE_EDIT', id=row_id)
    return _answer(row_id, values)


@service('zato.outgoing.sql.edit', 'id', *_FIELDS)
def edit(call: Call):
    """Trap (measured on 3.3): workers are told after the answer, with the password as of the edit. A change of the password
    that comes right behind it overtakes it, and the workers go on with the former one."""
    values = _values(call)
    with call.server.odb.session() as session:
        old = session.one('SELECT name, password FROM sql_pool WHERE id = %(id)s', id=call.input.id)
        session.update('sql_pool', call.input.id, **values)
    threading.Timer(_LATE_SECONDS, call.server.broker.publish, ('SQL_CREATE_EDIT',),
        {'id': call.input.id, 'old_name': old['name'], 'password': old['password']}).start()
    return _answer(call.input.id, values)


@service('zato.outgoing.sql.change-password', 'password1', 'password2')
def change_password(call: Call):
    """The password is in clear text in the ODB (facts §2)."""
    password = checked_password(call)
    with call.server.odb.session() as session:
        row = find(session, 'sql_pool', call)
        session.update('sql_pool', row['id'], password=password)
    call.server.broker.publish('SQL_CREATE_EDIT', id=row['id'])
    return {'id': row['id']}


@service('zato.outgoing.sql.delete', 'id')
def delete(call: Call):
    with call.server.odb.session() as session:
        row = session.one('SELECT name FROM sql_pool WHERE id = %(id)s', id=call.input.id)
        session.run('DELETE FROM sql_pool WHERE id = %(id)s', id=call.input.id)
    call.server.broker.publish('SQL_DELETE', name=row['name'])


@service('zato.outgoing.sql.ping', 'id', 'should_raise_on_error')
def ping(call: Call):
    with call.server.odb.session() as session:
        row = session.one('SELECT name FROM sql_pool WHERE id = %(id)s', id=call.input.id)
    try:
        seconds = SqlConnections(call.server).get(row['name']).ping()
    except Exception as error:
        call.server.logger.warning('SQL connection `%s` could not be pinged, e:`%s`', row['name'], error)
        if call.input.should_raise_on_error:
            raise
        return {'id': call.input.id}
    return {'id': call.input.id, 'response_time': f'{seconds:.4f}'}


@service('zato.outgoing.sql.auto-ping', wrapped=False)
def auto_ping(call: Call):
    return {'pinged': sorted(call.server.memory.sql)}


def checked_password(call: Call) -> str:
    """password1 and password2, which every change-password service asks for."""
    if not call.input.password1:
        raise Exception('Password must not be empty')
    if call.input.password1 != call.input.password2:
        raise Exception('Passwords need to be the same')
    return call.input.password1


def find(session, table: str, call: Call) -> dict:
    """A row by the id or, failing that, the name on input."""
    if call.input.get('id'):
        return session.one(f'SELECT * FROM {table} WHERE id = %(id)s', id=call.input.id)
    return session.one(f'SELECT * FROM {table} WHERE name = %(name)s AND cluster_id = %(cluster)s', name=call.input.name,
        cluster=call.server.cluster_id)
