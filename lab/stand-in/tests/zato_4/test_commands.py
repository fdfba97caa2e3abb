"""What the create commands make, and what they answer (facts §2)."""

import hashlib
import json
import os
import stat
import unittest

from environment import ADMIN_PASSWORD, Environment


def mode(path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


class CommandsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        umask = os.umask(0o077)
        cls.addClassCleanup(os.umask, umask)
        cls.zato = Environment()
        cls.addClassCleanup(cls.zato.close)
        cls.codes = {
            'odb': [cls.zato.from_config('create_odb')[0] for _ in range(2)],
            'cluster': [cls.zato.create_cluster()[0] for _ in range(2)],
            'server': [cls.zato.create_server('server1')[0] for _ in range(2)],
            'web-admin': [cls.zato.from_config('create_web_admin', path=cls.zato.env / 'web-admin',
                admin_invoke_password=ADMIN_PASSWORD)[0] for _ in range(2)],
            'password': [cls.zato.from_config('update_password', path=cls.zato.env / 'web-admin', username='admin', password='p')[0]
                for _ in range(2)],
        }

    def test_the_second_time(self):
        self.assertEqual(self.codes, {'odb': [0, 0], 'cluster': [0, 16], 'server': [0, 5], 'web-admin': [0, 5], 'password': [0, 0]})

    def test_there_is_no_load_balancer_and_no_scheduler_to_create(self):
        for command in ('create_lb', 'create_scheduler'):
            code, out = self.zato.from_config(command, path=self.zato.env / command)
            self.assertEqual(code, 16)
            self.assertIn('Could not find', out)

    def test_a_server_whose_row_is_there_leaves_a_complete_folder(self):
        self.assertEqual(self.zato.create_server('server1', 'again')[0], 7)
        self.assertTrue((self.zato.env / 'again/.zato-info').exists())
        self.assertTrue((self.zato.env / 'again/config/repo/server.conf').exists())

    def test_an_unknown_cluster_leaves_an_empty_folder(self):
        self.assertEqual(self.zato.create_server('server1', 'elsewhere', cluster='nosuch')[0], 8)
        self.assertEqual(os.listdir(self.zato.env / 'elsewhere'), [])

    def test_without_the_lines_of_tls_the_server_is_not_there_and_the_exit_code_is_0(self):
        self.assertEqual(self.zato.from_config('create_server', ('odb_ssl_verify',), path=self.zato.env / 'bare', cluster_name='a',
            server_name='bare', http_port=1, secret_key=self.zato.key, redis_host='x', redis_port=1)[0], 0)
        self.assertFalse((self.zato.env / 'bare/config/repo/server.conf').exists())
        self.assertEqual(self.zato.rows("SELECT name FROM server WHERE name = 'bare'"), [])

    def test_the_files_of_a_server(self):
        repo = self.zato.env / 'server1/config/repo'
        self.assertIn(f"bind=0.0.0.0:{self.zato.ports['server1']}\n", (repo / 'server.conf').read_text())
        self.assertNotIn('gunicorn', (repo / 'server.conf').read_text())
        self.assertIn(f'key1={self.zato.key}\n', (repo / 'secrets.conf').read_text())
        self.assertEqual((mode(repo / 'secrets.conf'), mode(repo / 'alert-templates/alert.txt')), (0o600, 0o644))

    def test_the_demo_files_of_servers_differ(self):
        self.zato.create_server('server2')
        hashes = {hashlib.sha256((self.zato.env / name / 'pickup/incoming/services/demo.py').read_bytes()).hexdigest()
            for name in ('server1', 'server2')}
        self.assertEqual(len(hashes), 2)

    def test_another_password_of_admin_invoke_breaks_the_file(self):
        self.zato.from_config('create_web_admin', path=self.zato.env / 'other', admin_invoke_password='x')
        path = self.zato.env / 'other/config/repo/web-admin.conf'
        json.loads(path.read_text())
        self.assertEqual(self.zato.zato('set-admin-invoke-password', self.zato.env / 'other', '--password', 'y')[0], 0)
        with self.assertRaises(ValueError):
            json.loads(path.read_text())
        json.loads(path.read_text().replace('",\n}', '"\n}'))

    def test_other_commands(self):
        self.assertEqual(self.zato.zato('check-config', self.zato.env / 'server1')[0], 0)
        self.assertEqual(self.zato.zato('info', self.zato.env / 'server1')[0], 0)
        self.assertIn('4.1', self.zato.zato('--version')[1])


if __name__ == '__main__':
    unittest.main()
