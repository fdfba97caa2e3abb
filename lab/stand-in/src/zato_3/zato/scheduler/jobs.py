"""The jobs that are in the ODB."""

from datetime import timedelta

from ..common.db import Database
from ..common.job import Job

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
