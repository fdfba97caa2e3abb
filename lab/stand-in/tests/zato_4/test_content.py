"""How services and objects come to servers, and how they go (facts §8)."""

import hashlib
import json
import subprocess
import unittest
from base64 import b64encode

from environment import ADMIN_PASSWORD, SERVICES, Environment, basic
from tools import http


class DeployTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.zato = Environment().create()
        cls.addClassCleanup(cls.zato.close)
        (cls.zato.hot / 'at_start.py').write_text(SERVICES.replace('lab.', 'start.'))
        cls.server1 = cls.zato.start_server('server1')
        cls.server2 = cls.zato.start_server('server2')

    def deployed(self, name: str) -> set[str]:
        return {row['name'] for row in self.zato.ok(name, 'zato.service.get-list', {'cluster_id': 1})}

    def test_what_is_in_the_folder_at_the_start_is_there_and_what_comes_later_is_not_looked_at(self):
        self.assertIn('start.echo', self.deployed('server1'))
        (self.zato.hot / 'later.py').write_text(SERVICES.replace('lab.', 'later.'))
        self.assertEqual(self.zato.api('server1', 'later.echo')[0], 400)

    def test_a_file_is_deployed_on_the_one_server_by_its_absolute_path(self):
        path = self.zato.hot / 'told.py'
        ids = self.zato.deploy('server1', path, SERVICES.replace('lab.', 'told.'))
        self.assertEqual(len(ids), 6)
        self.assertEqual([self.zato.api(name, 'told.echo')[0] for name in ('server1', 'server2')], [200, 400])
        rows = self.zato.rows("""SELECT d.source_hash, d.source_path FROM deployed_service d JOIN service s ON s.id = d.service_id
            JOIN server sv ON sv.id = d.server_id WHERE s.name = 'told.echo' AND sv.name = 'server1'""")
        self.assertEqual(rows, [{'source_hash': hashlib.sha256(path.read_bytes()).hexdigest(), 'source_path': str(path)}])
        listed = self.zato.ok('server2', 'zato.service.get-deployment-info-list')
        self.assertIn(('told.echo', 'server1'), [(row['service_name'], row['server_name']) for row in listed])

    def test_a_broken_file_has_an_empty_list_and_the_old_version_stays(self):
        path = self.zato.hot / 'broken.py'
        self.assertNotEqual(self.zato.deploy('server1', path, SERVICES.replace('lab.', 'broken.')), [])
        self.assertEqual(self.zato.deploy('server1', path, 'class ('), [])
        self.assertEqual(self.zato.api('server1', 'broken.echo')[0], 200)
        path.unlink()

    def test_a_relative_name_is_written_and_not_live(self):
        text = SERVICES.replace('lab.', 'relative.')
        self.zato.ok('server1', 'zato.hot-deploy.create', {'payload': b64encode(text.encode()).decode(), 'payload_name': 'relative.py'})
        self.assertEqual(self.zato.api('server1', 'relative.echo')[0], 400)
        written = self.zato.env / 'server1/pickup/incoming/services/relative.py'
        self.assertEqual(written.read_text(), text)
        written.unlink()

    def test_what_came_from_elsewhere_is_gone_after_a_restart_and_its_channels_answer_nothing(self):
        # GIVEN
        path = self.zato.dir / 'elsewhere.py'
        self.zato.deploy('server1', path, SERVICES.replace('lab.', 'elsewhere.'))
        code, out = self.zato.enmasse('channel_rest: [{name: Elsewhere, url_path: /elsewhere, service: elsewhere.echo}]')
        self.assertEqual(code, 0, out)
        self.assertEqual(self.zato.get('server1', '/elsewhere')[0], 200)

        # WHEN
        self.zato.stop(self.server1)
        type(self).server1 = self.zato.start_server('server1')

        # THEN
        self.assertEqual(self.zato.get('server1', '/elsewhere')[0], 0)
        self.assertEqual(self.zato.ping('server1'), 200)
        self.assertEqual(len(self.zato.rows(f"SELECT source_hash FROM deployed_service WHERE source_path = '{path}'")), 6)

    def test_a_service_can_be_deleted(self):
        path = self.zato.hot / 'gone.py'
        self.zato.deploy('server1', path, SERVICES.replace('lab.', 'gone.'))
        wanted = self.zato.ok('server1', 'zato.service.get-by-name', {'cluster_id': 1, 'name': 'gone.echo'})
        self.assertEqual(self.zato.api('server1', 'zato.service.delete', {'id': wanted['id']})[0], 200)
        self.assertEqual(self.zato.api('server1', 'gone.echo')[0], 400)
        self.assertFalse(path.exists())

    def test_a_folder_below_that_of_the_server_is_read_at_the_start_last(self):
        pickup = self.zato.env / 'server1/pickup/incoming/services'
        (pickup / 'below').mkdir()
        for folder, version in ((self.zato.hot, 1), (pickup / 'below', 2)):
            (folder / 'twice.py').write_text(SERVICES.replace('lab.', 'twice.').replace("'version': 1", f"'version': {version}"))
        self.zato.stop(self.server1)
        type(self).server1 = self.zato.start_server('server1')
        self.assertEqual(self.zato.ok('server1', 'twice.echo')['version'], 2)

    def test_programs_find_the_password_and_the_cluster_as_commands_do(self):
        program = """from zato.common.util.api import get_client_from_server_conf
import sys
client = get_client_from_server_conf(sys.argv[1], require_server=False)
print(client.session.auth, client.cluster_id)"""
        done = subprocess.run([self.zato.code / 'bin/python', '-c', program, self.zato.env / 'server1'], capture_output=True, text=True,
            check=True)
        self.assertEqual(done.stdout, f"('admin.invoke', {ADMIN_PASSWORD!r}) 1\n")


