"""The scheduler's process: by the environment alone, without a folder (facts §4). Trap (source of 4.1): a connection to Redis that was lost
is not opened again, so it has to be restarted with Redis."""

import json
import os
import signal
import sys
import threading
import time
from datetime import datetime

from .. import stream
from ..common import logs
from ..common.banner import BANNER
from ..common.http_server import HttpServer, Request, Response, listen
from ..common.redis import RedisError
from ..stream import Streams
from .state import RunningJob, State

_GROUP = ('scheduler', 'scheduler-0')
_REQUEST_MS = 10_000
_LAST_SECONDS = 5.0
_LAST_MS = 5000
_CLIENT = 'zato-scheduler'


class Scheduler:
    def __init__(self, logger):
        self._logger = logger
        self._names = stream.names()
        self._commands = Streams()
        self._fires = Streams(_CLIENT)
        self.state = State()
        self._is_loaded = False
        self._is_stopping = threading.Event()

    def run(self) -> None:
        self._commands.ensure_group(self._names.command, _GROUP[0])
        while not self._is_loaded:
            self._logger.info('Requesting jobs from server')
            self._commands.add(self._names.request, command='request_jobs')
            self._obey(_REQUEST_MS)
        threading.Thread(target=self._fire, daemon=True).start()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                self._obey(_LAST_MS if self._is_stopping.is_set() else 1000)
            except (OSError, RedisError) as error:
                self._logger.error('XREADGROUP error: %s', error)
                time.sleep(1)

    def _obey(self, block_ms: int) -> None:
        """Trap (facts §0.4): all schedulers are the same consumer of the same group, so that each command reaches one of them, and the end of
        a run perhaps not the one that waits for it."""
        for message_id, fields in self._commands.read(self._names.command, *_GROUP, block_ms=block_ms):
            self._command(fields['command'], json.loads(fields['payload'] or '{}'), fields['correlation_id'])
            self._commands.acknowledge(self._names.command, _GROUP[0], message_id)

    def _command(self, name: str, payload: dict, correlation_id: str) -> None:
        if name == 'reload':
            self.state.load(payload['jobs'])
            self._is_loaded = True
            self._logger.info('Reloaded %s jobs', len(payload['jobs']))
            self._commands.add(self._names.reply, correlation_id=correlation_id, status='ok')
        elif name in ('create_job', 'edit_job'):
            self.state.put(payload['job_data'])
        elif name == 'delete_job':
            self.state.delete(payload['job_id'])
        elif name == 'mark_complete':
            self.state.complete(payload['job_id'])
        elif name == 'execute_job':
            if job := self.state.forced(payload['job_id']):
                self._publish(job)
        else:
            self._logger.warning('Unknown command: %s', name)

    def _fire(self) -> None:
        while True:
            due = self.state.wait_for_due()
            if self._is_stopping.is_set():
                return
            for job in due:
                self._publish(job)

    def stop(self) -> None:
        """Trap (facts §0.4): it starts no job any more, and still takes commands, such as the end of a run of another scheduler's, which goes
        on waiting for that. In reality this is likely, here it is certain where there is another."""
        self._is_stopping.set()
        if Streams().count(_CLIENT) < 2:
            os._exit(0)
        threading.Timer(_LAST_SECONDS, os._exit, (0,)).start()

    def _publish(self, job: RunningJob) -> None:
        payload = {'job_id': job.job.id, 'name': job.job.name, 'service': job.job.service, 'extra': job.job.extra, 'current_run': job.runs,
            'planned_fire_time_iso': datetime.utcnow().isoformat()}
        try:
            self._fires.add(self._names.fire, job_id=job.job.id, name=job.job.name, service=job.job.service, payload=json.dumps(payload))
            self._logger.info('Job `%s` fired, run %s', job.job.name, job.runs)
        except (OSError, RedisError) as error:
            self._logger.error("Failed to XADD fire event for job '%s': %s", job.job.name, error)


def main() -> int:
    logger = logs.set_up()
    logger.info('%s: starting the scheduler', BANNER)
    try:
        scheduler = Scheduler(logger)
    except (OSError, RedisError) as error:
        logger.error('Failed to connect to Redis: %s', error)
        return 1
    for stop in (signal.SIGTERM, signal.SIGINT):
        signal.signal(stop, lambda *_: scheduler.stop())
    scheduler.run()

    def answer(request: Request) -> Response:
        if request.path != '/api/get_job_summaries':
            return Response(404, '{}')
        return Response(200, json.dumps(scheduler.state.summaries()))

    HttpServer(listen('127.0.0.1', int(os.environ.get('Zato_Scheduler_HTTP_Port') or 35100)), answer, logger).start()
    while True:
        signal.pause()


if __name__ == '__main__':
    sys.exit(main())
