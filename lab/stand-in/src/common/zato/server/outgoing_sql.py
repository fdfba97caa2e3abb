"""self.outgoing.sql: SQL connections as services use them.

    with closing(self.outgoing.sql.get('Billing').session()) as session:
        for row in session.execute('SELECT id, name FROM customer WHERE id = :id', {'id': 1}):
            ... row.name, row[0]

Trap: as in Zato 3.3, whose SQLAlchemy is 1.3, a session is no context manager of its own.
There is no pool: each session opens a connection, so a change of password is seen at once.
"""

import re
import time
from contextlib import closing

from ..common import db
from .context import ServerContext

_NAMED = re.compile(r'(?<![:\w]):([a-zA-Z_]\w*)')


class Row(tuple):
    """A tuple whose columns can be read as attributes."""
    _fields: tuple[str, ...] = ()

    def __new__(cls, values, fields):
        row = super().__new__(cls, values)
        row._fields = tuple(fields)
        return row

    def __getattr__(self, name):
        try:
            return self[self._fields.index(name)]
        except ValueError:
            raise AttributeError(name) from None

    def _asdict(self) -> dict:
        return dict(zip(self._fields, self))

    @property
    def _mapping(self) -> dict:
        return self._asdict()


class Result:
    def __init__(self, cursor):
        self.rowcount = cursor.rowcount
        fields = [column[0] for column in cursor.description or ()]
        self._rows = [Row(values, fields) for values in cursor.fetchall()] if fields else []

    def __iter__(self):
        return iter(self._rows)

    def fetchall(self) -> list[Row]:
        rows, self._rows = self._rows, []
        return rows

    all = fetchall

    def fetchone(self) -> Row | None:
        return self._rows.pop(0) if self._rows else None

    first = fetchone

    def scalar(self):
        row = self.fetchone()
        return row[0] if row else None


class SqlSession:
    def __init__(self, connection):
        self._connection = connection

    def execute(self, sql, params: dict | None = None) -> Result:
        cursor = self._connection.cursor()
        if params is None:
            cursor.execute(str(sql))
        else:
            cursor.execute(_NAMED.sub(r'%(\1)s', str(sql).replace('%', '%%')), params)
        return Result(cursor)

    def commit(self) -> None:
        self._connection.commit()

    def rollback(self) -> None:
        self._connection.rollback()

    def close(self) -> None:
        self._connection.close()


class SqlConnection:
    def __init__(self, row: dict):
        self._row = row

    def session(self) -> SqlSession:
        row = self._row
        if not row['is_active']:
            raise RuntimeError(f"SQL connection `{row['name']}` is not active")
        return SqlSession(db.connect(row['engine'], row['host'], row['port'], row['db_name'], row['username'], row['password']))

    def ping(self) -> float:
        """Seconds until the database answered."""
        start = time.monotonic()
        with closing(self.session()) as session:
            session.execute('SELECT 1')
        return time.monotonic() - start


class SqlConnections:
    def __init__(self, context: ServerContext):
        self._context = context

    def get(self, name: str) -> SqlConnection:
        row = self._context.memory.sql.get(name)
        if row is None:
            raise KeyError(f'No such SQL connection `{name}`')
        return SqlConnection(row)

    __getitem__ = get


class Outgoing:
    def __init__(self, context: ServerContext):
        self.sql = SqlConnections(context)
