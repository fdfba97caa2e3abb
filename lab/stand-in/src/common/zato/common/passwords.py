"""Passwords of web-admin's users, hashed in the form that Django keeps in auth_user."""

import hmac
import os
from base64 import b64encode
from hashlib import pbkdf2_hmac

# Django's own number would cost a noticeable part of a second on the lab's two cores.
_ITERATIONS = 20_000


def hashed(password: str, salt: str | None = None) -> str:
    salt = salt or os.urandom(8).hex()
    digest = b64encode(pbkdf2_hmac('sha256', password.encode(), salt.encode(), _ITERATIONS)).decode()
    return f'pbkdf2_sha256${_ITERATIONS}${salt}${digest}'


def matches(password: str, stored: str) -> bool:
    parts = stored.split('$')
    return len(parts) == 4 and hmac.compare_digest(hashed(password, parts[2]), stored)
