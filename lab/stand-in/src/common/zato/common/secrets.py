"""Encrypted secrets that look like Zato's: Fernet keys and Fernet-shaped tokens.

The `cryptography` package is not on the lab's hosts and the standard library has no AES, so the cipher is another one (a key stream
out of HMAC-SHA256). Keys are checked as strictly as Fernet's: 32 bytes, URL-safe base64.
"""

import hmac
import os
import struct
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256

# Prefix of encrypted passwords in the ODB (facts §2, "Secrets in the ODB").
ODB_PREFIX = 'zato.secf.'

_HEAD = 25  # version, timestamp and salt
_TAG = 32


class InvalidToken(Exception):
    """The token was made with another key."""


def new_key() -> str:
    return urlsafe_b64encode(os.urandom(32)).decode()


def _key_bytes(key: str) -> bytes:
    try:
        decoded = urlsafe_b64decode(key)
    except ValueError:
        decoded = b''
    if len(decoded) != 32:
        raise ValueError('Fernet key must be 32 url-safe base64-encoded bytes.')
    return decoded


def _mask(key: bytes, salt: bytes, data: bytes) -> bytes:
    blocks = (hmac.digest(key, salt + struct.pack('>I', n), sha256) for n in range(len(data) // 32 + 1))
    return bytes(a ^ b for a, b in zip(data, b''.join(blocks)))


def encrypt(key: str, text: str) -> str:
    raw_key = _key_bytes(key)
    head = struct.pack('>BQ', 0x80, int(time.time())) + os.urandom(16)
    body = head + _mask(raw_key[16:], head[9:], text.encode())
    return urlsafe_b64encode(body + hmac.digest(raw_key[:16], body, sha256)).decode()


def decrypt(key: str, token: str) -> str:
    raw_key = _key_bytes(key)
    raw = urlsafe_b64decode(token)
    body, tag = raw[:-_TAG], raw[-_TAG:]
    if not hmac.compare_digest(tag, hmac.digest(raw_key[:16], body, sha256)):
        raise InvalidToken('Secret was encrypted with another key')
    return _mask(raw_key[16:], body[9:_HEAD], body[_HEAD:]).decode()


def encrypt_for_odb(key: str, text: str) -> str:
    return ODB_PREFIX + encrypt(key, text)


def decrypt_from_odb(key: str, value: str) -> str:
    return decrypt(key, value[len(ODB_PREFIX):]) if value.startswith(ODB_PREFIX) else value
