"""A server's process: how it starts and ends, what it answers, and when it does not (facts §0, §3 to §5, §7)."""

import json
import os
import signal
import socket
import sqlite3
import threading
import time
import unittest
from urllib.parse import urlsplit

from environment import OPTIONS, SERVICES, Environment, seconds_of
from tools import DatabaseProxy, http, wait_until

CHANNELS = '''
channel_rest:
  - {name: Echo, url_path: /echo, service: lab.echo, data_format: json}
  - {name: FailJson, url_path: /fail/json, service: lab.fail, data_format: json}
  - {name: Fail, url_path: /fail, service: lab.fail}
  - {name: Sleep, url_path: /sleep, service: lab.sleep, data_format: json}
  - {name: Compute, url_path: /compute, service: lab.compute, data_format: json}
'''


def raw(port: int, *parts: bytes) -> bytes:
    """What comes back on a connection of one's own until it is closed."""
    with socket.create_connection(('127.0.0.1', port), 10) as connection:
        for part in parts:
            connection.sendall(part)
        answer = b''
        try:
            while data := connection.recv(65536):
                answer += data
        except ConnectionError:
            pass
        return answer


class ServerTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.zato = Environment().create()
        cls.addClassCleanup(cls.zato.close)
        (cls.zato.hot / 'lab.py').write_text(SERVICES)
        cls.zato.start_server('server1')
        code, out = cls.zato.enmasse(CHANNELS)
        assert code == 0, out

    def test_paths_without_credentials(self):
        expected = {'/zato/ping': 200, '/zato/api/invoke/demo.ping': 401, '/zato/admin/invoke': 404, '/metrics': 401, '/ide-deploy': 401,
            '/api/log/streaming/toggle': 401, '/api/log/streaming/status': 401, '/zato/api/invoke/django/x': 401, '/openapi/x': 403,
            '/mcp/demo': 403, '/pubsub/messages/get': 401, '/pubsub/topic/x': 500, '/zato/as2': 0, '/zato/as2/mdn': 200, '/unknown': 404}
        self.assertEqual({path: self.zato.get('server1', path)[0] for path in expected}, expected)
        self.assertRegex(self.zato.get('server1', '/zato/ping')[1], r'^\{"is_ok":true, "cid":"\w+"\}$')

    def test_the_admin_api(self):
        api = self.zato.api
        self.assertEqual(api('server1', 'lab.echo', {'a': 1}), (200, {'you-sent': {'a': 1}, 'version': 1}))
        self.assertEqual(api('server1', 'no.such')[0], 400)
        self.assertEqual(api('server1', 'lab.fail')[0], 500)
        self.assertEqual(api('server1', 'demo.ping', password='wrong')[0], 401)
        self.assertEqual(api('server1', 'zato.service.get-list')[0], 400)  # it wants the cluster
        self.assertIn('lab.echo', [row['name'] for row in api('server1', 'zato.service.get-list', {'cluster_id': 1})[1]])
        self.assertEqual(api('server1', 'zato.service.get-source-info', {'cluster_id': 1, 'name': 'lab.echo'})[0], 500)

    def test_an_exception_has_an_answer_where_the_channel_is_of_json_and_closes_the_connection_elsewhere(self):
        status, body = self.zato.get('server1', '/fail/json')
        self.assertEqual((status, json.loads(body)['details']), (500, ['no']))
        self.assertEqual(raw(self.zato.ports['server1'], b'GET /fail HTTP/1.1\r\nHost: x\r\n\r\n'), b'')

    def test_chunks_and_what_is_too_large_close_the_connection(self):
        port, head = self.zato.ports['server1'], b'POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n'
        self.assertEqual(raw(port, head + b'Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n'), b'')
        self.assertEqual(raw(port, head + b'Content-Length: 8388609\r\n\r\n'), b'')
        self.assertTrue(raw(port, head + b'Content-Length: 2\r\n\r\n{}').startswith(b'HTTP/1.1 200'))

    def test_who_computes_keeps_all_others_waiting_and_who_sleeps_does_not(self):
        def ping_during(path: str) -> float:
            call = threading.Thread(target=self.zato.get, args=('server1', path))
            call.start()
            time.sleep(0.3)
            took = seconds_of(lambda: self.zato.ping('server1'))
            call.join()
            return took
        self.assertLess(ping_during('/sleep'), 0.6)
        self.assertGreater(ping_during('/compute'), 0.8)

    def test_a_stop_leaves_requests_in_flight_without_an_answer(self):
        server2 = self.zato.start_server('server2')
        answers = []
        call = threading.Thread(target=lambda: answers.append(self.zato.get('server2', '/sleep')))
        call.start()
        time.sleep(0.5)
        server2.send_signal(signal.SIGTERM)
        self.assertLess(seconds_of(lambda: server2.wait(10)), 0.5)
        call.join()
        self.assertEqual((server2.returncode, answers), (0, [(0, '')]))

    def test_the_port_opens_when_the_server_can_answer_and_two_may_have_it(self):
        # GIVEN
        (self.zato.dir / 'slow.conf').write_text('[stand-in]\nboot_seconds = 1\n')

        # WHEN one starts at a port of its own
        server2 = self.zato.launch_server('server2', ZATO_STAND_IN_CONF=self.zato.dir / 'slow.conf')
        statuses = []
        wait_until(lambda: statuses.append(self.zato.ping('server2')) or statuses[-1])

        # THEN
        self.assertGreater(statuses.count(0), 3)
        self.assertEqual(statuses[-1], 200)
        self.zato.stop(server2)

        # WHEN it starts at the port of another
        server2 = self.zato.launch_server('server2', Zato_Config_Bind_Port=self.zato.ports['server1'])
        self.assertTrue(wait_until(lambda: f"is ready on 0.0.0.0:{self.zato.ports['server1']}" in self.zato.log('server2')))

        # THEN neither says a word, and both get requests
        logged = [(self.zato.dir / f'{name}.log').stat().st_size for name in ('server1', 'server2')]
        for _ in range(40):
            self.zato.get('server1', '/unknown')
            self.assertEqual(self.zato.get('server1', '/fail/json')[0], 500)
        self.assertTrue(all((self.zato.dir / f'{name}.log').stat().st_size > size for name, size in zip(('server1', 'server2'), logged)))
        self.zato.stop(server2)

    def test_what_a_start_needs(self):
        for reason, options, extra in (
                ('the options as they are wanted', OPTIONS.replace('Zato_Zato_Zato', ' '), {}),
                ('a folder in HOME', OPTIONS, {'HOME': self.zato.dir / 'nowhere'}),
                ('IPv4', OPTIONS, {'Zato_Config_Bind_Host': '::1'})):
            with self.subTest(reason):
                self.assertNotEqual(self.zato.launch_server('server2', options, **extra).wait(10), 0)

    def test_a_start_without_the_demo_that_came_with_the_server_fails(self):
        for name, service in (('demo.py', 'demo.echo'), ('demo_extra.py', 'test.raise')):
            with self.subTest(name):
                demo = self.zato.env / 'server2/pickup/incoming/services' / name
                text = demo.read_text()
                demo.unlink()
                self.assertNotEqual(self.zato.launch_server('server2').wait(10), 0)
                self.assertIn(f'MCP allow list references service `{service}` which is not deployed', self.zato.log('server2'))
                demo.write_text(text)

    def test_each_request_is_in_the_audit_log_unless_that_is_off(self):
        def events() -> list[str]:
            return [row[0] for row in sqlite3.connect(self.zato.home / 'env/qs-1/audit.db').execute('SELECT data FROM audit_event')]

        http('POST', self.zato.address('server1') + '/echo', b'{"who": "first"}')
        self.assertTrue(wait_until(lambda: '{"who": "first"}' in events()))
        self.assertTrue(all((self.zato.home / 'env/qs-1' / name).exists() for name in ('pubsub.db', 'analytics.db', 'blocked-paths.txt')))
        server2 = self.zato.start_server('server2', Zato_Audit_Log_Enabled='False')
        http('POST', self.zato.address('server2') + '/echo', b'{"who": "second"}')
        time.sleep(0.5)
        self.zato.stop(server2)
        self.assertNotIn('{"who": "second"}', events())

    def test_databases_of_its_own_are_where_the_environment_has_them(self):
        # GIVEN
        odb, home = self.zato.odb, self.zato.dir / 'home2'
        (home / 'env/qs-1').mkdir(parents=True)
        values = {'Type': odb['odb_type'], 'Host': odb['odb_host'], 'Port': odb['odb_port'], 'Username': odb['odb_user'],
            'Password': odb['odb_password'], 'Name': odb['odb_db_name']}
        extra = {f'Zato_{database}_DB_{name}': value for database in ('PubSub', 'Audit_Log', 'Analytics') for name, value in values.items()}

        # WHEN
        server2 = self.zato.start_server('server2', HOME=home, **extra)
        http('POST', self.zato.address('server2') + '/echo', b'{"who": "third"}')

        # THEN
        self.assertTrue(wait_until(lambda: self.zato.rows("SELECT data FROM audit_event") == [{'data': '{"who": "third"}'}]))
        self.assertEqual(self.zato.rows('SELECT id FROM pubsub_message'), [])
        self.assertEqual([item.name for item in (home / 'env/qs-1').iterdir()], ['blocked-paths.txt'])
        self.zato.stop(server2)

    def test_the_environment_wins(self):
        server2 = self.zato.start_server('server2', Zato_Config_Server_server__conf_main_bind=f"127.0.0.1:{self.zato.ports['server2']}",
            Zato_TCP_Max_Msg_Size=1)
        self.assertEqual(self.zato.rows("SELECT bind_host FROM server WHERE name = 'server2'"), [{'bind_host': '127.0.0.1'}])
        self.assertEqual(raw(self.zato.ports['server2'], b'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n'), b'')
        self.zato.stop(server2)

    def test_commands_that_reach_it(self):
        folder = self.zato.env / 'server1'
        self.assertEqual(self.zato.zato('service', 'invoke', folder, 'no.such')[0], 0)
        self.assertIn('version', self.zato.zato('service', 'invoke', folder, 'lab.echo')[1])
        self.assertEqual(self.zato.zato('wait', '--path', folder, '--timeout', 5)[0], 0)

    def test_passwords_are_in_a_log(self):
        self.assertEqual(self.zato.enmasse(
            'sql: [{name: Logged, type: postgresql, host: h, port: 1, db_name: d, username: u, password: pw-in-the-log}]')[0], 0)
        self.zato.ok('server1', 'zato.outgoing.sql.get-list', {'cluster_id': 1})
        logs = self.zato.env / 'server1/logs'
        self.assertIn('pw-in-the-log', (logs / 'admin.log').read_text())
        self.assertNotIn('pw-in-the-log', (logs / 'server.log').read_text())
        self.assertIn('/echo', (logs / 'access.log').read_text())

    def test_what_each_cluster_has(self):
        jobs = self.zato.ok('server1', 'zato.scheduler.job.get-list')
        self.assertEqual({job['name']: job['is_active'] for job in jobs},
            {'zato.alerting': True, 'zato.cert-check': True, 'zato.microsoft-health': True, 'zato.test-transfer': False})
        self.assertEqual(self.zato.rows("SELECT name FROM sec_base WHERE substr(password, 1, 10) <> 'zato.secf.'"), [])


