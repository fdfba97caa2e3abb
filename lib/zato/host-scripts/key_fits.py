"""key_fits.py KEY TOKENS: whether one of the tokens in the file TOKENS, a line each, was made with the key in the file KEY."""

import base64
import hashlib
import hmac
import sys

TAG = 32


def is_signed_by(key, token):
    """A token of Fernet's ends with a signature by the first half of its key."""
    try:
        signing_key = base64.urlsafe_b64decode(key)[:16]
        data = base64.urlsafe_b64decode(token)
    except ValueError:
        return False
    return hmac.compare_digest(hmac.digest(signing_key, data[:-TAG], hashlib.sha256), data[-TAG:])


def main():
    with open(sys.argv[1], encoding="utf8") as file:
        key = file.read().strip()
    with open(sys.argv[2], encoding="utf8") as file:
        return 0 if any(is_signed_by(key, line.strip()) for line in file) else 1


sys.exit(main())
