"""Zato's configuration files: stanzas of key=value, comments after ` #`, values optionally quoted."""

import re

_STANZA = re.compile(r'^\[+([^]]+)\]+$')
_COMMENT = re.compile(r'\s+#.*$')

Conf = dict[str, dict[str, str]]


def parse(text: str) -> Conf:
    conf: Conf = {}
    stanza = conf.setdefault('', {})
    for line in text.splitlines():
        line = line.strip()
        if not line or line.startswith('#'):
            continue
        if match := _STANZA.match(line):
            stanza = conf.setdefault(match.group(1), {})
            continue
        key, _, value = line.partition('=')
        value = _COMMENT.sub('', ' ' + value).strip()
        if len(value) > 1 and value[0] == value[-1] == '"' and value.count('"') == 2:
            value = value[1:-1]
        stanza[key.strip()] = value
    return conf


def read(path: str) -> Conf:
    with open(path, encoding='utf8') as source:
        return parse(source.read())


def is_true(value: str) -> bool:
    return value.strip().lower() in ('1', 'true', 'yes', 'on')
