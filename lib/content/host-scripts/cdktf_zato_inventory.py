"""A service of cdktf-zato's own, in every cluster: it tells what the worker that runs it has really loaded."""

from hashlib import sha256

from zato.server.service import Service


class Inventory(Service):
    """Answers with the SHA-256 of the source of each loaded service, by name. It has no channel."""

    name = 'cdktf-zato.inventory'

    def handle(self):
        loaded = self.server.service_store.services.values()
        self.response.payload = {
            item['name']: sha256(item['source_code'].encode()).hexdigest() for item in loaded if item.get('source_code')
        }
