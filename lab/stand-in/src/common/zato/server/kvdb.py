"""Redis, if there is one: self.kvdb.conn, as far as simple commands go (facts §II.4, [kvdb])."""

from ..common.redis import Redis, RedisError


class Kvdb:
    def __init__(self, conf: dict):
        self._conf = conf

    @property
    def conn(self) -> 'Connection':
        """An empty host means no Redis."""
        if not self._conf.get('host'):
            raise RedisError('No Redis is configured: kvdb.host is empty')
        return Connection(self._conf)


class Connection:
    """conn.set('a', 'b') sends SET a b, on a connection of its own."""

    def __init__(self, conf: dict):
        # A reference is one to the empty password that create_server has encrypted.
        password = conf.get('password') or ''
        password = '' if password.startswith('zato+secret://') else password
        self._arguments = conf['host'], conf['port'] or 6379, password, conf.get('db') or 0

    def __getattr__(self, command: str):
        return lambda *words: self._execute(command, *words)

    def _execute(self, *words):
        with Redis(*self._arguments) as redis:
            return redis.execute(*words)
