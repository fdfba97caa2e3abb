"""How services come to servers."""

from base64 import b64encode

from live import ECHO, LiveTest
from tools import http, wait_until

SQL = '''
import time
from contextlib import closing
from zato.server.service import Service
class Query(Service):
    name = 'lab.query'
    def handle(self):
        with closing(self.outgoing.sql.get('Billing').session()) as session:
            self.response.payload = {'name': session.execute('SELECT name FROM cluster WHERE id = :id', {'id': 1}).fetchone().name}
class With(Service):
    name = 'lab.with'
    def handle(self):
        with self.outgoing.sql.get('Billing').session():
            pass
class Slow(Service):
    name = 'lab.slow'
    def handle(self):
        time.sleep(1)
        self.response.payload = {'slept': 1}
'''


class ServicesTest(LiveTest):
    def test_20_pickup_directory(self):
        lab = self.lab
        pickup = lab.env / 'server1/pickup/incoming/services'
        for version in ('v1', 'v2'):
            digest = self.write(pickup, 'echo.py', ECHO % version)
            for name in ('server1', 'server2'):
                self.assertTrue(lab.all_workers(name, 'lab.echo', {'version': version}))
                info = lab.invoke(name, 'zato.service.get-source-info', {'cluster_id': 1, 'name': 'lab.echo'})[1]
                info = info['zato_service_get_source_info_response']
                self.assertEqual((info['server_name'], info['source_hash']), (name, digest))
                self.assertTrue((lab.env / name / 'work/hot-deploy/current/echo.py').exists())

    def test_21_syntax_error_keeps_the_old_version(self):
        lab = self.lab
        self.write(lab.env / 'server1/pickup/incoming/services', 'echo.py', 'class (')
        self.assertTrue(wait_until(lambda: 'No services nor models were deployed from module `echo.py`' in lab.log('server1')))
        self.assertIn('ERROR', lab.log('server1'))
        self.assertIn('Could not load source', lab.log('server1'))
        self.assertTrue(lab.all_workers('server2', 'lab.echo', {'version': 'v2'}))
        self.write(lab.env / 'server1/pickup/incoming/services', 'echo.py', ECHO % 'v3')
        self.assertTrue(lab.all_workers('server2', 'lab.echo', {'version': 'v3'}))

    def test_22_upload_without_credentials_until_the_channel_is_deleted(self):
        lab = self.lab
        payload = b64encode((ECHO % 'uploaded').replace('lab.echo', 'lab.uploaded').encode()).decode()
        url = lab.address('server1') + '/zato/api/invoke/'
        status, _ = http('POST', url + 'zato.service.upload-package',
            f'{{"cluster_id":1,"payload":"{payload}","payload_name":"up.py"}}'.encode())
        self.assertEqual(status, 200)
        self.assertEqual(http('GET', url + 'lab.uploaded')[1], '{"version":"uploaded"}')
        channels = lab.invoke('server1', 'zato.http-soap.get-list', {'cluster_id': 1, 'connection': 'channel', 'transport': 'plain_http'})
        open_one = next(row for row in channels[1]['zato_http_soap_get_list_response'] if row['url_path'].endswith('{service_name}'))
        self.assertEqual(lab.invoke('server1', 'zato.http-soap.delete', {'id': open_one['id']})[0], 200)
        for name in ('server1', 'server2'):
            for _ in range(4):
                self.assertEqual(http('GET', lab.address(name) + '/zato/api/invoke/lab.uploaded')[0], 404)

    def test_23_deployed_while_a_server_was_down(self):
        lab = self.lab
        server2 = self.running('server2')
        server2.terminate()
        self.assertEqual(server2.wait(5), 0)
        self.assertTrue((lab.env / 'server2/pidfile').exists())
        self.write(lab.env / 'server1/pickup/incoming/services', 'sql.py', SQL)
        self.write(lab.env / 'server2/pickup/incoming/services', 'ignored.py', ECHO.replace('lab.echo', 'lab.ignored'))
        self.assertTrue(wait_until(lambda: lab.invoke('server1', 'lab.slow')[0] == 200))
        self.write(lab.dir / 'hot', 'hot.py', (ECHO % 'h1').replace('lab.echo', 'lab.hot'))
        lab.start_server('server2')
        self.assertTrue(lab.is_up('server2'))
        self.assertEqual(lab.invoke('server2', 'lab.slow')[0], 200)
        self.assertEqual(lab.invoke('server2', 'lab.ignored')[0], 500)
        self.assertTrue(lab.all_workers('server2', 'lab.hot', {'version': 'h1'}))

    def test_24_hot_deploy_directory(self):
        lab = self.lab
        digest = self.write(lab.dir / 'hot', 'hot.py', (ECHO % 'h2').replace('lab.echo', 'lab.hot'))
        for name in ('server1', 'server2'):
            self.assertTrue(lab.all_workers(name, 'lab.hot', {'version': 'h2'}))
            info = lab.invoke(name, 'zato.service.get-source-info', {'cluster_id': 1, 'name': 'lab.hot'})[1]
            self.assertEqual(info['zato_service_get_source_info_response']['source_hash'], digest)
