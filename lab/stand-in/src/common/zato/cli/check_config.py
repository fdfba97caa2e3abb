"""zato check-config: can the component reach its ODB? (facts §9)"""

from .command import say
from .local_server import read_config


def execute(args) -> None:
    with read_config(args.path).odb().session() as session:
        session.all('SELECT 1 AS alive')
    say('SQL ODB connection OK')
