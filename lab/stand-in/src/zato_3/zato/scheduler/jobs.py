"""When jobs are due."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ..common.db import Database


@dataclass(frozen=True)
class Job:
    id: int
    name: str
    service: str
    extra: str
    is_one_time: bool
    start: datetime
    interval: timedelta
    repeats: int  # 0: for ever

    def next_run(self, after: datetime) -> datetime | None:
        """The first moment later than `after`, counted from the start date; None if there is none."""
        if after < self.start:
            return self.start
        if self.is_one_time or not self.interval:
            return None
        runs = int((after - self.start) / self.interval) + 1
        if self.repeats and runs >= self.repeats:
            return None
        return self.start + runs * self.interval


# Jobs of one type only are run: cron-style ones are stored and never due.
_SQL = '''SELECT j.id, j.name, j.job_type, j.start_date, j.extra, s.name AS service_name, i.weeks, i.days, i.hours, i.minutes, i.seconds,
    i.repeats FROM job j JOIN service s ON s.id = j.service_id LEFT JOIN job_interval_based i ON i.job_id = j.id
    WHERE j.is_active AND j.cluster_id = %(cluster)s AND j.job_type <> 'cron_style' ORDER BY j.name'''


def read(odb: Database, cluster_id: int) -> list[Job]:
    with odb.session() as session:
        return [_job(row) for row in session.all(_SQL, cluster=cluster_id)]


def _job(row: dict) -> Job:
    units = {name: row[name] or 0 for name in ('weeks', 'days', 'hours', 'minutes', 'seconds')}
    return Job(row['id'], row['name'], row['service_name'], bytes(row['extra'] or b'').decode(), row['job_type'] == 'one_time',
        row['start_date'], timedelta(**units), row['repeats'] or 0)
