from contextlib import closing

from zato.server.service import Service


class CountStock(Service):
    """Counts what the stock database holds."""

    name = 'stock.count'

    def handle(self):
        with closing(self.outgoing.sql.get('Stock').session()) as session:
            row = session.execute('select sum(amount) from goods').fetchone()
        self.response.payload = {'in_stock': int(row[0] or 0)}
