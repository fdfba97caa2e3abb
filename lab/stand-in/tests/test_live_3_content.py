"""What enmasse imports, and what of it works."""

import json
from base64 import b64encode

from lab import ADMIN_PASSWORD
from live import LiveTest, basic
from tools import http


class ContentTest(LiveTest):
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
