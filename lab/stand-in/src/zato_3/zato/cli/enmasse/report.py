"""Warnings and errors of a run, and the table that they are reported in (facts §7.5)."""

import textwrap
from dataclasses import dataclass, field

from ..command import say

UNKNOWN_ELEMENT = 'E06 unrecognized import element'
TYPE_MISSING = 'E04 type missing'
INVALID_SECURITY_TYPE = 'E09 invalid sec def type'
SERVICE_NAME_MISSING = 'E11 service name missing'
SERVICE_MISSING = 'E12 service missing'
COULD_NOT_IMPORT = 'E13 could not import object'
DEFINITION_MISSING = 'W02 definition missing'

_WIDTHS = (15, 100)


@dataclass
class Report:
    warnings: list[tuple[str, str]] = field(default_factory=list)
    errors: list[tuple[str, str]] = field(default_factory=list)
    missing_services: list[str] = field(default_factory=list)

    @property
    def is_ok(self) -> bool:
        return not (self.warnings or self.errors)

    def say(self) -> None:
        """The only sign of a failed import: the exit code is 0."""
        if self.is_ok:
            return
        counts = [f"{len(items)} {noun}{'' if len(items) == 1 else 's'}"
            for items, noun in ((self.warnings, 'warning'), (self.errors, 'error'))]
        rows = [(f'{kind}{number:04}/{code}', text) for kind, items in (('err', self.errors), ('warn', self.warnings))
            for number, (code, text) in enumerate(items, 1)]
        say(f'{counts[0]} and {counts[1]} found:\n' + _table([('Key', 'Value'), *rows]))


def _table(rows: list[tuple[str, str]]) -> str:
    rule = '+' + '+'.join('-' * (width + 2) for width in _WIDTHS) + '+'
    out = [rule]
    for row in rows:
        cells = [[piece for line in text.split('\n') for piece in textwrap.wrap(line, width) or ['']]
            for text, width in zip(row, _WIDTHS)]
        for number in range(max(len(cell) for cell in cells)):
            parts = [(cell[number] if number < len(cell) else '').ljust(width) for cell, width in zip(cells, _WIDTHS)]
            out.append('| ' + ' | '.join(parts) + ' |')
        out.append(rule)
    return '\n'.join(out)
