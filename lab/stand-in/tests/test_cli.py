"""The command line, as far as it needs no database."""

import contextlib
import io
import os
import stat
import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import support  # noqa: F401
from zato.cli import command, config_file, create_server, from_config
from zato.cli.enmasse import importer, parser
from zato.common.http_client import CallFailed


def run(execute, **args) -> tuple[int, str]:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        code = command.run(execute, SimpleNamespace(**args))
    return code, out.getvalue()


class TemporaryDirectory(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.dir = Path(temporary.name)

    def file(self, name: str, text: str) -> str:
        path = self.dir / name
        path.write_text(text)
        return str(path)


class FromConfigTest(TemporaryDirectory):
    def test_values_are_split_at_the_first_equals_sign(self):
        args = config_file.read(self.file('c', '# comment\ncommand=create_lb\nsecret_key=abc==\n'))
        self.assertEqual(args.secret_key, 'abc==')

    def test_a_blank_line_is_16(self):
        code, out = run(from_config.execute, path=self.file('c', 'command=create_lb\n\n'))
        self.assertEqual(code, 16)
        self.assertIn('ValueError', out)

    def test_a_missing_attribute_is_16(self):
        code, out = run(from_config.execute, path=self.file('c', 'command=create_odb\n'))
        self.assertEqual(code, 16)
        self.assertIn('AttributeError', out)

    def test_create_lb(self):
        target = self.dir / 'lb'
        config = self.file('c', f'command=create_lb\npath={target}\n')
        umask = os.umask(0o077)
        try:
            self.assertEqual(run(from_config.execute, path=config)[0], 0)
        finally:
            os.umask(umask)
        haproxy = target / 'config/repo/zato.config'
        self.assertIn('# ZATO default_backend_empty', haproxy.read_text())
        self.assertEqual(stat.S_IMODE(haproxy.stat().st_mode), 0o600)
        self.assertEqual(run(from_config.execute, path=config)[0], 5)

    def test_an_address_without_a_scheme_is_https(self):
        self.assertEqual(create_server.scheduler_address('127.0.0.1:31530'), ('127.0.0.1', 31530, True))
        self.assertEqual(create_server.scheduler_address('http://127.0.0.1:31530'), ('127.0.0.1', 31530, False))


class EnmasseParserTest(TemporaryDirectory):
    def parse(self, text: str):
        return run(lambda args: setattr(self, 'objects', parser.parse_file(args.path)), path=self.file('e.yaml', text))

    def test_an_unknown_key_is_15(self):
        code, out = self.parse('nosuch:\n  - name: a\n')
        self.assertEqual(code, 15)
        self.assertIn('Input parsing failed', out)

    def test_broken_yaml_is_16(self):
        code, out = self.parse('security: [\n')
        self.assertEqual(code, 16)
        self.assertIn('ParserError', out)

    def test_a_missing_file_is_0(self):
        code, out = run(lambda args: parser.parse_file(args.path) and None, path='/nosuch.yaml')
        self.assertEqual(code, 0)
        self.assertIn('Caught an exception -> [Errno 2]', out)

    def test_names_are_unified(self):
        self.parse('security:\n  - {name: S, type: basic_auth}\nchannel_rest:\n  - {name: C, service: s}\n')
        self.assertEqual(self.objects['basic_auth'], [{'name': 'S', 'is_active': True}])
        self.assertEqual(self.objects['http_soap'][0]['connection'], 'channel')
        self.assertEqual(self.objects['http_soap'][0]['security_name'], 'zato-no-security')


class FakeClient:
    def __init__(self, existing=(), deployed=()):
        self.existing = list(existing)
        self.deployed = deployed
        self.calls = []

    def invoke(self, name, payload=None):
        self.calls.append((name, payload))
        if name == 'zato.service.get-list':
            return [{'name': service} for service in self.deployed]
        if name.endswith('.get-list'):
            return self.existing
        if payload.get('service') == 'not.there':
            raise CallFailed(500, 'Service `not.there` does not exist in this cluster')
        return {'id': 1}


class ImporterTest(unittest.TestCase):
    def run_import(self, client, objects):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            report = importer.run(client, objects, 1, 0)
            report.say()
        return report, out.getvalue()

    def test_a_missing_service_is_two_errors(self):
        channel = {'name': 'C', 'service': 'not.there', 'url_path': '/c', 'connection': 'channel', 'transport': 'plain_http'}
        report, out = self.run_import(FakeClient(), {'http_soap': [channel]})
        self.assertEqual(len(report.errors), 2)
        self.assertIn('0 warnings and 2 errors found:\n', out)
        self.assertIn('err0001/E12', out)

    def test_a_security_definition_in_the_odb_only_is_a_warning_and_nothing_is_imported(self):
        channel = {'name': 'C', 'service': 's', 'connection': 'channel', 'transport': 'plain_http', 'security_name': 'Elsewhere'}
        client = FakeClient(deployed=('s',))
        _, out = self.run_import(client, {'http_soap': [channel]})
        self.assertIn('1 warning and 0 errors found:\n', out)
        self.assertEqual(client.calls, [])

    def test_existing_objects_are_edited(self):
        client = FakeClient(existing=[{'name': 'B', 'id': 7}])
        _, out = self.run_import(client, {'outconn_sql': [{'name': 'B', 'password': 'p'}]})
        self.assertIn('Updated object `B` with zato.outgoing.sql.edit', out)
        self.assertIn("Updated password for 'B' (zato.outgoing.sql.change-password)", out)

    def test_objects_with_zato_in_their_name_are_not_seen(self):
        client = FakeClient(existing=[{'name': 'my-zato-db', 'id': 7}])
        _, out = self.run_import(client, {'outconn_sql': [{'name': 'my-zato-db'}]})
        self.assertIn('zato.outgoing.sql.create', out)

    def test_values_from_the_environment(self):
        with mock.patch.dict(os.environ, {'Stand_In_Test': 'found'}):
            attrs = importer.resolve({'a': 'Zato_Enmasse_Env.Stand_In_Test', 'b': 'ZatoEnmasseEnv.Stand_In_None',
                'is_active': 'Zato_Enmasse_Env.Stand_In_None', 'c': 'x Zato_Enmasse_Env.Y'})
        self.assertEqual(attrs['a'], 'found')
        self.assertRegex(attrs['b'], r'^Env-Value-Not-Found-ZatoEnmasseEnv\.Stand_In_None\.[0-9a-f]{32}$')
        self.assertIsNone(attrs['is_active'])
        self.assertEqual(attrs['c'], 'x Zato_Enmasse_Env.Y')


if __name__ == '__main__':
    unittest.main()
