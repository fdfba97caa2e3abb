"""Stops, a database that is gone, deletions, ports that are taken."""

import subprocess
import time

from live import LiveTest, basic
from tools import http, wait_until


class TroubleTest(LiveTest):
    def test_60_requests_in_flight_survive_a_stop(self):
        lab = self.lab
        server2 = self.running('server2')
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
        server2 = self.running('server2')
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
        server1 = self.running('server1')
        server1.terminate()
        server1.wait(5)
        lab.start_server('server1', workers=1)
        self.assertTrue(lab.is_up('server1', workers=1))
        answer = lab.invoke('server1', 'zato.ping', all_pids=True)[1]
        (pid, entry), = answer.items()
        self.assertEqual((entry['is_ok'], entry['pid'], entry['pid_data']), (True, int(pid), {'pong': 'zato'}))
