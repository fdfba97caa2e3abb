"""create_odb: makes the tables that are missing, and alters none, so that it may be repeated (facts §2)."""

from .. import schema
from .command import say
from .odb import database


def execute(args) -> None:
    with database(args).session() as session:
        schema.create_odb(session)
    say('OK')
