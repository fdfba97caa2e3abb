"""What services are written against."""

import sqlite3
import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import support  # noqa: F401
from zato.server.code_files import hot_deploy_directories
from zato.server import internal, registry  # noqa: F401
from zato.server.memory import _pattern
from zato.server.outgoing_sql import SqlSession
from zato.server.service import Service
from zato.server.service_store import ServiceStore


class NameTest(unittest.TestCase):
    def test_without_a_name_module_and_class_make_one(self):
        for module, name, expected in (('my_api', 'GetCustomer', 'my-api.get-customer'), ('x', 'HTTPCall', 'x.http-call')):
            self.assertEqual(type(name, (Service,), {'__module__': module}).get_name(), expected)

    def test_optional_input(self):
        self.assertEqual(type('S', (Service,), {'input': ('a', '-b')}).required_input(), ('a',))
        self.assertEqual(type('S', (Service,), {'input': 'a'}).required_input(), ('a',))


class StoreTest(unittest.TestCase):
    def test_a_file_that_cannot_be_imported_leaves_the_old_version(self):
        logger = mock.Mock()
        store = ServiceStore(SimpleNamespace(logger=logger))
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory) / 'stand_in_one.py'
            path.write_text('from zato.server.service import Service\nclass A(Service):\n    name = "a"\n    version = 1\n')
            self.assertEqual(store.import_file(str(path)), ['a'])
            path.write_text('class (')
            self.assertEqual(store.import_file(str(path)), [])
        self.assertEqual(store.get('a').version, 1)
        self.assertIn('Could not load source', logger.error.call_args.args[0])


    def test_a_file_that_exits_leaves_the_old_version_and_no_word_in_the_log(self):
        logger = mock.Mock()
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory) / 'stand_in_two.py'
            path.write_text('raise SystemExit(3)\n')
            self.assertEqual(ServiceStore(SimpleNamespace(logger=logger)).import_file(str(path)), [])
        logger.error.assert_not_called()


class ChannelPatternTest(unittest.TestCase):
    def test_segments(self):
        self.assertEqual(_pattern('/a/{id}/b', False).match('/a/1/b').groupdict(), {'id': '1'})
        self.assertIsNone(_pattern('/a/{id}', False).match('/a/1/2'))
        self.assertEqual(_pattern('/a/{id}', True).match('/a/1/2').groupdict(), {'id': '1/2'})
        self.assertIsNone(_pattern('/a.b/{id}', False).match('/axb/1'))


class HotDeployDirectoriesTest(unittest.TestCase):
    def test_names_and_colons(self):
        found = hot_deploy_directories({'Zato_Hot_Deploy_Dir': '/a:/b', 'ZATO_HOT_DEPLOY_DIR': '/c', 'Zato_Hot_Deploy_Dir_X': '/d', 'Y': '/e'})
        self.assertEqual(found, ['/a', '/b', '/c', '/d'])


class SqlSessionTest(unittest.TestCase):
    def test_rows(self):
        connection = mock.Mock(wraps=sqlite3.connect(':memory:'))
        session = SqlSession(connection)
        row = session.execute("SELECT 1 AS id, 'x' AS name").fetchone()
        self.assertEqual((row.id, row[1], row.name, row._asdict()), (1, 'x', 'x', {'id': 1, 'name': 'x'}))
        self.assertEqual([tuple(item) for item in session.execute('SELECT 1 UNION SELECT 2')], [(1,), (2,)])
        self.assertIsNone(session.execute('SELECT 1 WHERE 1 = 2').fetchone())

    def test_named_parameters(self):
        connection = mock.MagicMock()
        connection.cursor().description = None
        SqlSession(connection).execute("SELECT a::text, '10%' FROM t WHERE b = :b", {'b': 1})
        connection.cursor().execute.assert_called_with("SELECT a::text, '10%%' FROM t WHERE b = %(b)s", {'b': 1})


class RegistryTest(unittest.TestCase):
    def test_the_admin_services_of_the_facts_exist(self):
        for name in '''zato.ping zato.service.invoke zato.service.get-list zato.service.get-by-name zato.service.get-source-info
                zato.service.get-deployment-info-list zato.service.delete zato.service.upload-package zato.outgoing.sql.get-list
                zato.outgoing.sql.ping zato.outgoing.sql.delete zato.outgoing.sql.create zato.outgoing.sql.edit
                zato.outgoing.sql.change-password zato.http-soap.get-list zato.http-soap.delete zato.server.get-list
                zato.security.basic-auth.get-list zato.security.basic-auth.create zato.security.basic-auth.change-password
                zato.security.basic-auth.delete zato.security.apikey.get-list zato.security.apikey.delete zato.scheduler.job.get-list
                zato.scheduler.job.delete zato.scheduler.job.execute zato.cache.builtin.get-list zato.cache.builtin.delete
                zato.email.smtp.get-list zato.email.smtp.delete'''.split():
            self.assertIsNotNone(registry.get(name), name)


if __name__ == '__main__':
    unittest.main()
