"""What is done at each start, and at each reload of the configuration."""

from ..common import secrets
from .context import ServerContext


def encrypt_passwords(context: ServerContext) -> None:
    """Those that stand in clear text: created with the cluster, or by enmasse (facts §3, §8)."""
    with context.odb.session() as session:
        for row in session.all('SELECT id, password FROM sec_base WHERE cluster_id = %(cluster)s', cluster=context.cluster_id):
            if row['password'] and not row['password'].startswith(secrets.ODB_PREFIX):
                session.update('sec_base', row['id'], password=secrets.encrypt_for_odb(context.config.secret_key, row['password']))
