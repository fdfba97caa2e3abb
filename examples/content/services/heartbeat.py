from contextlib import closing

from zato.server.service import Service


class Beat(Service):
    """What the scheduler calls: one row for each call, so that nobody runs it twice unnoticed."""

    name = 'heartbeat.beat'

    def handle(self):
        with closing(self.outgoing.sql.get('Audit').session()) as session:
            session.execute("insert into heartbeats (cluster) values ('" + self.server.cluster_name + "')")
            session.commit()
