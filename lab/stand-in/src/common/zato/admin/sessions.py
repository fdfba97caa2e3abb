"""Users of web-admin and their sessions, in the ODB."""

from datetime import datetime, timedelta
from uuid import uuid4

from ..common import passwords
from ..common.db import Database

_LIFETIME = timedelta(days=14)


def log_in(odb: Database, username: str, password: str) -> str | None:
    """A new session's key, or None if the password is wrong."""
    with odb.session() as session:
        user = session.first('SELECT password, is_active FROM auth_user WHERE username = %(name)s', name=username)
        if not user or not user['is_active'] or not passwords.matches(password, user['password']):
            return None
        key = uuid4().hex
        session.insert('django_session', session_key=key, username=username, expire_date=datetime.utcnow() + _LIFETIME)
        return key


def is_valid(odb: Database, key: str) -> bool:
    with odb.session() as session:
        return session.first('SELECT id FROM django_session WHERE session_key = %(key)s AND expire_date > %(now)s', key=key,
            now=datetime.utcnow()) is not None
