"""What may be shown of a text that somebody else wrote: no secrets, and nothing that a terminal would obey."""

import json
import re


def redacted(text, secrets):
    """Without the secrets, in whatever way Python or JSON write them, and wherever a table breaks them."""
    for spelling in sorted({spelling for secret in secrets for spelling in spellings(secret)}, key=len, reverse=True):
        characters = [re.escape(character) for character in spelling if not character.isspace()]
        if characters:
            text = re.sub(r"[\s|]*".join(characters), "***", text)
    return text


def spellings(secret):
    writers = (repr, json.dumps, lambda text: json.dumps(text, ensure_ascii=False))
    once = {secret, *(write(secret)[1:-1] for write in writers)}
    return once | {write(text)[1:-1] for text in once for write in writers}


def printable(text):
    """Lines of characters that show."""
    return "".join(character for character in text if character.isprintable() or character in "\n\t")


def shortened(text, most):
    """The end of a text, in whole lines: a traceback says the cause last."""
    lines = text.splitlines()
    return "\n".join(lines if len(lines) <= most else ["…", *lines[-most:]])


def read(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()
