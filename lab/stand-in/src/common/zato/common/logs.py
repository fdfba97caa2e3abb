"""Logging: to the component's log file and, because systemd keeps the journal, to standard error."""

import logging
import sys

_FORMAT = '%(asctime)s - %(levelname)s - %(process)d:%(threadName)s - %(name)s - %(message)s'


def set_up(path: str | None = None) -> logging.Logger:
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr)]
    if path:
        handlers.append(logging.FileHandler(path, encoding='utf8'))
    logging.basicConfig(level=logging.INFO, format=_FORMAT, handlers=handlers, force=True)
    return logging.getLogger('zato')
