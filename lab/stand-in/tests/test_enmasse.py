"""What one import does to what is there: the traps of the real Zato 3.3."""

import tempfile
import unittest
from pathlib import Path

import yaml
from in_process import InProcess
from zato.common.http_client import CallFailed

BASIC = {'name': 'D', 'type': 'basic_auth', 'username': 'u', 'password': 'p', 'realm': 'API'}
KEY = {'name': 'D', 'type': 'apikey', 'password': 'p'}
CHANNEL = {'name': 'A', 'url_path': '/a', 'service': 'one'}
JOB = {'name': 'J', 'service': 'one', 'start_date': '2025-01-01T00:00:00'}


class ImportTest(unittest.TestCase):
    def setUp(self):
        self.zato = InProcess('one', 'two')

    def import_(self, **sections):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / 'a.yaml'
            path.write_text(yaml.safe_dump(sections))
            return self.zato.enmasse(str(path))

    def names(self, prefix: str, **request) -> list[str]:
        return [row['name'] for row in self.zato.list(f'{prefix}.get-list', **request)]

    def channels(self) -> list[str]:
        return self.names('zato.http-soap', connection='channel')

    def test_a_definition_becomes_none_of_another_type(self):
        self.assertTrue(self.import_(security=[BASIC]).is_ok)
        self.assertIn('NoResultFound', self.import_(security=[KEY]).errors[0][1])
        self.assertEqual(self.names('zato.security.apikey'), [])

    def test_a_basic_auth_definition_that_cannot_come_in_is_not_even_an_error(self):
        self.import_(security=[KEY])
        self.assertTrue(self.import_(security=[BASIC]).is_ok)
        self.assertEqual(self.names('zato.security.basic-auth'), [])

    def test_a_definition_of_another_name_with_the_same_user_does_not_come_in(self):
        self.import_(security=[BASIC])
        self.assertTrue(self.import_(security=[{**BASIC, 'name': 'E'}]).is_ok)
        self.assertEqual(self.names('zato.security.basic-auth'), ['D'])

    def test_a_channel_of_another_name_on_the_same_path_is_refused(self):
        self.import_(channel_rest=[CHANNEL])
        self.assertIn('Such a channel already exists', self.import_(channel_rest=[{**CHANNEL, 'name': 'B'}]).errors[0][1])

    def test_channels_that_change_their_places_do_not_answer(self):
        other = {**CHANNEL, 'name': 'B', 'url_path': '/b'}
        self.import_(channel_rest=[CHANNEL, other])
        self.import_(channel_rest=[{**CHANNEL, 'url_path': '/b'}, {**other, 'url_path': '/a'}])
        with self.assertRaises(KeyError):
            for channel in self.zato.memory.channels.values():
                self.zato.memory.require_secured(channel)

    def test_a_job_becomes_none_of_another_type(self):
        self.assertTrue(self.import_(scheduler=[{**JOB, 'job_type': 'interval_based', 'hours': 1}]).is_ok)
        report = self.import_(scheduler=[{**JOB, 'job_type': 'cron_style', 'cron_definition': '0 1 * * *'}])
        self.assertIn('AttributeError', report.errors[0][1])

    def test_groups_are_created_by_names_and_edited_by_maps(self):
        self.assertTrue(self.import_(security=[BASIC], security_groups=[{'name': 'G', 'members': ['D']}]).is_ok)
        self.assertIn('TypeError', self.import_(security=[BASIC], security_groups=[{'name': 'G', 'members': ['D']}]).errors[0][1])
        self.assertTrue(self.import_(security=[BASIC], security_groups=[{'name': 'G', 'members': [{'name': 'D'}]}]).is_ok)

    def test_a_channel_is_imported_before_its_group(self):
        report = self.import_(channel_rest=[{**CHANNEL, 'security_groups': ['G']}], security_groups=[{'name': 'G'}])
        self.assertIn("Could not find ID for group 'G'", report.errors[0][1])

    def test_a_group_with_a_member_that_is_gone_cannot_be_listed(self):
        self.import_(security=[BASIC], security_groups=[{'name': 'G', 'members': [{'name': 'D'}]}])
        definition = self.zato.list('zato.security.basic-auth.get-list')[0]
        self.zato.invoke('zato.security.basic-auth.delete', {'id': definition['id']})
        with self.assertRaises(CallFailed):
            self.zato.list('zato.groups.get-list', group_type='zato-api-creds', needs_members=True)

    def test_a_group_that_goes_opens_channels(self):
        self.import_(security_groups=[{'name': 'G'}])
        self.import_(channel_rest=[{**CHANNEL, 'security_groups': ['G']}], security_groups=[{'name': 'G'}])
        self.zato.invoke('zato.groups.delete', {'id': self.zato.list('zato.groups.get-list', group_type='zato-api-creds')[0]['id']})
        self.assertEqual(self.zato.list('zato.http-soap.get-list', connection='channel')[0]['security_groups'], [])


if __name__ == '__main__':
    unittest.main()
