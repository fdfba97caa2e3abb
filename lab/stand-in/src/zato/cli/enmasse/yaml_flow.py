"""The part of YAML that is written on a line: plain and quoted scalars, [lists] and {maps}. JSON is a subset of it."""

import json
import re

_NUMBER = re.compile(r'[-+]?(0|[1-9][0-9_]*)$')
_FLOAT = re.compile(r'[-+]?([0-9][0-9_]*\.[0-9]*([eE][-+]?[0-9]+)?|\.[0-9]+)$')
_WORDS = {'': None, '~': None, 'null': None, 'Null': None, 'NULL': None}
for _word in ('yes', 'true', 'on'):
    _WORDS.update(dict.fromkeys((_word, _word.capitalize(), _word.upper()), True))
for _word in ('no', 'false', 'off'):
    _WORDS.update(dict.fromkeys((_word, _word.capitalize(), _word.upper()), False))


class ParserError(Exception):
    """The document is no YAML, or uses what this reader does not know (anchors, tags, several documents)."""


def plain(text: str):
    """The value of an unquoted scalar, by the rules of YAML 1.1."""
    text = text.strip()
    if text in _WORDS:
        return _WORDS[text]
    if _NUMBER.match(text):
        return int(text.replace('_', ''))
    if _FLOAT.match(text):
        return float(text.replace('_', ''))
    if text[0] in '&*!|>%@`':
        raise ParserError(f'found a character that cannot start any token: {text}')
    return text


def value(text: str):
    """The value of a complete inline node."""
    reader = _Reader(text)
    result = reader.node(flow=False)
    reader.skip()
    if reader.position < len(text):
        raise ParserError(f'expected the end of the value, but found {text[reader.position:]!r}')
    return result


def is_complete(text: str) -> bool:
    """Whether brackets and quotes are closed, so that no further line belongs to it."""
    try:
        value(text)
    except EOFError:
        return False
    except ParserError:
        return True
    return True


class _Reader:
    def __init__(self, text: str):
        self.text = text
        self.position = 0

    def skip(self) -> None:
        while self.position < len(self.text) and self.text[self.position] in ' \t\r\n':
            self.position += 1

    def peek(self) -> str:
        self.skip()
        if self.position >= len(self.text):
            raise EOFError
        return self.text[self.position]

    def node(self, flow: bool):
        self.skip()
        if self.position >= len(self.text):
            if flow:
                raise EOFError
            return None
        first = self.text[self.position]
        if first == '[':
            return self._list()
        if first == '{':
            return self._map()
        if first in '"\'':
            return self.quoted()
        return self._plain(flow)

    def quoted(self) -> str:
        quote = self.text[self.position]
        end = self.position + 1
        while True:
            if end >= len(self.text):
                raise EOFError
            if quote == '"' and self.text[end] == '\\':
                end += 2
            elif self.text[end] != quote:
                end += 1
            elif quote == "'" and self.text[end:end + 2] == "''":
                end += 2
            else:
                break
        inner = self.text[self.position + 1:end]
        self.position = end + 1
        if quote == "'":
            return inner.replace("''", "'")
        try:
            return json.loads(f'"{inner}"', strict=False)
        except ValueError as error:
            raise ParserError(f'bad escape in {inner!r}') from error

    def _plain(self, flow: bool):
        end = self.position
        while end < len(self.text) and not (flow and (self.text[end] in ',]}[{' or self.text[end:end + 2] in (': ', ':\n'))):
            end += 1
        text = self.text[self.position:end]
        self.position = end
        if not flow and (': ' in text or text.endswith(':')):
            raise ParserError(f'mapping values are not allowed here: {text}')
        return plain(text)

    def _list(self) -> list:
        self.position += 1
        items = []
        while self.peek() != ']':
            items.append(self.node(flow=True))
            self._separator(']')
        self.position += 1
        return items

    def _map(self) -> dict:
        self.position += 1
        items = {}
        while self.peek() != '}':
            key = self.node(flow=True)
            if self.peek() != ':':
                raise ParserError("expected ':' in a flow mapping")
            self.position += 1
            items[key] = self.node(flow=True)
            self._separator('}')
        self.position += 1
        return items

    def _separator(self, end: str) -> None:
        if self.peek() == ',':
            self.position += 1
        elif self.peek() != end:
            raise ParserError(f"expected ',' or '{end}'")
