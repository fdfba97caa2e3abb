"""Jobs that each cluster has, and the marker that says that demo objects were seen to (facts §3)."""

from datetime import datetime

from ..common.db import Session

# Name, service, minutes, whether it is active
_JOBS = (
    ('zato.alerting', 'zato.alerting.sweep', 1, True),
    ('zato.cert-check', 'zato.alerting.cert-check', 1440, True),
    ('zato.microsoft-health', 'zato.alerting.microsoft-health', 15, True),
    ('zato.test-transfer', 'zato.alerting.test-transfer', 15, False),
)

SERVICES = tuple(service for _, service, _, _ in _JOBS)


def ensure(session: Session, cluster_id: int) -> None:
    for name, service, minutes, is_active in _JOBS:
        if session.first('SELECT id FROM job WHERE name = %(name)s AND cluster_id = %(cluster)s', name=name, cluster=cluster_id):
            continue
        service_id = session.one('SELECT id FROM service WHERE name = %(name)s AND cluster_id = %(cluster)s', name=service,
            cluster=cluster_id)['id']
        job_id = session.insert('job', name=name, is_active=is_active, job_type='interval_based',
            start_date=datetime.utcnow().replace(microsecond=0), extra=b'', service_id=service_id, cluster_id=cluster_id)
        session.insert('job_interval_based', job_id=job_id, minutes=minutes)
    if not session.first("SELECT id FROM generic_object WHERE name = 'demo.config.auto.import'"):
        session.insert('generic_object', name='demo.config.auto.import', type_='demo-config', opaque1='{}', cluster_id=cluster_id)
