"""The scheduler and web-admin."""

import json
import subprocess
import time

from live import LiveTest, basic
from tools import http, wait_until


class OthersTest(LiveTest):
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
