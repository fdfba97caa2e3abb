"""Runs jobs: each one is an invocation of a service on one server, over HTTP."""

import heapq
import logging
import threading
from collections import Counter
from datetime import datetime, timedelta

from ..common.db import OperationalError
from ..common.http_client import AdminClient, CallFailed
from .config import SchedulerConfig
from .jobs import Job, read

logger = logging.getLogger('zato.scheduler')

# The one job of its own: it keeps the servers' SQL connections alive.
_AUTO_PING = Job(0, 'zato.outgoing.sql.auto-ping', 'zato.outgoing.sql.auto-ping', '', False, datetime(2020, 1, 1),
    timedelta(minutes=3), 0)
_RETRY_SECONDS = 1.0


class Runner:
    def __init__(self, config: SchedulerConfig):
        self._config = config
        self._client = AdminClient(config.server_address, config.server_password)
        self._changed = threading.Condition()
        self._jobs: dict[int, Job] = {_AUTO_PING.id: _AUTO_PING}
        # How often each job has been started. None: the ODB was not read yet.
        self._started: Counter | None = None if config.prefers_odb else Counter([_AUTO_PING.id])
        self._stale = True

    # Trap (measured on 3.3): a job that the ODB has, and of which a server tells again, is started a second time.
    def create(self, job_id: int) -> None:
        self._start(job_id, lambda times: times + 1)

    def edit(self, job_id: int) -> None:
        self._start(job_id, lambda times: 1)

    def delete(self, job_id: int) -> None:
        self._start(job_id, lambda times: 0)

    def _start(self, job_id: int, times) -> None:
        with self._changed:
            if self._started is None:
                self._load()
            self._started[job_id] = times(self._started[job_id])
            self._reload()

    def _reload(self) -> None:
        with self._changed:
            self._stale = True
            self._changed.notify()

    def execute(self, job_id: int) -> None:
        """A server wants a job to run now."""
        job = {item.id: item for item in read(self._config.odb, self._config.cluster_id)}.get(job_id)
        if job:
            threading.Thread(target=self._invoke, args=(job,), daemon=True).start()

    def run(self) -> None:
        # Trap (facts §4.2): when the servers are still starting there is one line `Service invocation error`, then it goes on.
        threading.Thread(target=self._invoke, args=(_AUTO_PING,), daemon=True).start()
        queue: list[tuple[datetime, int]] = []
        while True:
            with self._changed:
                if self._stale:
                    queue = self._load()
                wait = (queue[0][0] - datetime.utcnow()).total_seconds() if queue else None
                if wait is None or wait > 0:
                    self._changed.wait(wait)
                    continue
                due, job_id = heapq.heappop(queue)
                job = self._jobs[job_id]
                if later := job.next_run(due):
                    heapq.heappush(queue, (later, job_id))
            threading.Thread(target=self._invoke, args=(job,), daemon=True).start()

    def _load(self) -> list[tuple[datetime, int]]:
        try:
            jobs = read(self._config.odb, self._config.cluster_id)
        except OperationalError as error:
            logger.warning('Jobs cannot be read: %s', error)
            threading.Timer(_RETRY_SECONDS, self._reload).start()
            jobs = []
        self._stale = False
        self._jobs = {job.id: job for job in (_AUTO_PING, *jobs)}
        # Trap (measured on 3.3): a scheduler that asks a server for its jobs, which is the default, does not start them. After each
        # start it runs only those of which servers tell it from then on.
        if self._started is None:
            self._started = Counter(self._jobs.keys())
        now = datetime.utcnow()
        queue = [(due, job.id) for job in self._jobs.values() for _ in range(self._started[job.id]) if (due := job.next_run(now))]
        heapq.heapify(queue)
        logger.info('%s jobs', len(jobs))
        return queue

    def _invoke(self, job: Job) -> None:
        """One retry of a job whose invocation failed, while the server is starting or being restarted."""
        for _ in range(2):
            try:
                self._client.invoke(job.service, job.extra or {})
                logger.info('Job `%s` invoked `%s`', job.name, job.service)
                return
            except (OSError, CallFailed) as error:
                logger.info('Service invocation error -> `%s` -> %s', job.service, error)
            threading.Event().wait(_RETRY_SECONDS)
