"""One connection to PostgreSQL, MySQL or SQLite, with the handful of calls the stand-in needs.

SQL is written once, with %(name)s parameters, which the drivers of the first two understand.
"""

import re
import sqlite3
import threading
from contextlib import contextmanager
from datetime import datetime

POSTGRESQL = 'postgresql'
MYSQL = 'mysql'
SQLITE = 'sqlite'


_NAMED = re.compile(r'%\((\w+)\)s')


class OperationalError(Exception):
    """The database cannot be reached, or refused the login."""


class IntegrityError(Exception):
    """A unique or foreign key was violated."""


class NoResultFound(Exception):
    """No row was found where exactly one was expected."""

    def __init__(self):
        super().__init__('No row was found for one()')


def utcnow() -> datetime:
    return datetime.utcnow().replace(microsecond=0)


def dialect_of(engine: str) -> str:
    name = engine.partition('+')[0]
    if name not in (POSTGRESQL, MYSQL, SQLITE):
        raise ValueError(f'This stand-in has no driver for {engine}')
    return name


def connect(engine: str, host: str, port: int, database: str, username: str, password: str):
    """Opens a connection of the driver itself; drivers are imported late because a command may need none."""
    if dialect_of(engine) == POSTGRESQL:
        import psycopg2
        return psycopg2.connect(host=host, port=port, dbname=database, user=username, password=password, connect_timeout=3)
    if dialect_of(engine) == SQLITE:
        connection = sqlite3.connect(database, detect_types=sqlite3.PARSE_DECLTYPES, check_same_thread=False)
        connection.execute('PRAGMA foreign_keys = ON')
        return connection
    import pymysql
    # From 11.6.2 on MariaDB refuses to change what another transaction has changed since the first read, unless each read is a fresh one.
    return pymysql.connect(host=host, port=port, database=database, user=username, password=password, connect_timeout=3,
        charset='utf8mb4', init_command='SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED')


class Session:
    """A transaction. Rows are dicts."""

    def __init__(self, connection, dialect: str):
        self.connection = connection
        self.dialect = dialect

    def _execute(self, sql: str, params: dict):
        cursor = self.connection.cursor()
        cursor.execute(_NAMED.sub(r':\1', sql) if self.dialect == SQLITE else sql, params)
        return cursor

    def all(self, sql: str, **params) -> list[dict]:
        cursor = self._execute(sql, params)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row)) for row in cursor.fetchall()]

    def first(self, sql: str, **params) -> dict | None:
        rows = self.all(sql, **params)
        return rows[0] if rows else None

    def one(self, sql: str, **params) -> dict:
        row = self.first(sql, **params)
        if row is None:
            raise NoResultFound()
        return row

    def run(self, sql: str, **params) -> int:
        return self._execute(sql, params).rowcount

    def insert(self, table: str, **values) -> int:
        """Inserts a row and returns its id."""
        columns = ', '.join(values)
        marks = ', '.join(f'%({name})s' for name in values)
        sql = f'INSERT INTO {table} ({columns}) VALUES ({marks})'
        if self.dialect == POSTGRESQL:
            return self._execute(sql + ' RETURNING id', values).fetchone()[0]
        return self._execute(sql, values).lastrowid

    def update(self, table: str, row_id: int, **values) -> int:
        assignments = ', '.join(f'{name} = %({name})s' for name in values)
        return self.run(f'UPDATE {table} SET {assignments} WHERE id = %(row_id)s', row_id=row_id, **values)

    def has_table(self, name: str) -> bool:
        if self.dialect == SQLITE:
            return bool(self.all("SELECT 1 AS found FROM sqlite_master WHERE type = 'table' AND name = %(name)s", name=name))
        schema = 'current_schema()' if self.dialect == POSTGRESQL else 'database()'
        return bool(self.all(
            f'SELECT 1 AS found FROM information_schema.tables WHERE table_schema = {schema} AND table_name = %(name)s', name=name))


class Database:
    """The ODB of one process. Reconnects by itself: a database that comes back needs no restart (facts §4.2)."""

    def __init__(self, engine: str, host: str, port: int | str, database: str, username: str, password: str):
        self.dialect = dialect_of(engine)
        self._args = (engine, host, int(port or 0), database, username, password)
        self._connection = None
        self._lock = threading.RLock()

    def _alive(self):
        if self._connection is not None:
            try:
                self._connection.cursor().execute('SELECT 1')
            except Exception:  # whatever the driver raises here, a new connection is the answer
                self.close()
        if self._connection is None:
            self._connection = connect(*self._args)
        return self._connection

    def close(self) -> None:
        if self._connection is not None:
            try:
                self._connection.close()
            except Exception:  # it may be broken already
                pass
            self._connection = None

    @contextmanager
    def session(self):
        with self._lock:
            try:
                connection = self._alive()
                yield Session(connection, self.dialect)
                connection.commit()
            except Exception as error:
                self._rollback()
                name = type(error).__name__
                if name in ('OperationalError', 'InterfaceError'):
                    raise OperationalError(*error.args) from error
                if name in ('IntegrityError', 'UniqueViolation', 'ForeignKeyViolation'):
                    raise IntegrityError(*error.args) from error
                raise

    def _rollback(self) -> None:
        if self._connection is not None:
            try:
                self._connection.rollback()
            except Exception:  # the connection is lost; the next session opens another
                self.close()