class FirstStartTest(unittest.TestCase):
    def test_two_at_once_on_a_fresh_odb(self):
        zato = Environment().create()
        self.addCleanup(zato.close)
        (zato.dir / 'stand-in.conf').write_text('[stand-in]\nboot_seconds = 1\n')
        started = {name: zato.launch_server(name) for name in ('server1', 'server2')}
        failed = wait_until(lambda: [name for name, process in started.items() if process.poll() is not None])
        self.assertEqual(len(failed), 1)
        self.assertIn('IntegrityError', zato.log(failed[0]))
        zato.start_server(failed[0])
        self.assertEqual([zato.ping(name) for name in started], [200, 200])

    def test_no_odb(self):
        zato = Environment().create()
        self.addCleanup(zato.close)
        prefix = 'Zato_Config_Server_server__conf_odb_'
        wrong = {f'{prefix}engine': 'sqlite', f'{prefix}db_name': '/no/such/folder/odb'}
        self.assertNotEqual(zato.launch_server('server1', **wrong).wait(10), 0)

    @unittest.skipUnless(os.environ.get('STAND_IN_ODB', '').startswith('postgresql'), 'STAND_IN_ODB is no PostgreSQL')
    def test_an_odb_that_goes_and_comes_back(self):
        # GIVEN
        url = urlsplit(os.environ['STAND_IN_ODB'])
        proxy = DatabaseProxy((url.hostname, url.port))  # before those that take the ports next to its own
        self.addCleanup(proxy.down)
        zato = Environment()
        self.addCleanup(zato.close)
        direct = zato.odb
        zato.odb = {**direct, 'odb_host': '127.0.0.1', 'odb_port': proxy.port}
        zato.create()
        (zato.hot / 'lab.py').write_text(SERVICES)
        zato.start_server('server1')
        connection = {'name': 'Db', 'type': 'postgresql', 'host': '127.0.0.1', 'port': proxy.port, 'db_name': direct['odb_db_name'],
            'username': direct['odb_user'], 'password': direct['odb_password']}
        code, out = zato.enmasse(json.dumps({'sql': [connection], 'channel_rest': [{'name': name, 'url_path': f'/{name}',
            'service': f'lab.{name}', 'data_format': 'json'} for name in ('echo', 'query')]}))
        self.assertEqual(code, 0, out)

        # WHEN
        proxy.down()

        # THEN
        self.assertEqual([zato.get('server1', path)[0] for path in ('/zato/ping', '/echo', '/query')], [200, 200, 500])
        self.assertNotEqual(zato.launch_server('server2').wait(20), 0)

        # WHEN
        proxy.up()

        # THEN
        self.assertEqual([zato.get('server1', path)[0] for path in ('/zato/ping', '/echo', '/query')], [200, 200, 200])


if __name__ == '__main__':
    unittest.main()
