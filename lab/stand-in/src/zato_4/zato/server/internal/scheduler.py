"""zato.scheduler.job.*: jobs in the ODB, of which the scheduler is told through Redis."""

import json
import os
from datetime import datetime
from http.client import HTTPConnection, HTTPException

from ..registry import Call, service

_INTERVAL = ('weeks', 'days', 'hours', 'minutes', 'seconds', 'repeats')

_SQL = '''SELECT j.id, j.name, j.is_active, j.job_type, j.start_date, j.extra, j.service_id, s.name AS service_name, i.weeks, i.days,
    i.hours, i.minutes, i.seconds, i.repeats FROM job j JOIN service s ON s.id = j.service_id
    LEFT JOIN job_interval_based i ON i.job_id = j.id WHERE j.cluster_id = %(cluster)s ORDER BY j.name'''


def _summaries(call: Call) -> dict:
    """What the scheduler says of its jobs, by name. Trap: whoever answers on its port is believed, be it one of 3.3."""
    connection = HTTPConnection('127.0.0.1', int(os.environ.get('Zato_Scheduler_HTTP_Port') or 35100), timeout=5)
    try:
        connection.request('GET', '/api/get_job_summaries')
        return {summary['name']: summary for summary in json.loads(connection.getresponse().read())}
    except (OSError, HTTPException):  # a connection to a port of its own choice may reach itself, and answers what it asked
        call.server.logger.info('Scheduler unreachable, returning no job summaries')
        return {}
    finally:
        connection.close()


@service('zato.scheduler.job.get-list', wrapped=False)
def get_list(call: Call):
    _summaries(call)
    with call.server.odb.session() as session:
        rows = session.all(_SQL, cluster=call.server.cluster_id)
    return [{**row, 'is_active': bool(row['is_active']), 'start_date': row['start_date'].isoformat(),
        'extra': bytes(row['extra'] or b'').decode()} for row in rows]


def _save(call: Call, job_id: int | None) -> dict:
    data = call.input
    with call.server.odb.session() as session:
        found = session.first('SELECT id FROM service WHERE name = %(name)s AND cluster_id = %(cluster)s', name=data.service,
            cluster=call.server.cluster_id)
        if not found:
            raise Exception(f'ODBService `{data.service}` does not exist in this cluster')
        values = {'name': data.name, 'is_active': bool(data.get('is_active')), 'job_type': data.job_type, 'service_id': found['id'],
            'start_date': datetime.fromisoformat(str(data.start_date).strip()), 'cluster_id': call.server.cluster_id,
            'extra': str(data.get('extra') or '').encode()}
        command = 'create_job' if job_id is None else 'edit_job'
        if job_id is None:
            job_id = session.insert('job', **values)
        else:
            session.one('SELECT id FROM job WHERE id = %(id)s', id=job_id)
            session.update('job', job_id, **values)
        session.run('DELETE FROM job_interval_based WHERE job_id = %(id)s', id=job_id)
        session.insert('job_interval_based', job_id=job_id, **{name: int(data.get(name) or 0) for name in _INTERVAL})
    call.server.scheduler.tell(command, job_id=job_id, job_data=call.server.scheduler.job(job_id))
    return {'id': job_id, 'name': data.name}


_REQUIRED = ('cluster_id', 'name', 'job_type', 'service', 'start_date')


@service('zato.scheduler.job.create', *_REQUIRED, wrapped=False)
def create(call: Call):
    return _save(call, None)


@service('zato.scheduler.job.edit', 'id', *_REQUIRED, wrapped=False)
def edit(call: Call):
    return _save(call, int(call.input.id))


@service('zato.scheduler.job.delete', 'id', wrapped=False)
def delete(call: Call):
    with call.server.odb.session() as session:
        session.one('SELECT id FROM job WHERE id = %(id)s', id=call.input.id)
        session.run('DELETE FROM job WHERE id = %(id)s', id=call.input.id)
    call.server.scheduler.tell('delete_job', job_id=int(call.input.id))


@service('zato.scheduler.job.execute', 'job_id', wrapped=False)
def execute(call: Call):
    job = call.server.scheduler.job(int(call.input.job_id))
    call.server.scheduler.tell('execute_job', job_id=job['id'], name=job['name'])
