"""Logs beside server.log (facts §8)."""

import json
import logging
import os

from ..common.http_server import Request

_NAMES = ('rest', 'access', 'admin', 'connector')
_FORMAT = logging.Formatter('%(asctime)s - %(levelname)s - %(message)s')


def set_up(base_dir: str) -> None:
    """Their lines come to the journal as well, and not to server.log."""
    for name in _NAMES:
        log = logging.getLogger(f'zato_{name}')
        log.propagate = False
        for handler in (logging.FileHandler(os.path.join(base_dir, f'logs/{name}.log'), encoding='utf8'), logging.StreamHandler()):
            handler.setFormatter(_FORMAT)
            log.addHandler(handler)


def access(request: Request, status: int, length: int) -> None:
    logging.getLogger('zato_access').info('%s "%s %s" %s %s', request.remote, request.method, request.path, status, length)


def admin(service: str, given: object, answer: object) -> None:
    """Trap (facts §8): passwords of requests are not shown, those of answers are, SQL connections' for instance."""
    log = logging.getLogger('zato_admin')
    shown = {name: '******' if 'password' in name else value for name, value in given.items()} if isinstance(given, dict) else given
    log.info('Request; service:`%s`, data:`%s`', service, json.dumps(shown, default=str))
    log.info('Response; service:`%s`, data:`%s`', service, answer)
