"""Streams of Redis, through which servers and scheduler of 4.1 talk: which they are, and what is done with them (facts §6)."""

import os
from types import SimpleNamespace

from .common.redis import Redis, RedisError

_PREFIX = 'Zato_Scheduler_'
_MAX_LENGTH = 100_000


def names() -> SimpleNamespace:
    prefix = os.environ.get(f'{_PREFIX}Stream_Prefix') or 'zato:scheduler'
    return SimpleNamespace(**{name: f'{prefix}:stream:{name}' for name in ('command', 'fire', 'timeout', 'reply', 'request')})


class Streams:
    """One connection, by the environment alone."""

    def __init__(self, client: str = '') -> None:
        # Reads may take long, for they wait.
        self._redis = Redis(os.environ.get(f'{_PREFIX}Redis_Host') or 'localhost', os.environ.get(f'{_PREFIX}Redis_Port') or 6379,
            os.environ.get(f'{_PREFIX}Redis_Password') or '', timeout=None)
        self._redis.execute('PING')  # where no password was given and one is wanted
        if client:
            self._redis.execute('CLIENT', 'SETNAME', client)

    def count(self, client: str) -> int:
        return self._redis.execute('CLIENT', 'LIST').count(f' name={client} ')

    def ensure_group(self, stream: str, group: str) -> None:
        try:
            self._redis.execute('XGROUP', 'CREATE', stream, group, '$', 'MKSTREAM')
        except RedisError as error:
            if 'BUSYGROUP' not in str(error):
                raise

    def add(self, stream: str, **fields) -> None:
        words = [str(word) for item in fields.items() for word in item]
        self._redis.execute('XADD', stream, 'MAXLEN', '~', _MAX_LENGTH, '*', *words)

    def read(self, stream: str, group: str, consumer: str, block_ms: int) -> list[tuple[str, dict]]:
        """What nobody of the group has got yet."""
        answer = self._redis.execute('XREADGROUP', 'GROUP', group, consumer, 'COUNT', 10, 'BLOCK', block_ms, 'STREAMS', stream, '>')
        messages = answer[0][1] if answer else []
        return [(message_id, dict(zip(words[::2], words[1::2]))) for message_id, words in messages]

    def acknowledge(self, stream: str, group: str, message_id: str) -> None:
        self._redis.execute('XACK', stream, group, message_id)
