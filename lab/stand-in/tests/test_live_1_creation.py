"""What the create commands make, and how servers start."""

import os
import signal
import subprocess
from pathlib import Path

from lab import ADMIN_PASSWORD
from live import LiveTest
from tools import http, wait_until


class CreationTest(LiveTest):
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
