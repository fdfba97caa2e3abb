"""Services that each new server has: demo.*, test.raise (facts §2)."""

FILES = {
    'demo.py': '''from zato.server.service import Service


class Echo(Service):
    name = 'demo.echo'

    def handle(self):
        self.response.payload = self.request.payload
''',
    'demo_extra.py': '''from zato.server.service import Service


class Raise(Service):
    name = 'test.raise'

    def handle(self):
        raise Exception('This is a test exception')
''',
}
