from contextlib import closing

from zato.server.service import Service

VERSION = 'v1'


class ListOrders(Service):
    """Answers the REST channel with what the billing database says of orders, and the stock database of goods."""

    name = 'orders.list'

    def handle(self):
        with closing(self.outgoing.sql.get('Billing').session()) as session:
            orders = session.execute('select id, customer from orders order by id').fetchall()
        stock = self.invoke('stock.count', {})
        self.response.payload = {
            'version': VERSION,
            'orders': [{'id': row[0], 'customer': row[1]} for row in orders],
            'in_stock': stock['in_stock'],
        }
