"""The MCP gateway that each cluster gets with its first start."""

from .service_store import ServiceStore

# In demo.py and demo_extra.py of each server.
SERVICES = ('demo.echo', 'test.raise')


def build(store: ServiceStore) -> None:
    """Trap (seen on the real 4.1): a server that lacks one of them ends at its start, so that these files must stay."""
    for name in SERVICES:
        if store.get(name) is None:
            raise ValueError(f'MCP allow list references service `{name}` which is not deployed')
