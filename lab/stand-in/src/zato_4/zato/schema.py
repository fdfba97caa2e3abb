"""Tables of the ODB of 4.1: those of its 48 that are used."""

from .common import tables
from .common.db import Session

TABLES = {
    'cluster': tables.CLUSTER_COLUMNS + 'CONSTRAINT cluster_name_key UNIQUE (name)',
    **tables.TABLES,
}


def create_odb(session: Session) -> None:
    tables.create(session, TABLES)


def create_web_admin(session: Session) -> None:
    tables.create(session, tables.WEB_ADMIN_TABLES)
