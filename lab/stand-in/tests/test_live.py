"""The stand-in as a whole, on a real database: STAND_IN_ODB=postgresql://user:password@host:port/empty_database (or mysql://...).

Run by live.sh, which brings the databases. The tests of a class share an environment and run in alphabetical order.
"""

import hashlib
import json
import os
import signal
import subprocess
import time
import unittest
from base64 import b64encode
from pathlib import Path

import support  # noqa: F401
from lab import ADMIN_PASSWORD, Lab, http, wait_until

ODB = os.environ.get('STAND_IN_ODB')

ECHO = '''
from zato.server.service import Service
class Echo(Service):
    name = 'lab.echo'
    def handle(self):
        self.response.payload = {'version': '%s'}
'''
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


def basic(username: str, password: str) -> dict[str, str]:
    return {'Authorization': 'Basic ' + b64encode(f'{username}:{password}'.encode()).decode()}


@unittest.skipUnless(ODB, 'STAND_IN_ODB is not set')
class LiveTest(unittest.TestCase):
    lab: Lab

    @classmethod
    def setUpClass(cls):
        cls.lab = Lab(ODB)
        cls.addClassCleanup(cls.lab.close)

    def write(self, directory: Path, name: str, text: str) -> str:
        """Atomically, as one should; returns the hash."""
        directory.mkdir(exist_ok=True)
        (directory / f'{name}.tmp').write_text(text)
        os.replace(directory / f'{name}.tmp', directory / name)
        return hashlib.sha256(text.encode()).hexdigest()

    def sql(self, name: str) -> dict:
        rows = self.lab.invoke(name, 'zato.outgoing.sql.get-list', {'cluster_id': 1})[1]['zato_outgoing_sql_get_list_response']
        return {row['name']: row for row in rows}

    def test_10_create(self):
        lab = self.lab
        cluster = {'lb_host': '127.0.0.1', 'lb_port': lab.ports['server1'], 'lb_agent_port': 20151, 'secret_key': lab.key,
            'admin_invoke_password': ADMIN_PASSWORD}
        self.assertEqual(lab.from_config('create_odb', odb={'odb_password': 'wrong'})[0], 16)
        self.assertEqual(lab.from_config('create_odb'), (0, 'OK\n'))
        code, out = lab.from_config('create_odb')
        self.assertEqual(code, 16)
        self.assertIn('NoResultFound', out)
        self.assertEqual(lab.from_config('create_cluster', cluster_name='cluster-a', **cluster)[0], 0)
        code, out = lab.from_config('create_cluster', cluster_name='cluster-a', **cluster)
        self.assertEqual(code, 16)
        self.assertIn('cluster_name_key', out)
        code, out = lab.from_config('create_cluster', cluster_name='cluster-b', **cluster)
        self.assertEqual(code, 16)
        self.assertIn('gen_obj_uq_name_type', out)

        self.assertEqual(lab.create_server('server1')[0], 0)
        self.assertEqual(lab.create_server('server1')[0], 5)
        self.assertEqual(lab.create_server('server1', 'again')[0], 7)
        self.assertTrue((lab.env / 'again/.zato-info').exists())
        self.assertEqual(lab.create_server('server1', 'elsewhere', cluster='nosuch')[0], 8)
        self.assertEqual(os.listdir(lab.env / 'elsewhere'), [])
        self.assertEqual(lab.create_server('server2')[0], 0)

        scheduler = {'path': lab.env / 'scheduler', 'cluster_name': 'cluster-a', 'secret_key': lab.key, 'bind_host': '127.0.0.1',
            'server_path': lab.env / 'server1', 'bind_port': lab.ports['scheduler'], 'server_address_for_scheduler': lab.address('server1'),
            'server_api_client_for_scheduler_password': ADMIN_PASSWORD, 'scheduler_api_client_for_server_password': 'api-pw',
            'scheduler_api_client_for_server_username': 'server_api_client1'}
        self.assertEqual(lab.from_config('create_scheduler', **scheduler)[0], 0)
        self.assertEqual(lab.from_config('create_scheduler', **scheduler)[0], 5)
        self.assertEqual(lab.from_config('create_web_admin', path=lab.env / 'web-admin', admin_invoke_password=ADMIN_PASSWORD)[0], 0)
        for _ in range(2):
            code, out = lab.from_config('update_password', path=lab.env / 'web-admin', username='admin', password='web-pw')
            self.assertEqual((code, out), (0, "Changing password for user 'admin'\nOK\n"))
        self.assertEqual(lab.zato('update', 'password', 'env/web-admin', 'admin', '--password', 'x')[0], 16)
        self.assertEqual(lab.zato('update', 'password', lab.env / 'web-admin', 'admin', '--password', 'web-pw')[0], 0)
        self.assertIn(lab.key, (lab.env / 'server1/config/repo/secrets.conf').read_text())
        self.assertEqual(lab.zato('check-config', lab.env / 'server1'), (0, 'SQL ODB connection OK\n'))

    def test_11_no_database_at_start_is_3(self):
        self.lab.proxy.down()
        process = self.lab.start_server('server1')
        self.assertEqual(process.wait(10), 3)
        self.lab.proxy.up()
        self.assertEqual(self.lab.zato('check-config', self.lab.env / 'server1')[0], 0)

    def test_12_first_start_must_be_serial(self):
        lab = self.lab
        started = {name: lab.start_server(name) for name in ('server1', 'server2')}
        failed = wait_until(lambda: [name for name, process in started.items() if process.poll() is not None])
        self.assertEqual(len(failed), 1)
        self.assertEqual(started[failed[0]].returncode, 3)
        self.assertIn('service_name_cluster_id_key', lab.log(failed[0]))
        lab.start_server(failed[0])
        self.assertTrue(lab.is_up('server1') and lab.is_up('server2'))

    def test_13_admin_api(self):
        lab = self.lab
        status, body = http('GET', lab.address('server1') + '/zato/ping')
        self.assertRegex(body, r'^\{"pong":"zato","zato_env":\{"result":"ZATO_OK","cid":"\w+","details":""\}\}$')
        self.assertEqual(lab.invoke('server1', 'no.such', all_pids=True), (200, []))
        status, answer = lab.invoke('server1', 'no.such')
        self.assertEqual((status, answer['result']), (500, 'Error'))
        self.assertEqual(lab.invoke('server1', 'zato.ping', password='wrong')[0], 401)
        status, answer = lab.invoke('server1', 'zato.service.get-list')
        self.assertEqual((status, answer['details']), (400, 'Element missing: cluster_id'))
        servers = lab.invoke('server1', 'zato.server.get-list', {'cluster_id': 1})[1]['zato_server_get_list_response']
        self.assertEqual([(row['name'], row['preferred_address'], row['bind_port'], row['up_status']) for row in servers],
            [(name, '127.0.0.1', lab.ports[name], 'running') for name in ('server1', 'server2')])
        self.assertEqual(lab.zato('service', 'invoke', lab.env / 'server1', 'no.such')[0], 0)
        self.assertEqual(lab.zato('wait', '--path', lab.env / 'server1', '--timeout', 5)[0], 0)
        self.assertEqual(lab.zato('wait', '--address', 'http://127.0.0.1:1', '--timeout', 0.2, '--silent')[0], 28)
        self.assertEqual(lab.zato('info', lab.env / 'server1')[0], 0)
        self.assertEqual(lab.zato('info', lab.env / 'server1', '--format', 'json')[0], 16)

    def test_14_processes(self):
        lab = self.lab
        found = subprocess.run(['pgrep', '-f', f'zato.server.main {lab.env}/server1'], capture_output=True, text=True, check=True)
        pids = [int(pid) for pid in found.stdout.split()]
        self.assertEqual(len(pids), 3)
        for pid in pids:
            with open(f'/proc/{pid}/status', encoding='utf8') as status:
                memory = next(int(line.split()[1]) for line in status if line.startswith('VmRSS'))
            self.assertLess(memory, 40_000)
        port_file = Path(f'/tmp/zato_ipc_port_cluster_a_server1_{pids[1]}_txt')
        self.assertIn(int(port_file.read_text()), (lab.ipc['server1'], lab.ipc['server1'] + 1))
        os.kill(pids[1], signal.SIGKILL)
        self.assertTrue(wait_until(lambda: lab.is_up('server1')))

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
        server2 = next(item for item in lab.processes if item.poll() is None and str(lab.env / 'server2') in item.args)
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

    def test_30_enmasse(self):
        lab = self.lab
        url = lab.url
        text = f'''
security:
  - {{name: Shop, type: basic_auth, username: shop, password: Zato_Enmasse_Env.Shop, realm: shop}}
  - {{name: Key, type: apikey, password: secret-key}}
channel_rest:
  - {{name: Echo, service: lab.echo, url_path: "/lab/echo/{{id}}", security_name: Shop, data_format: json}}
  - {{name: Keyed, service: lab.echo, url_path: /lab/keyed, security_name: Key}}
  - {{name: Query, service: lab.query, url_path: /lab/query}}
  - {{name: Slow, service: lab.slow, url_path: /lab/slow}}
outgoing_rest:
  - {{name: Out, host: "https://example.com", url_path: /}}
outconn_sql:
  - name: Billing
    engine: {'postgresql+pg8000' if url.scheme == 'postgresql' else 'mysql+pymysql'}
    host: 127.0.0.1
    port: {lab.proxy.port}
    db_name: {url.path[1:]}
    username: {url.username}
    password: Zato_Enmasse_Env.Billing
    pool_size: 5
scheduler:
  - {{name: Tick, service: lab.echo, job_type: interval_based, start_date: "2026-01-01T00:00:00", seconds: 1}}
zato_cache_builtin:
  - {{name: small, max_size: 10}}
email_smtp:
  - {{name: mail, host: localhost, port: 25}}
'''
        environment = f'Shop=shop=pw\nBilling={url.password}\n'
        code, out = lab.enmasse(text, environment)
        self.assertEqual(code, 0, out)
        self.assertIn('Created object `Billing` with zato.outgoing.sql.create', out)
        self.assertIn("Updated password for 'Billing' (zato.outgoing.sql.change-password)", out)
        self.assertNotIn('error', out)
        code, out = lab.enmasse(text, environment)
        self.assertEqual((code, 'Created' in out), (0, False))
        self.assertIn('Updated object `Echo` with zato.http-soap.edit', out)
        for name in ('server1', 'server2'):
            for _ in range(4):
                self.assertEqual(http('GET', lab.address(name) + '/lab/echo/1', headers=basic('shop', 'shop=pw'))[0], 200)
                self.assertEqual(http('GET', lab.address(name) + '/lab/echo/1')[0], 401)
                self.assertEqual(http('GET', lab.address(name) + '/lab/keyed', headers={'X-API-Key': 'secret-key'})[0], 200)
                self.assertEqual(http('GET', lab.address(name) + '/lab/keyed', headers={'X-API-Key': 'x'})[0], 401)
            self.assertTrue(lab.all_workers(name, 'lab.query', {'name': 'cluster-a'}))
            self.assertEqual(lab.invoke(name, 'lab.with')[0], 500)
            status, answer = lab.invoke(name, 'zato.outgoing.sql.ping', {'id': self.sql(name)['Billing']['id'], 'should_raise_on_error': True})
            self.assertEqual(status, 200)
            self.assertIn('response_time', answer['zato_outgoing_sql_ping_response'])

    def test_31_enmasse_errors(self):
        lab = self.lab
        code, out = lab.enmasse('channel_rest:\n  - {name: Bad, service: not.there, url_path: /bad}\n', wait=1)
        self.assertEqual(code, 0)
        self.assertIn('Enmasse waiting', out)
        self.assertIn('0 warnings and 2 errors found:', out)
        code, out = lab.enmasse('scheduler:\n  - {name: Own, service: zato.ping, job_type: interval_based, seconds: 9}\n', wait=1)
        self.assertIn('Service `zato.ping` from', out)
        sql = 'outconn_sql:\n  - {name: Half, engine: oracle, host: h, port: 1, db_name: d, username: u, password: Zato_Enmasse_Env.X%s}\n'
        code, out = lab.enmasse(sql % '', 'X=in clear text\n')
        self.assertEqual(code, 0)
        self.assertIn("'password': 'in clear text'", ' '.join(out.replace('|', ' ').split()))
        self.assertIn('0 warnings and 1 error found:', out)
        self.assertIn('Element missing: pool_size', out)
        code, out = lab.enmasse(sql % ', pool_size: 1')
        self.assertEqual((code, 'error' in out), (0, False))
        half = self.sql('server2')['Half']['id']
        self.assertEqual(lab.invoke('server1', 'zato.outgoing.sql.delete', {'id': half}), (200, None))
        self.assertEqual(lab.invoke('server1', 'zato.outgoing.sql.delete', {'id': half})[0], 500)
        self.assertEqual(lab.enmasse('nosuch: [{name: a}]')[0], 15)
        self.assertEqual(lab.enmasse('security: [')[0], 16)
        code, out = lab.zato('enmasse', lab.env / 'server1', '--import', '--input', 'nosuch.yaml')
        self.assertEqual(code, 0)
        self.assertIn('Caught an exception -> [Errno 2] No such file', out)

    def test_32_export_is_deterministic_and_without_passwords(self):
        texts = []
        for name in ('one.yaml', 'two.yaml'):
            self.assertEqual(self.lab.zato('enmasse', self.lab.env / 'server1', '--export', '--output', name)[0], 0)
            texts.append((self.lab.dir / name).read_text())
        self.assertEqual(*texts)
        for secret in ('shop=pw', 'secret-key', 'password'):
            self.assertNotIn(secret, texts[0])
        self.assertTrue(texts[0].startswith('security:\n'))

    def test_35_a_new_jwt_definition_is_stored_and_never_answered(self):
        lab = self.lab
        envelope = json.dumps({'name': 'zato.security.jwt.create', 'channel': 'invoke', 'data_format': 'json', 'payload': b64encode(
            json.dumps({'cluster_id': 1, 'name': 'App', 'is_active': True, 'username': 'app', 'ttl': 60}).encode()).decode()}).encode()
        with self.assertRaises(OSError):
            http('POST', lab.address('server1') + '/zato/admin/invoke', envelope, basic('admin.invoke', ADMIN_PASSWORD), timeout=2)
        rows = lab.invoke('server2', 'zato.security.jwt.get-list', {'cluster_id': 1})[1]['zato_security_jwt_get_list_response']
        self.assertEqual([row['name'] for row in rows], ['App'])

    def test_40_scheduler(self):
        lab = self.lab
        start = [lab.code / 'bin/python', '-m', 'zato.scheduler.main']
        invoked = 'Job `Tick` invoked `lab.echo`'
        prefers_odb = {'Zato_Config_Scheduler_scheduler__conf_server_server_prefer_odb_config': 'True'}

        # The servers go on trying to tell of a job; what it is not told of, a scheduler does not start unless it prefers the ODB.
        told = lab.start(start, 'scheduler', 'told.log')
        self.assertTrue(wait_until(lambda: invoked in lab.log('told')))
        time.sleep(3)  # each import is told of by itself
        told.terminate()
        self.assertEqual(told.wait(5), 0)
        asking = lab.start(start, 'scheduler', 'asking.log')
        self.assertTrue(wait_until(lambda: '1 jobs' in lab.log('asking')))
        time.sleep(2.5)
        self.assertNotIn(invoked, lab.log('asking'))
        asking.terminate()
        self.assertEqual(asking.wait(5), 0)

        process = lab.start(start, 'scheduler', 'scheduler.log', **prefers_odb)
        self.assertTrue(wait_until(lambda: invoked in lab.log('scheduler')))
        url = lab.address('scheduler') + '/'
        message = b'{"action": "SCHEDULER_JOB_EDIT", "id": 0}'
        self.assertEqual(http('POST', url, message)[0], 401)
        self.assertEqual(http('POST', url, message, basic('server_api_client1', 'wrong'))[0], 401)
        self.assertEqual(http('POST', url, message, basic('server_api_client1', 'api-pw'))[0], 200)
        jobs = lab.invoke('server1', 'zato.scheduler.job.get-list', {'cluster_id': 1})[1]['zato_scheduler_job_get_list_response']
        self.assertEqual([(job['name'], job['service_name'], job['seconds']) for job in jobs], [('Tick', 'lab.echo', 1)])
        # Told again of what it has found itself, it runs the job twice.
        again = json.dumps({'action': 'SCHEDULER_JOB_CREATE', 'id': jobs[0]['id']}).encode()
        before = lab.log('scheduler').count(invoked)
        self.assertEqual(http('POST', url, again, basic('server_api_client1', 'api-pw'))[0], 200)
        time.sleep(3.2)
        self.assertGreaterEqual(lab.log('scheduler').count(invoked) - before, 5)
        self.assertEqual(lab.invoke('server2', 'zato.scheduler.job.delete', {'id': jobs[0]['id']})[0], 200)
        self.assertTrue(wait_until(lambda: lab.log('scheduler').endswith('0 jobs\n')))
        process.terminate()
        self.assertEqual(process.wait(5), 0)

    def test_50_web_admin(self):
        lab = self.lab
        directory = lab.env / 'web-admin'
        lab.start([lab.code / 'bin/gunicorn', 'zato.admin.wsgi:application', '--bind', f"127.0.0.1:{lab.ports['web-admin']}",
            '--workers', '1', '--access-logfile', directory / 'logs/gunicorn-access.log', '--error-logfile',
            directory / 'logs/gunicorn-error.log', '--name', 'zato-dashboard'], 'web-admin', 'web-admin.log',
            Zato_Dashboard_Base_Dir=directory)
        url = lab.address('web-admin')
        jar = lab.dir / 'cookies'

        def curl(path: str, *options: str) -> str:
            return subprocess.run(['curl', '-s', '-b', jar, '-c', jar, '-w', '\n%{http_code}', *options, url + path],
                capture_output=True, text=True, check=False).stdout

        self.assertTrue(wait_until(lambda: curl('/accounts/login/').endswith('200')))
        for password, expected in (('wrong', '200'), ('web-pw', '302')):
            token = next(line.split()[-1] for line in jar.read_text().splitlines() if 'csrftoken' in line)
            form = f'username=admin&password={password}&csrfmiddlewaretoken={token}&next=/zato/'
            self.assertTrue(curl('/accounts/login/', '--data', form).endswith(expected))
        for path, text, status in (('/zato/cluster/', 'cluster-a', '200'), ('/zato/server/', 'server2', '200'),
                ('/zato/service/', 'lab.echo', '200'), ('/zato/outgoing/sql/', 'Billing', '200'),
                ('/zato/load-balancer/manage/cluster/1/', '', '500')):
            page = curl(path)
            self.assertTrue(page.endswith(status), page)
            self.assertIn(text, page)

    def test_60_requests_in_flight_survive_a_stop(self):
        lab = self.lab
        server2 = next(item for item in lab.processes if item.poll() is None and str(lab.env / 'server2') in item.args)
        client = subprocess.Popen(['curl', '-s', '-w', ' %{http_code}', lab.address('server2') + '/lab/slow'], stdout=subprocess.PIPE,
            text=True)
        time.sleep(0.4)
        server2.terminate()
        self.assertEqual(client.communicate(timeout=5)[0], '{"slept":1} 200')
        self.assertEqual(server2.wait(5), 0)
        lab.start_server('server2')
        self.assertTrue(lab.is_up('server2'))

    def test_61_database_gone_while_running(self):
        lab = self.lab
        lab.proxy.down()
        self.assertEqual(lab.ping('server1'), 200)
        self.assertEqual(lab.invoke('server1', 'lab.echo')[0], 200)
        self.assertEqual(lab.invoke('server1', 'lab.query')[0], 500)
        self.assertEqual(lab.invoke('server1', 'zato.service.get-list', {'cluster_id': 1})[0], 500)
        lab.proxy.up()
        self.assertEqual(lab.invoke('server1', 'lab.query')[0], 200)
        self.assertEqual(lab.invoke('server1', 'zato.service.get-list', {'cluster_id': 1})[0], 200)

    def test_70_delete_a_service_that_has_a_channel(self):
        lab = self.lab
        (lab.env / 'server1/pickup/incoming/services/echo.py').unlink()
        service = lab.invoke('server1', 'zato.service.get-by-name', {'cluster_id': 1, 'name': 'lab.echo'})[1]
        service_id = service['zato_service_get_by_name_response']['id']
        self.assertEqual(lab.invoke('server1', 'zato.service.delete', {'id': service_id})[0], 200)
        for name in ('server1', 'server2'):
            for _ in range(4):
                self.assertEqual(http('GET', lab.address(name) + '/lab/echo/1', headers=basic('shop', 'shop=pw'))[0], 500)
            self.assertEqual(lab.invoke(name, 'lab.echo', all_pids=True), (200, []))
            self.assertFalse((lab.env / name / 'work/hot-deploy/current/echo.py').exists())

    def test_80_ipc_collision(self):
        lab = self.lab
        server2 = next(item for item in lab.processes if item.poll() is None and str(lab.env / 'server2') in item.args)
        server2.terminate()
        server2.wait(5)
        lab.start_server('server2', Zato_Config_Server_server__conf_main_ipc_port_start=lab.ipc['server1'])
        self.assertTrue(wait_until(lambda: lab.ping('server2') == 200))
        self.assertIn(f"Address already in use: ('127.0.0.1', {lab.ipc['server1']})", lab.log('server2'))
        self.assertEqual(lab.invoke('server2', 'zato.ping', all_pids=True), (200, []))
        self.assertIn('Waiting for path -> /tmp/zato_ipc_port_cluster_a_server2_', lab.log('server2'))
        self.assertTrue(lab.is_up('server1'))
        # Deleted service: its channel is gone after the restart.
        self.assertEqual(http('GET', lab.address('server2') + '/lab/echo/1', headers=basic('shop', 'shop=pw'))[0], 404)

    def test_81_one_worker_answers_with_a_dict(self):
        lab = self.lab
        server1 = next(item for item in lab.processes if item.poll() is None and str(lab.env / 'server1') in item.args)
        server1.terminate()
        server1.wait(5)
        lab.start_server('server1', workers=1)
        self.assertTrue(lab.is_up('server1', workers=1))
        answer = lab.invoke('server1', 'zato.ping', all_pids=True)[1]
        (pid, entry), = answer.items()
        self.assertEqual((entry['is_ok'], entry['pid'], entry['pid_data']), (True, int(pid), {'pong': 'zato'}))


if __name__ == '__main__':
    unittest.main()
