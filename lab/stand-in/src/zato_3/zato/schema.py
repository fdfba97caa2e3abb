"""Tables of the ODB of 3.2 and 3.3."""

from .common import tables
from .common.db import Session

TABLES = {
    # Stays empty: that is why a second `create_odb` dies with NoResultFound (facts §2).
    'install_state': 'id {pk}, version INTEGER NOT NULL, install_time {time} NOT NULL, source_host VARCHAR(200), source_user VARCHAR(200)',
    'cluster': tables.CLUSTER_COLUMNS + '''lb_host VARCHAR(200) NOT NULL, lb_port INTEGER NOT NULL, lb_agent_port INTEGER NOT NULL,
        CONSTRAINT cluster_name_key UNIQUE (name)''',
    **tables.TABLES,
    'job_cron_style': '''id {pk}, job_id INTEGER NOT NULL UNIQUE REFERENCES job(id) ON DELETE CASCADE,
        cron_definition VARCHAR(4000) NOT NULL''',
}


def create_odb(session: Session) -> None:
    tables.create(session, TABLES)


def create_web_admin(session: Session) -> None:
    tables.create(session, tables.WEB_ADMIN_TABLES)
