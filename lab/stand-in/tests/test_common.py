"""Configuration files, secrets, passwords."""

import unittest

import support  # noqa: F401
from zato.common import conf, passwords, secrets
from zato.server import preferred_address, server_config
from zato.server.config import ServerConfig


class ConfTest(unittest.TestCase):
    def test_stanzas_comments_and_quotes(self):
        parsed = conf.parse('# c\n[main]\na=1 # one\nb=x=y\nurl=http://h/#frag\n\n[misc]\nq="v"\nlist="a", "b"\n')
        self.assertEqual(parsed['main'], {'a': '1', 'b': 'x=y', 'url': 'http://h/#frag'})
        self.assertEqual(parsed['misc'], {'q': 'v', 'list': '"a", "b"'})


class OverrideTest(unittest.TestCase):
    def test_environment_wins(self):
        parsed = conf.parse('[main]\ngunicorn_workers=1\n[preferred_address]\naddress=\n')
        server_config.override(parsed, {
            'Zato_Config_Server_server__conf_main_gunicorn_workers': '3',
            'Zato_Config_Server_server__conf_preferred_address_address': '127.0.0.1',
            'Zato_Config_Server_server__conf_nosuch_key': 'x',
            'PATH': '/bin',
        })
        self.assertEqual(parsed['main']['gunicorn_workers'], '3')
        self.assertEqual(parsed['preferred_address'], {'address': '127.0.0.1'})


class PreferredAddressTest(unittest.TestCase):
    def config(self, text: str) -> ServerConfig:
        return ServerConfig('/', conf.parse('[preferred_address]\n' + text), '', '')

    def test_loopback_must_be_allowed(self):
        with self.assertRaises(preferred_address.PreferredAddressError):
            preferred_address.preferred_address(self.config('address=127.0.0.1\nallow_loopback=False\n'))
        self.assertEqual(preferred_address.preferred_address(self.config('address=127.0.0.1\nallow_loopback=True\n')), '127.0.0.1')

    def test_without_an_address_in_the_networks_the_server_does_not_start(self):
        with self.assertRaises(preferred_address.PreferredAddressError):
            preferred_address.preferred_address(self.config('address=\nip=203.0.113.0/24\n'))


class SecretsTest(unittest.TestCase):
    def test_round_trip_looks_like_fernet(self):
        key = secrets.new_key()
        token = secrets.encrypt(key, 'päss=word')
        self.assertTrue(token.startswith('gAAAAA'))
        self.assertEqual(secrets.decrypt(key, token), 'päss=word')

    def test_long_values(self):
        key = secrets.new_key()
        self.assertEqual(secrets.decrypt(key, secrets.encrypt(key, 'x' * 1000)), 'x' * 1000)

    def test_other_key_is_refused(self):
        token = secrets.encrypt(secrets.new_key(), 'a')
        with self.assertRaises(secrets.InvalidToken):
            secrets.decrypt(secrets.new_key(), token)

    def test_keys_are_checked_like_fernet_keys(self):
        for bad in ('', 'short', 'not base64 at all!', secrets.new_key()[:-2]):
            with self.assertRaisesRegex(ValueError, 'Fernet key must be 32 url-safe'):
                secrets.encrypt(bad, 'a')

    def test_clear_text_in_the_odb_stays(self):
        self.assertEqual(secrets.decrypt_from_odb(secrets.new_key(), 'clear'), 'clear')


class PasswordsTest(unittest.TestCase):
    def test_hashes(self):
        stored = passwords.hashed('right')
        self.assertTrue(stored.startswith('pbkdf2_sha256$'))
        self.assertTrue(passwords.matches('right', stored))
        self.assertFalse(passwords.matches('wrong', stored))
        self.assertFalse(passwords.matches('wrong', 'garbage'))


if __name__ == '__main__':
    unittest.main()
