"""A client of Redis: one connection, and what is said on it (RESP)."""

import socket


class RedisError(Exception):
    """What Redis answered instead of a result."""


class Redis:
    """Commands on one connection. A connection that was lost is not opened again: that is for who uses it."""

    def __init__(self, host: str, port: int | str, password: str = '', database: int | str = 0, timeout: float | None = 5):
        self._socket = socket.create_connection((host, int(port)), 5)
        self._socket.settimeout(timeout)
        self._stream = self._socket.makefile('rwb')
        try:
            if password:
                self.execute('AUTH', password)
            if str(database) != '0':
                self.execute('SELECT', database)
        except BaseException:
            self.close()
            raise

    def execute(self, *words):
        self._stream.write(b'*%d\r\n' % len(words))
        for word in words:
            data = word if isinstance(word, bytes) else str(word).encode()
            self._stream.write(b'$%d\r\n%s\r\n' % (len(data), data))
        self._stream.flush()
        return self._answer()

    def close(self) -> None:
        for part in (self._stream, self._socket):
            try:
                part.close()
            except OSError:  # it was lost
                pass

    def __enter__(self) -> 'Redis':
        return self

    def __exit__(self, *_error) -> None:
        self.close()

    def _answer(self):
        line = self._stream.readline().decode()
        if not line.endswith('\r\n'):
            raise ConnectionError('Redis has closed the connection')
        kind, rest = line[:1], line[1:-2]
        if kind == '-':
            raise RedisError(rest)
        if kind == ':':
            return int(rest)
        if kind == '$':
            return None if rest == '-1' else self._stream.read(int(rest) + 2)[:-2].decode()
        if kind == '*':
            return None if rest == '-1' else [self._answer() for _ in range(int(rest))]
        return rest
