"""The dashboard (facts §4, §9)."""

import glob
import re
import socket
import unittest
from pathlib import Path
from urllib.parse import urlencode

from environment import Environment
from tools import http, wait_until

ARGUMENTS = ('-m', 'gunicorn', 'zato.admin.wsgi:application', '--workers', '1', '--timeout', '0', '--name', 'zato-dashboard')
SQL = 'sql: [{name: Db, type: postgresql, host: h, port: 1, db_name: d, username: u%s}]'


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(('127.0.0.1', port)) != 0


@unittest.skipUnless(is_free(17010), 'port 17010 is taken')
class DashboardTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.zato = Environment().create()
        cls.addClassCleanup(cls.zato.close)
        cls.libraries(True)
        cls.zato.ports['server1'] = 17010
        conf = cls.zato.env / 'server1/config/repo/server.conf'
        conf.write_text(re.sub('bind=.*', 'bind=127.0.0.1:17010', conf.read_text()))
        cls.server1 = cls.zato.start_server('server1')

    @classmethod
    def libraries(cls, is_whole: bool) -> Path:
        """A libmagic of the tests' own, before that of the system; what is in it is not looked at."""
        folder = cls.zato.dir / f'libraries-{is_whole}'
        if not folder.exists():
            folder.mkdir()
            if is_whole:
                (folder / 'libmagic.so.1').symlink_to(glob.glob('/lib/*/libm.so.6')[0])
            else:
                (folder / 'libmagic.so.1').write_bytes(b'')
        return folder

    def start(self, **extra):
        folder = self.zato.env / 'web-admin'
        process = self.zato.start([self.zato.code / 'bin/python', *ARGUMENTS, '--bind', f"127.0.0.1:{self.zato.ports['dashboard']}"], folder,
            'dashboard.log', **{'Zato_Dashboard_Base_Dir': folder, 'LD_LIBRARY_PATH': self.libraries(True), **extra})
        self.addCleanup(self.zato.stop, process)
        return process

    def started(self, **extra):
        process = self.start(**extra)
        self.assertTrue(wait_until(lambda: self.page('/accounts/login/')[0]))
        return process

    def page(self, path: str, cookie: str = '') -> tuple[int, str]:
        return self.zato.get('dashboard', path) if not cookie else \
            http('GET', self.zato.address('dashboard') + path, headers={'Cookie': cookie})

    def log_in(self, password: str) -> tuple[int, str]:
        """Status and cookie."""
        token = re.search('csrfmiddlewaretoken" value="(.*?)"', self.page('/accounts/login/')[1])[1]
        form = urlencode({'username': 'admin', 'password': password, 'csrfmiddlewaretoken': token, 'next': '/zato/'})
        answer = self.post('/accounts/login/', form, f'csrftoken={token}')
        return int(answer.split()[1]), next((line.partition(' ')[2].partition(';')[0] for line in answer.splitlines()
            if line.startswith('Set-Cookie: sessionid')), '')

    def post(self, path: str, form: str, cookie: str) -> str:
        """Without following where it leads to."""
        with socket.create_connection(('127.0.0.1', self.zato.ports['dashboard']), 10) as connection:
            connection.sendall(f'POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nCookie: {cookie}\r\nContent-Type: '
                f'application/x-www-form-urlencoded\r\nContent-Length: {len(form)}\r\n\r\n{form}'.encode())
            answer = b''
            while data := connection.recv(65536):
                answer += data
        return answer.decode()

    def test_pages(self):
        self.started()
        self.assertEqual(self.log_in('wrong'), (200, ''))
        status, cookie = self.log_in('web-pw')
        self.assertEqual(status, 302)
        for path in ('/zato/', '/zato/service/?cluster=1', '/zato/http-soap/?cluster=1', '/zato/security/basic-auth/?cluster=1'):
            self.assertEqual((path, self.page(path, cookie)[0]), (path, 200))
        self.assertEqual(self.page('/zato/scheduler/?cluster=1', cookie)[0], 500)

    def test_connections_without_an_audit_log_have_no_page(self):
        self.started()
        _, cookie = self.log_in('web-pw')
        self.assertEqual(self.zato.enmasse(SQL % '')[0], 0)
        status, body = self.page('/zato/outgoing/sql/?cluster=1', cookie)
        self.assertEqual(status, 500)
        self.assertIn('audit_log', body)
        self.assertEqual(self.zato.enmasse(SQL % ', audit_log: "off"')[0], 0)
        self.assertEqual(self.page('/zato/outgoing/sql/?cluster=1', cookie)[0], 200)

    def test_pages_of_errors_tell_everything_to_everybody(self):
        self.started()
        status, body = self.page('/no/such/page')
        self.assertEqual(status, 404)
        self.assertIn('DEBUG = True', body)

    def test_it_asks_the_one_server(self):
        self.started()
        _, cookie = self.log_in('web-pw')
        self.zato.stop(self.server1)
        self.assertEqual(self.page('/zato/', cookie)[0], 500)
        type(self).server1 = self.zato.start_server('server1')
        self.assertEqual(self.page('/zato/', cookie)[0], 200)

    def test_it_says_that_it_is_ready_before_it_is_known_whether_it_works(self):
        # GIVEN
        address = str(self.zato.dir / 'notify')
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            notify.bind(address)
            notify.settimeout(10)

            # WHEN the library is missing
            process = self.started(LD_LIBRARY_PATH=self.libraries(False), NOTIFY_SOCKET=address)

            # THEN
            self.assertEqual(notify.recv(100), b'READY=1')
        self.assertIsNone(process.poll())
        for path in ('/accounts/login/', '/zato/', '/'):
            status, body = self.page(path)
            self.assertEqual(status, 500)
            self.assertIn('libmagic', body)

    def test_without_its_folder_in_the_environment_it_does_not_start(self):
        self.assertEqual(self.start(Zato_Dashboard_Base_Dir='').wait(10), 3)


if __name__ == '__main__':
    unittest.main()
