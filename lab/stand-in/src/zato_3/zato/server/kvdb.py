"""Redis, if there is one: self.kvdb.conn, as far as simple commands go (facts §II.4, [kvdb])."""

import socket

_TIMEOUT = 5


class RedisError(Exception):
    """What Redis answered instead of a result."""


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
        self._address = conf['host'], int(conf['port'] or 6379)
        self._database = conf.get('db') or '0'
        # A reference is one to the empty password that create_server has encrypted.
        password = conf.get('password') or ''
        self._password = '' if password.startswith('zato+secret://') else password

    def __getattr__(self, command: str):
        return lambda *words: self._execute(command, *words)

    def _execute(self, *words):
        with socket.create_connection(self._address, _TIMEOUT) as connection, connection.makefile('rwb') as stream:
            if self._password:
                _call(stream, 'AUTH', self._password)
            _call(stream, 'SELECT', self._database)
            return _call(stream, *words)


def _call(stream, *words):
    stream.write(b'*%d\r\n' % len(words))
    for word in words:
        data = str(word).encode()
        stream.write(b'$%d\r\n%s\r\n' % (len(data), data))
    stream.flush()
    return _answer(stream)


def _answer(stream):
    line = stream.readline().decode().rstrip('\r\n')
    kind, rest = line[:1], line[1:]
    if kind == '-':
        raise RedisError(rest)
    if kind == ':':
        return int(rest)
    if kind == '$':
        return None if rest == '-1' else stream.read(int(rest) + 2)[:-2].decode()
    if kind == '*':
        return [_answer(stream) for _ in range(int(rest))]
    return rest