YAML = '''
security:
  - {name: Shop, type: basic_auth, username: shop, password: Zato_Enmasse_Env.Shop, realm: API}
channel_rest:
  - {name: Shop, url_path: /shop, service: lab.echo, data_format: json, security: Shop}
  - {name: Open, url_path: /open, service: lab.echo, data_format: json}
'''


class EnmasseTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.zato = Environment().create()
        cls.addClassCleanup(cls.zato.close)
        (cls.zato.hot / 'lab.py').write_text(SERVICES)
        for name in ('server1', 'server2'):
            cls.zato.start_server(name)
        code, out = cls.zato.enmasse(YAML, 'Shop=first\n')
        assert code == 0, out

    def names(self, table: str) -> list[str]:
        return [row['name'] for row in self.zato.rows(f'SELECT name FROM {table}')]

    def shop(self, name: str, password: str) -> int:
        return http('GET', self.zato.address(name) + '/shop', headers=basic('shop', password))[0]

    def reload(self, name: str) -> None:
        self.zato.ok(name, 'zato.server.invoker', {'func_name': 'reload_config'})

    def test_the_others_do_not_know_until_they_are_told(self):
        code, out = self.zato.enmasse('channel_rest: [{name: New, url_path: /new, service: lab.echo, data_format: json}]')
        self.assertEqual(code, 0, out)
        self.assertIn('Enmasse OK', out)
        self.assertEqual([self.zato.get(name, '/new')[0] for name in ('server1', 'server2')], [200, 404])
        self.reload('server2')
        self.assertEqual(self.zato.get('server2', '/new')[0], 200)

    def test_what_is_wrong_and_yet_0(self):
        for reason, text in (('a key that nobody knows', 'no_such_key: [{name: A}]'),
                ('a variable that is missing', 'security: [{name: No, type: basic_auth, username: no, password: Zato_Enmasse_Env.No_Such}]')):
            with self.subTest(reason):
                code, out = self.zato.enmasse(text)
                self.assertEqual(code, 0)
                self.assertIn('Enmasse OK', out)
        self.reload('server1')

    def test_what_is_16(self):
        for reason, text in (
                ('a service that is unknown', 'channel_rest: [{name: X, url_path: /x, service: no.such}]'),
                ('broken YAML', 'security: ['),
                ('a type of SQL that is unknown', 'sql: [{name: X, type: nosuch, host: h, port: 1, db_name: d, username: u}]'),
                ('no-security of 3.x', 'channel_rest: [{name: X, url_path: /x, service: lab.echo, security: zato-no-security}]'),
                ('a definition that is not in the file', 'channel_rest: [{name: X, url_path: /x, service: lab.echo, security: Shop}]')):
            with self.subTest(reason):
                self.assertEqual(self.zato.enmasse(text)[0], 16)
        self.assertEqual(self.zato.zato('enmasse', self.zato.env / 'server1', '--import', '--input', '/no/such.yaml')[0], 16)

    def test_what_came_before_a_failure_is_there(self):
        code, _ = self.zato.enmasse('''
security: [{name: Before, type: basic_auth, username: before, password: b}]
channel_rest: [{name: Between, url_path: /between, service: lab.echo, security: Nobody}]
sql: [{name: After, type: postgresql, host: h, port: 1, db_name: d, username: u}]
''')
        self.assertEqual(code, 16)
        self.assertIn('Before', self.names('sec_base'))
        self.assertNotIn('Between', self.names('http_soap'))
        self.assertNotIn('After', self.names('sql_pool'))

    def test_another_password_alone_is_not_taken_and_change_password_is_of_one_server(self):
        # WHEN
        self.assertEqual(self.zato.enmasse(YAML, 'Shop=second\n')[0], 0)

        # THEN
        self.assertEqual([self.shop('server1', password) for password in ('first', 'second')], [200, 401])

        # WHEN
        self.reload('server2')
        definition = next(row for row in self.zato.ok('server1', 'zato.security.basic-auth.get-list', {'cluster_id': 1})
            if row['name'] == 'Shop')
        self.zato.ok('server1', 'zato.security.basic-auth.change-password', {'id': definition['id'], 'password': 'second'})

        # THEN
        self.assertEqual([self.shop(name, 'second') for name in ('server1', 'server2')], [200, 401])
        self.reload('server2')
        self.assertEqual(self.shop('server2', 'second'), 200)

    def test_a_job_is_not_active_unless_it_is_said(self):
        job = {'service': 'lab.tick', 'job_type': 'interval_based', 'hours': 1, 'start_date': '2025-01-01 00:00:00'}
        self.assertEqual(self.zato.enmasse(json.dumps({'scheduler': [{**job, 'name': 'Idle'}, {**job, 'name': 'Busy', 'is_active': True}]}))[0], 0)
        jobs = {row['name']: row['is_active'] for row in self.zato.ok('server1', 'zato.scheduler.job.get-list')}
        self.assertEqual((jobs['Idle'], jobs['Busy']), (False, True))

    def test_a_channel_keeps_its_security_where_the_file_has_none_any_more(self):
        text = 'channel_rest: [{name: Kept, url_path: /kept, service: lab.echo, data_format: json%s}]'
        definition = 'security: [{name: Kept, type: basic_auth, username: kept, password: k}]\n'
        self.assertEqual(self.zato.enmasse(definition + text % ', security: Kept')[0], 0)
        self.assertEqual(self.zato.enmasse(text % '')[0], 0)
        self.assertEqual(self.zato.get('server1', '/kept')[0], 401)

    def test_sql_connections_have_their_passwords_in_clear_text_and_can_be_pinged(self):
        odb = self.zato.odb
        connection = {'name': 'Db', 'type': odb['odb_type'], 'host': str(odb['odb_host'] or 'x'), 'port': odb['odb_port'] or 1,
            'db_name': str(odb['odb_db_name']), 'username': str(odb['odb_user'] or 'u'), 'password': odb['odb_password'] or 'clear'}
        if odb['odb_type'] != 'postgresql':
            connection['type'] = 'postgresql'
        self.assertEqual(self.zato.enmasse(json.dumps({'sql': [connection, {**connection, 'name': 'Wrong', 'port': 1, 'extra': 'a=1'}]}))[0], 0)
        rows = {row['name']: row for row in self.zato.ok('server1', 'zato.outgoing.sql.get-list', {'cluster_id': 1})}
        self.assertEqual({name: row['extra'] for name, row in rows.items()}, {'Db': '\\x', 'Wrong': '\\x613d31'})
        self.assertEqual(rows['Db']['password'], connection['password'])
        wrong = {'id': rows['Wrong']['id'], 'should_raise_on_error': True}
        self.assertEqual(self.zato.api('server1', 'zato.outgoing.sql.ping', wrong)[0], 500)
        if odb['odb_type'] == 'postgresql':
            self.assertIn('response_time', self.zato.ok('server1', 'zato.outgoing.sql.ping', {**wrong, 'id': rows['Db']['id']}))
            self.assertEqual(self.zato.ok('server1', 'lab.query'), {'value': 1})
        for name in ('Db', 'Wrong'):
            self.zato.ok('server1', 'zato.outgoing.sql.delete', {'id': rows[name]['id']})
        self.assertEqual(self.names('sql_pool'), [])

    def test_outgoing_connections_and_what_is_only_stored(self):
        code, out = self.zato.enmasse('''
outgoing_rest: [{name: Crm, host: "http://crm", url_path: /a, security: Nobody, ping_method: HEAD}]
email_smtp: [{name: Mail, host: mail, port: 25}]
groups: [{name: Partners, members: [Shop]}]
channel_rest: [{name: Grouped, url_path: /grouped, service: lab.echo, groups: [Partners]}]
''')
        self.assertEqual(code, 0, out)
        self.assertIn('Security definition "Nobody" not found for "Crm"', out)
        rows = self.zato.ok('server1', 'zato.http-soap.get-list', {'connection': 'outgoing', 'transport': 'plain_http'})
        self.assertEqual([(row['name'], row['host'], row['ping_method'], row['security_name']) for row in rows],
            [('Crm', 'http://crm', 'HEAD', None)])
        for prefix, request, name in (('zato.email.smtp', {'cluster_id': 1}, 'Mail'),
                ('zato.groups', {'group_type': 'zato-api-creds'}, 'Partners')):
            row, = self.zato.ok('server1', f'{prefix}.get-list', request)
            self.assertEqual(row['name'], name)
            self.zato.ok('server1', f'{prefix}.delete', {'id': row['id']})
            self.assertEqual(self.zato.ok('server1', f'{prefix}.get-list', request), [])
        self.assertEqual(self.zato.enmasse('channel_rest: [{name: Other, url_path: /o, service: lab.echo, groups: [Nobodys]}]')[0], 16)
        exported = self.zato.dir / 'export.yaml'
        self.assertEqual(self.zato.zato('enmasse', self.zato.env / 'server1', '--export', '--output', exported)[0], 0)
        self.assertIn('Crm', exported.read_text())
        self.assertNotIn('first', exported.read_text())  # no passwords

    def test_a_channel_that_is_deleted_is_gone_on_the_one_server(self):
        self.assertEqual(self.zato.enmasse('channel_rest: [{name: Gone, url_path: /gone, service: lab.echo, data_format: json}]')[0], 0)
        self.reload('server2')
        row = next(row for row in self.zato.ok('server1', 'zato.http-soap.get-list') if row['name'] == 'Gone')
        self.zato.ok('server1', 'zato.http-soap.delete', {'id': row['id']})
        self.assertEqual([self.zato.get(name, '/gone')[0] for name in ('server1', 'server2')], [404, 200])


if __name__ == '__main__':
    unittest.main()
