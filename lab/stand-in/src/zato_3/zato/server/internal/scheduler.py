"""zato.scheduler.job.*: jobs are stored in the ODB and run by the scheduler, which is told over HTTP."""

import threading
import time
from datetime import datetime

from ...common import conf
from ...common.http_client import post
from ..registry import Call, service

_INTERVAL = ('weeks', 'days', 'hours', 'minutes', 'seconds', 'repeats')

_SQL = '''SELECT j.id, j.name, j.is_active, j.job_type, j.start_date, j.extra, j.service_id, s.name AS service_name, i.weeks, i.days,
    i.hours, i.minutes, i.seconds, i.repeats, c.cron_definition FROM job j JOIN service s ON s.id = j.service_id
    LEFT JOIN job_interval_based i ON i.job_id = j.id LEFT JOIN job_cron_style c ON c.job_id = j.id
    WHERE j.cluster_id = %(cluster)s ORDER BY j.name'''


def _described(row: dict) -> dict:
    return {**row, 'is_active': bool(row['is_active']), 'start_date': row['start_date'].isoformat(),
        'extra': bytes(row['extra'] or b'').decode()}


_RETRY_SECONDS = 1.0  # 3 with the real one


def _tell_scheduler(call: Call, action: str, job_id: int) -> None:
    """Trap (measured on 3.3): without a scheduler, or with credentials that it does not accept, the server goes on trying until it is
    restarted, also when the scheduler has long found the change in the ODB."""
    if not _is_told(call, action, job_id):
        threading.Thread(target=_keep_telling, args=(call, action, job_id), daemon=True).start()


def _keep_telling(call: Call, action: str, job_id: int) -> None:
    while not _is_told(call, action, job_id):
        time.sleep(_RETRY_SECONDS)


def _is_told(call: Call, action: str, job_id: int) -> bool:
    scheduler = call.server.config.conf['scheduler']
    scheme = 'https' if conf.is_true(scheduler['scheduler_use_tls']) else 'http'
    address = f"{scheme}://{scheduler['scheduler_host']}:{scheduler['scheduler_port']}/"
    try:
        status, body = post(address, {'action': action, 'id': job_id}, scheduler['scheduler_api_username'],
            scheduler['scheduler_api_password'], timeout=3)
    except OSError as error:
        status, body = 0, str(error)
    if status != 200:
        call.server.logger.warning('Could not notify the scheduler at %s: %s %s', address, status, body)
    return status == 200


def _save(call: Call, job_id: int | None) -> dict:
    data = call.input
    action = 'SCHEDULER_JOB_CREATE' if job_id is None else 'SCHEDULER_JOB_EDIT'
    with call.server.odb.session() as session:
        found = session.first('SELECT id FROM service WHERE name = %(name)s AND cluster_id = %(cluster)s',
            name=data.service, cluster=call.server.cluster_id)
        if not found:
            raise Exception(f'Service `{data.service}` does not exist in this cluster')
        extra = data.get('extra') or ''
        values = {'name': data.name, 'is_active': bool(data.is_active), 'job_type': data.job_type, 'service_id': found['id'],
            'start_date': datetime.fromisoformat(str(data.start_date).strip()), 'cluster_id': call.server.cluster_id,
            'extra': ('\n'.join(extra) if isinstance(extra, list) else str(extra)).encode()}
        if job_id is None:
            job_id = session.insert('job', **values)
        else:
            # Trap (read in 3.3): the row of the other type is looked for, which is not there.
            if session.one('SELECT job_type FROM job WHERE id = %(id)s', id=job_id)['job_type'] != data.job_type:
                raise AttributeError("'NoneType' object has no attribute 'id'")
            session.update('job', job_id, **values)
            session.run('DELETE FROM job_interval_based WHERE job_id = %(id)s', id=job_id)
            session.run('DELETE FROM job_cron_style WHERE job_id = %(id)s', id=job_id)
        if data.job_type == 'interval_based':
            session.insert('job_interval_based', job_id=job_id, **{name: int(data.get(name) or 0) for name in _INTERVAL})
        elif data.job_type == 'cron_style':
            session.insert('job_cron_style', job_id=job_id, cron_definition=data.cron_definition)
    _tell_scheduler(call, action, job_id)
    return {'id': job_id, 'name': data.name}


_REQUIRED = ('name', 'is_active', 'job_type', 'service', 'start_date')


@service('zato.scheduler.job.get-list', 'cluster_id')
def get_list(call: Call):
    with call.server.odb.session() as session:
        return [_described(row) for row in session.all(_SQL, cluster=call.input.cluster_id)]


@service('zato.scheduler.job.create', *_REQUIRED)
def create(call: Call):
    return _save(call, None)


@service('zato.scheduler.job.edit', 'id', *_REQUIRED)
def edit(call: Call):
    return _save(call, int(call.input.id))


@service('zato.scheduler.job.delete', 'id')
def delete(call: Call):
    with call.server.odb.session() as session:
        session.one('SELECT id FROM job WHERE id = %(id)s', id=call.input.id)
        session.run('DELETE FROM job WHERE id = %(id)s', id=call.input.id)
    _tell_scheduler(call, 'SCHEDULER_JOB_DELETE', call.input.id)


@service('zato.scheduler.job.set-active-status', 'id', 'is_active')
def set_active_status(call: Call):
    with call.server.odb.session() as session:
        session.one('SELECT id FROM job WHERE id = %(id)s', id=call.input.id)
        session.update('job', call.input.id, is_active=bool(call.input.is_active))
    _tell_scheduler(call, 'SCHEDULER_JOB_EDIT', call.input.id)


@service('zato.scheduler.job.execute', 'id')
def execute(call: Call):
    """Runs the job now, through the scheduler."""
    _tell_scheduler(call, 'SCHEDULER_JOB_EXECUTE', call.input.id)
