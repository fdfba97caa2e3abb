"""Enough YAML for enmasse files: the lab's hosts have no YAML library."""

import json
import re
from dataclasses import dataclass

from .yaml_flow import ParserError, is_complete, plain, value

__all__ = ['ParserError', 'dump', 'load']

_KEY = re.compile(r'''("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#\[\]{},"'&*!|>%@`-][^#]*?|-[^\s][^#]*?)\s*:(?:\s+(.*))?$''')
_BLOCK = re.compile(r'([|>])([-+]?)\d?\s*(?:#.*)?$')


@dataclass
class _Line:
    indent: int
    text: str
    raw: str


def load(text: str):
    lines = []
    for raw in text.splitlines():
        stripped = raw.strip()
        if '\t' in raw[:len(raw) - len(raw.lstrip())]:
            raise ParserError("found character '\\t' that cannot start any token")
        lines.append(_Line(len(raw) - len(raw.lstrip(' ')), '' if stripped.startswith('#') else stripped, raw))
    if first := next((line for line in lines if line.text), None):
        if first.text.startswith('---'):
            first.text = first.text[3:].strip()
    reader = _Blocks(lines)
    result = reader.node(0)
    if reader.current():
        raise ParserError(f'did not expect {reader.current().text!r}')
    return result


def _without_comment(text: str) -> str:
    """Drops ` # comment`, but not inside quotes."""
    quote = ''
    for position, character in enumerate(text):
        if quote:
            quote = '' if character == quote and not (quote == '"' and text[position - 1] == '\\') else quote
        elif character in '"\'' and (position == 0 or text[position - 1] in ' [{,:'):
            quote = character
        elif character == '#' and position and text[position - 1] in ' \t':
            return text[:position].rstrip()
    return text


class _Blocks:
    def __init__(self, lines: list[_Line]):
        self._lines = lines
        self._position = 0

    def current(self) -> _Line | None:
        while self._position < len(self._lines) and not self._lines[self._position].text:
            self._position += 1
        return self._lines[self._position] if self._position < len(self._lines) else None

    def node(self, indent: int):
        line = self.current()
        if line is None or line.indent < indent:
            return None
        if line.text == '-' or line.text.startswith('- '):
            return self._sequence(line.indent)
        if _KEY.match(_without_comment(line.text)):
            return self._mapping(line.indent)
        self._position += 1
        return self._inline(line.text, line.indent)

    def _sequence(self, indent: int) -> list:
        items = []
        while (line := self.current()) and line.indent == indent and (line.text == '-' or line.text.startswith('- ')):
            rest = line.text[1:].lstrip()
            if not _without_comment(rest) or rest.startswith('#'):
                self._position += 1
                items.append(self.node(indent + 1))
            else:
                # What follows the dash is a node of its own, as deep as it stands.
                self._lines[self._position] = _Line(indent + len(line.text) - len(rest), rest, line.raw)
                items.append(self.node(indent + 1))
        self._check_indent(indent)
        return items

    def _mapping(self, indent: int) -> dict:
        items = {}
        while (line := self.current()) and line.indent == indent and not line.text.startswith('- '):
            match = _KEY.match(_without_comment(line.text))
            if not match:
                raise ParserError(f'while scanning a simple key: could not find expected ":" in {line.text!r}')
            self._position += 1
            key, rest = value(match.group(1)), match.group(2) or ''
            if rest:
                items[key] = self._inline(rest, indent)
            else:
                following = self.current()
                is_list = following and following.indent == indent and (following.text == '-' or following.text.startswith('- '))
                items[key] = self._sequence(indent) if is_list else self.node(indent + 1)
        self._check_indent(indent)
        return items

    def _check_indent(self, indent: int) -> None:
        line = self.current()
        if line and line.indent > indent:
            raise ParserError(f'did not expect the indentation of {line.text!r}')

    def _inline(self, text: str, indent: int):
        if match := _BLOCK.match(text):
            return self._block_scalar(indent, *match.groups())
        text = _without_comment(text)
        while text[0] in '[{"\'' and not is_complete(text):
            if self._position >= len(self._lines):
                raise ParserError(f'unexpected end of the document in {text!r}')
            text += '\n' + _without_comment(self._lines[self._position].raw.strip())
            self._position += 1
        if text[0] in '[{"\'':
            return value(text)
        # A plain scalar goes on in lines that are indented more.
        while (line := self.current()) and line.indent > indent:
            text += ' ' + _without_comment(line.text)
            self._position += 1
        if ': ' in text or text.endswith(':'):
            raise ParserError(f'mapping values are not allowed here: {text!r}')
        return plain(text)

    def _block_scalar(self, indent: int, style: str, chomp: str) -> str:
        lines: list[str] = []
        while self._position < len(self._lines):
            line = self._lines[self._position]
            if line.raw.strip() and line.indent <= indent:
                break
            lines.append(line.raw)
            self._position += 1
        depth = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
        body = [line[depth:].rstrip() for line in lines]
        while body and not body[-1]:
            body.pop()
        text = '\n'.join(body) if style == '|' else ' '.join(body)
        return text if chomp == '-' or not text else text + '\n'


def dump(sections: dict[str, list[dict]]) -> str:
    """Lists of flat objects under keys; strings are quoted where they would be read as something else."""
    out = []
    for name, items in sections.items():
        out.append(f'{name}:')
        for item in items:
            for number, (key, entry) in enumerate(item.items()):
                out.append(f"  {'-' if number == 0 else ' '} {key}: {_scalar(entry)}")
            out.append('')
    return '\n'.join(out) + '\n' if out else '{}\n'


def _scalar(entry) -> str:
    if isinstance(entry, str):
        is_safe = re.match(r'[A-Za-z/][\w./ +:-]*$', entry) and ': ' not in entry and not entry.endswith((':', ' '))
        return entry if is_safe and plain(entry) == entry else json.dumps(entry)
    return json.dumps(entry, sort_keys=True)
