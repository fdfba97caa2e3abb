"""The stand-in, asked what the real Zato 3.3 was asked: test/data/conformance holds its answers."""

import datetime
import importlib
import json
import os
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import support
import yaml
from zato.cli.enmasse import importer, parser
from zato.server.service import Service

ANSWERS = support.ROOT.parent.parent / 'test/data/conformance'
ENVIRONMENT = {'Host': 'crm.example.org', 'P': 'no', 'N': '7', 'Colon': 'a: b', 'Hash': 'x #y', 'Dollar': '$1'}


def answers(name: str) -> dict:
    return json.loads((ANSWERS / name).read_text())


def read(text: str):
    with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ, ENVIRONMENT, clear=True):
        path = Path(folder) / 'a.yaml'
        path.write_text(text)
        return parser._read(str(path))


class EnmasseFileTest(unittest.TestCase):
    def test_values(self):
        for case in answers('yaml-1.1.json')['values']:
            with self.subTest(case['text']):
                if case['type'] == 'error':
                    with self.assertRaises(yaml.YAMLError):
                        read(f"k: {case['text']}")
                    continue
                value = read(f"k: {case['text']}")['k']
                self.assertEqual(type(value).__name__, case['type'])
                if isinstance(value, (datetime.date, list, dict)):
                    self.assertEqual(repr(value), case['value'])
                elif isinstance(value, float):
                    self.assertEqual(str(value), str(float(case['value'])))
                else:
                    self.assertEqual(value, case['value'])

    def test_placeholders(self):
        for case in answers('enmasse-placeholders.json')['cases']:
            with self.subTest(case['text']):
                if 'error' in case:
                    with self.assertRaises(yaml.YAMLError):
                        read(case['text'])
                else:
                    self.assertEqual(read(case['text']), case['loads'])


class ServiceTest(unittest.TestCase):
    def test_names(self):
        for case in answers('service-names.json')['names']:
            service = type(case['class'], (Service,), {'__module__': case['file'].removesuffix('.py')})
            self.assertEqual(service.get_name(), case['name'])

    def test_bases(self):
        for case in answers('service-bases.json')['bases']:
            module, _, name = case['import'].rpartition('.')
            self.assertTrue(issubclass(getattr(importlib.import_module(module), name), Service))

    def test_the_module_that_zato_cannot_import(self):
        with self.assertRaisesRegex(ImportError, 'HTTPException'):
            importlib.import_module('zato.server.service.adapter')


class FakeServer:
    """What exists, by prefix of services; remembers what it was asked to do."""

    def __init__(self, **rows):
        self.rows = {'zato.service': [{'name': 'a.one'}], **{name.replace('__', '.').replace('_', '-'): value for name, value in rows.items()}}
        self.done: list[str] = []

    def invoke(self, name, request=None):
        prefix, _, verb = name.rpartition('.')
        if verb == 'get-list':
            found = self.rows.get(prefix, [])
            return [row for key, rows in self.rows.items() if key.startswith('zato.security.') for row in rows] \
                if prefix == 'zato.security' else found
        if name == 'zato.common.import-objects':
            self.rows.setdefault('zato.security.basic-auth', []).extend(
                {'id': 50, **item} for item in request['basic_auth'])
        elif verb == 'create':
            self.rows.setdefault(prefix, []).append({**request, 'id': 60})
        self.done.append(name)
        return {'id': 60}


CHANNEL = {'name': 'A', 'connection': 'channel', 'transport': 'plain_http', 'url_path': '/a', 'service': 'a.one'}


class OrderTest(unittest.TestCase):
    """Tried on 3.3: a channel that exists gets a new definition in the same import."""

    def run_import(self, kind, channel_exists):
        server = FakeServer(zato__http_soap=[{**CHANNEL, 'id': 1}] if channel_exists else [])
        objects = {kind: [{'name': 'Partner', 'is_active': True}], 'http_soap': [{**CHANNEL, 'security': 'Partner'}]}
        report = importer.run(server, objects, 1, 0)
        self.assertTrue(report.is_ok, report)
        return server

    def test_a_new_basic_auth_definition_is_there_before(self):
        self.assertIn('zato.http-soap.edit', self.run_import('basic_auth', True).done)

    def test_a_new_definition_of_another_kind_is_not(self):
        for kind in ('apikey', 'ntlm', 'oauth', 'aws'):
            with self.assertRaisesRegex(AttributeError, "'NoneType' object has no attribute 'id'"):
                self.run_import(kind, True)

    def test_a_new_channel_gets_a_new_definition(self):
        for kind in ('apikey', 'basic_auth'):
            self.assertIn('zato.http-soap.create', self.run_import(kind, False).done)


if __name__ == '__main__':
    unittest.main()
