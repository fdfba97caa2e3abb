"""A server's side of the scheduler: jobs go there, and come back when they are due, through streams in Redis (facts §0.5, §6)."""

import json
import threading
import time
import traceback
from uuid import uuid4

from .. import stream
from ..common.redis import RedisError
from ..stream import Streams
from .context import ServerContext

_REPLY_GROUP = ('server', 'server-0')
_FIRE_GROUP = ('server-fire', 'server-fire-0')
_REQUEST_GROUP = ('server-request', 'server-request-0')
_REPLY_SECONDS = 1.0
_ANSWER_SECONDS = 1.2


class SchedulerLink:
    def __init__(self, context: ServerContext):
        self._context = context
        self._names = stream.names()
        self._is_started = False

    def start(self) -> None:
        """Trap (facts §0.5): what does not work now is not tried again. The server answers, and never runs a job."""
        try:
            Streams().ensure_group(self._names.reply, _REPLY_GROUP[0])
            self._reload()
            self._is_started = True
            for name, group, handle in ((self._names.fire, _FIRE_GROUP, self._fire), (self._names.request, _REQUEST_GROUP, self._request)):
                Streams().ensure_group(name, group[0])
                threading.Thread(target=self._listen, args=(name, group, handle), daemon=True).start()
        except (OSError, RedisError):
            self._context.logger.warning('Scheduler could not be started: %s', traceback.format_exc())

    def reload(self) -> None:
        if self._is_started:
            self._reload()

    def tell(self, command: str, **payload) -> None:
        if not self._is_started:
            raise AttributeError("'ParallelServer' object has no attribute '_scheduler'")
        self._send(command, payload)

    def _reload(self) -> None:
        """All jobs. Without a scheduler that takes them, this waits for a second (facts §3)."""
        streams = Streams()
        correlation_id = self._send('reload', {'jobs': self._jobs()})
        deadline = time.monotonic() + _REPLY_SECONDS
        while time.monotonic() < deadline:
            for message_id, fields in streams.read(self._names.reply, *_REPLY_GROUP, block_ms=1000):
                streams.acknowledge(self._names.reply, _REPLY_GROUP[0], message_id)
                if fields['correlation_id'] == correlation_id:
                    return
        self._context.logger.info('Timed out waiting for reply to command=reload correlation_id=%s', correlation_id)

    def _send(self, command: str, payload: dict) -> str:
        correlation_id = uuid4().hex
        Streams().add(self._names.command, command=command, correlation_id=correlation_id, payload=json.dumps(payload))
        return correlation_id

    def _jobs(self) -> list[dict]:
        with self._context.odb.session() as session:
            rows = session.all('''SELECT j.id, j.name, j.is_active, j.job_type, j.start_date, j.extra, s.name AS service, i.weeks, i.days,
                i.hours, i.minutes, i.seconds, i.repeats FROM job j JOIN service s ON s.id = j.service_id
                LEFT JOIN job_interval_based i ON i.job_id = j.id WHERE j.cluster_id = %(cluster)s''', cluster=self._context.cluster_id)
        return [{**row, 'is_active': bool(row['is_active']), 'start_date': row['start_date'].isoformat(),
            'extra': bytes(row['extra'] or b'').decode()} for row in rows]

    def job(self, job_id: int) -> dict:
        return next(job for job in self._jobs() if job['id'] == job_id)

    def _listen(self, name: str, group: tuple[str, str], handle) -> None:
        """Recovers by itself from a Redis that was away, and from one that has forgotten everything (facts §4)."""
        streams: Streams | None = None
        while True:
            try:
                streams = streams or Streams()
                for message_id, fields in streams.read(name, *group, block_ms=1000):
                    threading.Thread(target=handle, args=(fields,), daemon=True).start()
                    streams.acknowledge(name, group[0], message_id)
            except (OSError, RedisError) as error:
                self._context.logger.warning('Listener of %s: %s', name, error)
                streams = self._repaired(name, group[0])
                time.sleep(1)

    @staticmethod
    def _repaired(name: str, group: str) -> Streams | None:
        try:
            streams = Streams()
            streams.ensure_group(name, group)
            return streams
        except (OSError, RedisError):
            return None

    def _request(self, fields: dict) -> None:
        """Late enough for the scheduler that has asked to be the one that has waited longest, where there are two."""
        time.sleep(_ANSWER_SECONDS)
        if fields['command'] == 'request_jobs':
            self._context.logger.info('Scheduler requested jobs, sending reload')
            self._reload()

    def _fire(self, fields: dict) -> None:
        job = json.loads(fields['payload'])
        outcome, start = 'ok', time.monotonic()
        self._context.logger.info('Invoking service for job: id=%s name=%s run=%s', job['job_id'], job['name'], job['current_run'])
        try:
            self._context.invoker.invoke(job['service'], job['extra'] or '')
        except Exception:
            outcome = 'error'
            self._context.logger.warning('Fire event: service exception job_id=%s traceback=%s', job['job_id'], traceback.format_exc())
        self._send('mark_complete', {'job_id': job['job_id'], 'outcome': outcome, 'current_run': job['current_run'],
            'duration_ms': int((time.monotonic() - start) * 1000), 'error': ''})
