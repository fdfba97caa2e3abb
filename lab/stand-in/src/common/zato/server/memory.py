"""What a server keeps in memory: channels, security definitions, SQL connections.

Requests are served out of here, so a server goes on when its database is down (facts §4.2), and what was changed in the ODB alone is
not seen until somebody tells the worker.
"""

import json
import re
from dataclasses import dataclass

from ..common import secrets
from ..common.db import Session
from .context import ServerContext

_DEFAULT_API_KEY_HEADER = 'X-API-Key'

_CHANNEL_SQL = '''SELECT h.*, s.name AS service_name FROM http_soap h JOIN service s ON s.id = h.service_id
    WHERE h.connection = 'channel' AND h.cluster_id = %(cluster)s'''


@dataclass
class Security:
    id: int
    name: str
    sec_type: str
    username: str
    password: str
    header: str


@dataclass
class HttpChannel:
    id: int
    name: str
    url_path: str
    pattern: re.Pattern
    method: str | None
    data_format: str | None
    is_active: bool
    is_internal: bool
    service_name: str
    security_id: int | None


def _pattern(url_path: str, match_slash: bool) -> re.Pattern:
    """/customer/{id} matches one segment; with match_slash it matches several."""
    parts = re.split(r'\{(\w+)\}', url_path)
    body = ''.join(re.escape(part) if n % 2 == 0 else f"(?P<{part}>{'.+' if match_slash else '[^/]+'})" for n, part in enumerate(parts))
    return re.compile(body + '$')


class Memory:
    def __init__(self, context: ServerContext):
        self._context = context
        self.channels: dict[int, HttpChannel] = {}
        # Paths and methods of which it is known who is let in.
        self._secured: set[tuple[str, str | None]] = set()
        self.security: dict[int, Security] = {}
        self.sql: dict[str, dict] = {}

    def reload(self) -> None:
        """From the ODB, where others than this server may have changed it."""
        fresh = Memory(self._context)
        fresh.load()
        self.channels, self._secured, self.security, self.sql = fresh.channels, fresh._secured, fresh.security, fresh.sql

    def load(self) -> None:
        cluster = self._context.cluster_id
        with self._context.odb.session() as session:
            for row in session.all('SELECT * FROM sec_base WHERE cluster_id = %(cluster)s', cluster=cluster):
                self._put_security(row)
            for row in session.all(_CHANNEL_SQL, cluster=cluster):
                self._put_channel(row)
            for row in session.all('SELECT * FROM sql_pool WHERE cluster_id = %(cluster)s', cluster=cluster):
                self.sql[row['name']] = row

    def _put_security(self, row: dict) -> None:
        opaque = json.loads(row['opaque1'] or '{}')
        self.security[row['id']] = Security(row['id'], row['name'], row['sec_type'], row['username'] or '',
            secrets.decrypt_from_odb(self._context.config.secret_key, row['password'] or ''),
            opaque.get('header') or _DEFAULT_API_KEY_HEADER)

    def _put_channel(self, row: dict) -> None:
        opaque = json.loads(row['opaque1'] or '{}')
        self.channels[row['id']] = HttpChannel(row['id'], row['name'], row['url_path'],
            _pattern(row['url_path'], bool(opaque.get('match_slash', True))), row['method'] or None, row['data_format'] or None,
            bool(row['is_active']), bool(row['is_internal']), row['service_name'], row['security_id'])
        self._secured.add(self._place(row['id']))

    def _place(self, channel_id: int) -> tuple[str, str | None]:
        channel = self.channels[channel_id]
        return channel.url_path, channel.method

    def _forget_channel(self, channel_id: int) -> None:
        """Trap (read in 3.3): it is known by path and method, so one that has come to the same place meanwhile is forgotten along."""
        if channel_id in self.channels:
            self._secured.discard(self._place(channel_id))
            self.channels.pop(channel_id)

    def require_secured(self, channel: HttpChannel) -> None:
        if (channel.url_path, channel.method) not in self._secured:
            raise KeyError(channel.url_path)

    def internal_credentials(self) -> tuple[str, str]:
        """With these the servers of a cluster call each other. Servers with different secret keys cannot (facts §II.1)."""
        found = next(item for item in self.security.values() if item.name == 'zato.internal.invoke')
        return found.username, found.password

    def match(self, path: str) -> tuple[HttpChannel, dict[str, str]] | None:
        """The channel for a path, fixed paths before patterns."""
        for channel in self.channels.values():
            if channel.url_path == path:
                return channel, {}
        for channel in self.channels.values():
            if '{' in channel.url_path and (found := channel.pattern.match(path)):
                return channel, found.groupdict()
        return None

    def apply(self, action: str, message: dict) -> None:
        with self._context.odb.session() as session:
            getattr(self, f'_on_{action.lower()}')(session, message)

    def _on_channel_create_edit(self, session: Session, message: dict) -> None:
        # Read before anything is forgotten: the real one has the message at hand, and serves no request in between (source 3.3).
        row = session.first(_CHANNEL_SQL + ' AND h.id = %(id)s', cluster=self._context.cluster_id, id=message['id'])
        self._forget_channel(message['id'])
        if row:
            self._put_channel(row)

    def _on_channel_delete(self, _session: Session, message: dict) -> None:
        self._forget_channel(message['id'])

    def _on_security_create_edit(self, session: Session, message: dict) -> None:
        if row := session.first('SELECT * FROM sec_base WHERE id = %(id)s', id=message['id']):
            self._put_security(row)

    def _on_security_delete(self, _session: Session, message: dict) -> None:
        """Channels that it secured go with it, in the ODB and here."""
        self.security.pop(message['id'], None)
        for channel in [item for item in self.channels.values() if item.security_id == message['id']]:
            self._forget_channel(channel.id)

    def _on_sql_create_edit(self, session: Session, message: dict) -> None:
        self.sql.pop(message.get('old_name'), None)
        if row := session.first('SELECT * FROM sql_pool WHERE id = %(id)s', id=message['id']):
            self.sql[row['name']] = {**row, 'password': message.get('password', row['password'])}

    def _on_sql_delete(self, _session: Session, message: dict) -> None:
        self.sql.pop(message['name'], None)
