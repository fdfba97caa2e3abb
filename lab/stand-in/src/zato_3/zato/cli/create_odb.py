"""create_odb: all tables of the ODB (facts §2)."""

from .. import schema
from ..common.db import NoResultFound
from .command import say
from .odb import database


def execute(args) -> None:
    with database(args).session() as session:
        if session.has_table('install_state'):
            # Trap (facts §2, §II.1 a): the table is there but empty, so a second run dies here with exit code 16.
            if not session.all('SELECT version FROM install_state'):
                raise NoResultFound()
        schema.create_odb(session)
    say('OK')
