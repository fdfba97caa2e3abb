"""What programs import that are to reach a server as Zato's own commands do: its address, the password of admin.invoke, its cluster."""

from types import SimpleNamespace

from ...cli import local_server


def get_client_from_server_conf(server_dir, require_server=True, stdin_data=None):
    """`require_server` would wait for the server's answer."""
    config = local_server.read_config(server_dir)
    client = local_server.client(config)
    return SimpleNamespace(address=local_server.address(config), session=SimpleNamespace(auth=('admin.invoke', client.password)),
        cluster_id=local_server.cluster_id(config))


class OdbSession:
    """As far as programs use SQLAlchemy's session: rows are tuples."""

    def __init__(self, odb):
        self._odb = odb

    def execute(self, sql):
        with self._odb.session() as session:
            return [tuple(row.values()) for row in session.all(sql)]

    def rollback(self):
        """Each statement is a transaction of its own."""

    def close(self):
        self._odb.close()


def get_odb_session_from_server_dir(server_dir):
    return OdbSession(local_server.read_config(server_dir).odb())
