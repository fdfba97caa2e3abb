"""Databases beside the ODB: of pub/sub, of the audit log, of analytics (facts §8). Files that all servers with the same HOME share, unless
the environment has them elsewhere."""

import logging
import os
import queue
import threading
from datetime import datetime

from ..common import tables
from ..common.db import SQLITE, Database
from .config import home

_TABLES = {
    'PubSub': {'pubsub_message': 'id {pk}, pub_msg_id VARCHAR(200) NOT NULL, topic_name VARCHAR(200) NOT NULL, data TEXT, pub_time {time} NOT NULL'},
    'Audit_Log': {'audit_event': 'id {pk}, event_time {time} NOT NULL, server_name VARCHAR(200) NOT NULL, channel VARCHAR(200) NOT NULL, data TEXT'},
    'Analytics': {'analytics_event': 'id {pk}, event_time {time} NOT NULL, name VARCHAR(200) NOT NULL'},
}
_FILES = {'PubSub': 'pubsub.db', 'Audit_Log': 'audit.db', 'Analytics': 'analytics.db'}


class SideDatabases:
    def __init__(self) -> None:
        self._databases: dict[str, Database] = {}
        self._events: queue.SimpleQueue[dict] = queue.SimpleQueue()
        self._keeps_audit_log = os.environ.get('Zato_Audit_Log_Enabled', 'True').lower() not in ('false', '0', 'no')

    def open(self) -> None:
        for name, wanted in _TABLES.items():
            self._databases[name] = _database(name)
            with self._databases[name].session() as session:
                tables.create(session, wanted)
        threading.Thread(target=self._write, daemon=True).start()

    def audit(self, server_name: str, channel: str, data: str) -> None:
        """Each request of a channel of users' own, with its body, unless that is turned off. No request waits for it."""
        if self._keeps_audit_log:
            self._events.put({'event_time': datetime.utcnow(), 'server_name': server_name, 'channel': channel, 'data': data})

    def _write(self) -> None:
        while True:
            event = self._events.get()
            try:
                with self._databases['Audit_Log'].session() as session:
                    session.insert('audit_event', **event)
            except Exception as error:  # whatever the database has, requests go on
                logging.getLogger('zato').warning('Audit log could not be written, e:`%s`', error)


def _database(name: str) -> Database:
    def of(part: str) -> str:
        return os.environ.get(f'Zato_{name}_DB_{part}', '')
    if not of('Type'):
        return Database(SQLITE, '', 0, os.path.join(home(), _FILES[name]), '', '')
    return Database(of('Type'), of('Host'), of('Port'), of('Name'), of('Username'), of('Password'))
