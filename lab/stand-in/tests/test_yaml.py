"""The reader of enmasse files."""

import json
import unittest

import support  # noqa: F401
from zato.cli.enmasse import yaml


class LoadTest(unittest.TestCase):
    def test_the_example_of_the_facts(self):
        text = '''
outconn_sql:   # databases
  - name: Billing
    engine: postgresql+pg8000
    host: db.internal
    port: 5432
    password: Zato_Enmasse_Env.Billing_Password
    is_active: true
    extra: ~
'''
        self.assertEqual(yaml.load(text), {'outconn_sql': [{'name': 'Billing', 'engine': 'postgresql+pg8000', 'host': 'db.internal',
            'port': 5432, 'password': 'Zato_Enmasse_Env.Billing_Password', 'is_active': True, 'extra': None}]})

    def test_json_is_yaml(self):
        data = {'a': [{'b': 'x: y # no comment', 'c': [1, 2.5, None, True], 'd': {}}], 'e': 'line\n"quoted" \\ é'}
        for indent in (None, 2):
            self.assertEqual(yaml.load(json.dumps(data, indent=indent)), data)

    def test_sequences_at_the_indent_of_their_key(self):
        self.assertEqual(yaml.load('a:\n- b: 1\n  c:\n  - 2\n- d\ne: 3\n'), {'a': [{'b': 1, 'c': [2]}, 'd'], 'e': 3})

    def test_nested_maps_and_lists(self):
        self.assertEqual(yaml.load('a:\n  b:\n    c: 1\n  d:\n    - - 1\n      - 2\n    -\n      e: f\n'),
            {'a': {'b': {'c': 1}, 'd': [[1, 2], {'e': 'f'}]}})

    def test_scalars(self):
        text = "a: 'it''s'\nb: \"t\\tab\"\nc: 1.5\nd: no\ne: http://h:1/p#x\nf: 0123\ng: -\nh: '5'\ni: {j: [k, 'l, m']}\n\"n\": /api/{id}\n"
        self.assertEqual(yaml.load(text), {'a': "it's", 'b': 't\tab', 'c': 1.5, 'd': False, 'e': 'http://h:1/p#x', 'f': '0123',
            'g': '-', 'h': '5', 'i': {'j': ['k', 'l, m']}, 'n': '/api/{id}'})

    def test_block_scalars(self):
        self.assertEqual(yaml.load('a: |\n  x=1\n  # no comment\n\nb: >-\n  one\n  two\nc: 1\n'),
            {'a': 'x=1\n# no comment\n', 'b': 'one two', 'c': 1})

    def test_empty_documents(self):
        for text in ('', '\n# only a comment\n', '---\n'):
            self.assertIsNone(yaml.load(text))

    def test_broken_documents(self):
        for text in ('a: [1', 'a: "b', 'a: b: c', 'a:\n  b\n c: d', '\ta: b', 'a: &x 1', 'a: 1\n  b: 2\n'):
            with self.assertRaises(yaml.ParserError, msg=text):
                yaml.load(text)


class DumpTest(unittest.TestCase):
    def test_what_is_written_can_be_read(self):
        data = {'security': [{'name': 'yes', 'a': '1', 'b': '/x/{id}', 'c': True, 'd': 5, 'e': 'a: b'}, {'name': 'Two words'}]}
        self.assertEqual(yaml.load(yaml.dump(data)), data)

    def test_nothing(self):
        self.assertEqual(yaml.dump({}), '{}\n')


if __name__ == '__main__':
    unittest.main()
