"""Which jobs there are, when each is due, and which are running as far as the scheduler knows (facts §0.4, §4)."""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..common.job import Job

# How long a run may take before the scheduler goes on without having heard of its end.
_LIMIT = timedelta(hours=1)


@dataclass
class RunningJob:
    job: Job
    is_active: bool
    due: datetime | None
    in_flight_since: datetime | None = None
    runs: int = 0


class State:
    def __init__(self) -> None:
        self._jobs: dict[int, RunningJob] = {}
        self._changed = threading.Condition()

    def load(self, jobs: list[dict]) -> None:
        """All of them: a server has started, or was told to read its configuration anew. Nothing counts as running any more."""
        with self._changed:
            self._jobs = {data['id']: self._fresh(data) for data in jobs}
            self._changed.notify_all()

    def put(self, data: dict) -> None:
        with self._changed:
            self._jobs[data['id']] = self._fresh(data)
            self._changed.notify_all()

    def delete(self, job_id: int) -> None:
        with self._changed:
            self._jobs.pop(job_id, None)
            self._changed.notify_all()

    def complete(self, job_id: int) -> None:
        """Trap (source of 4.1): whichever run it was, this scheduler's or another's."""
        with self._changed:
            if job := self._jobs.get(job_id):
                job.in_flight_since = None
            self._changed.notify_all()

    def forced(self, job_id: int) -> RunningJob | None:
        """To be run now, whatever is due."""
        with self._changed:
            found = self._jobs.get(job_id)
            return self._started(found, datetime.utcnow()) if found else None

    def wait_for_due(self) -> list[RunningJob]:
        """Blocks until some job is due. Trap (facts §0.4): one of whose last run no end was heard is not, for an hour."""
        with self._changed:
            while True:
                now = datetime.utcnow()
                free = [job for job in self._jobs.values() if job.is_active and job.due and not _is_in_flight(job, now)]
                ready = [job for job in free if job.due <= now]
                if ready:
                    return [self._started(job, now) for job in ready]
                waits = [(job.due - now).total_seconds() for job in free if job.due]
                self._changed.wait(min(waits, default=60))

    def summaries(self) -> list[dict]:
        with self._changed:
            return [{'id': job.job.id, 'name': job.job.name, 'is_active': job.is_active, 'service': job.job.service,
                'in_flight': job.in_flight_since is not None, 'current_run': job.runs} for job in self._jobs.values()]

    def _started(self, job: RunningJob, now: datetime) -> RunningJob:
        job.runs += 1
        job.in_flight_since = now
        job.due = job.job.next_run(now)
        return job

    def _fresh(self, data: dict) -> RunningJob:
        units = {name: int(data.get(name) or 0) for name in ('weeks', 'days', 'hours', 'minutes', 'seconds')}
        job = Job(data['id'], data['name'], data['service'], data.get('extra') or '', data['job_type'] == 'one_time',
            datetime.fromisoformat(data['start_date']), timedelta(**units), int(data.get('repeats') or 0))
        known = self._jobs.get(job.id)
        return RunningJob(job, bool(data['is_active']), job.next_run(datetime.utcnow()), runs=known.runs if known else 0)


def _is_in_flight(job: RunningJob, now: datetime) -> bool:
    return job.in_flight_since is not None and now - job.in_flight_since < _LIMIT
