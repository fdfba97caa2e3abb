"""Who else of a server's talks to Redis, each by an environment of its own (facts §6). They do nothing here but say that they are there."""

import logging
import os

from ..common.redis import Redis, RedisError

# What it is called, its variables' prefix, its streams' prefix, and whether the environment may have another one.
# Trap (facts §6): the first has none, so that two clusters cannot share a Redis.
_USERS = (
    ('Queue bridge', 'Zato_Queue_Bridge', 'zato:queue_bridge', False),
    ('OpenAPI console listener', 'Zato_OpenAPI', 'zato:openapi', True),
    ('Rule engine change listener', 'Zato_Rule_Engine', 'zato:rule-engine', True),
)


def start(logger: logging.Logger) -> None:
    """Trap (facts §6): each wants the password, and a wrong one is a warning."""
    for name, variables, prefix, may_differ in _USERS:
        if may_differ:
            prefix = os.environ.get(f'{variables}_Stream_Prefix') or prefix
        try:
            with Redis(os.environ.get(f'{variables}_Redis_Host') or 'localhost', os.environ.get(f'{variables}_Redis_Port') or 6379,
                    os.environ.get(f'{variables}_Redis_Password') or '') as redis:
                redis.execute('XGROUP', 'CREATE', f'{prefix}:stream:command', 'server', '$', 'MKSTREAM')
        except (OSError, RedisError) as error:
            if 'BUSYGROUP' not in str(error):
                logger.warning('%s could not be started: %s', name, error)
