"""From a file to objects: names are unified, defaults filled in."""

import json
import os
import re

import yaml

from ..command import Exit, say
from .. import exit_codes
from . import kinds, report

_PLACEHOLDER = re.compile(r'\{Zato_Enmasse_Env\.(\w+)\}')

Objects = dict[str, list[dict]]


def parse_file(path: str) -> Objects:
    """Exits with 15 if the file has something unknown in it; broken YAML is an exception, that is exit code 16."""
    data = _read(path)
    found = report.Report()
    objects: Objects = {}
    for name, items in data.items():
        if not kinds.is_known(name):
            found.errors.append((report.UNKNOWN_ELEMENT, f'Ignoring unknown element type {name} in the input.'))
            continue
        for item in items or []:
            generic = {'type_': kinds.GENERIC_TYPES[name]} if name in kinds.GENERIC_TYPES else {}
            _add(objects, kinds.ALIASES.get(name, name), {**item, **generic}, found)
    if not found.is_ok:
        say('Input parsing failed')
        found.say()
        raise Exit(exit_codes.INVALID_INPUT)
    return objects


def _read(path: str) -> dict:
    """Trap (facts §7.5): a file that is missing is reported, and then nothing is imported, successfully."""
    extension = path.rpartition('.')[2].lower()
    if extension not in ('json', 'yaml', 'yml'):
        say(f'Unrecognized file extension "{extension}": must be one of json, yaml, yml')
        raise Exit(exit_codes.INVALID_INPUT)
    try:
        with open(path, encoding='utf8') as source:
            text = source.read()
        if extension == 'json':
            return json.loads(text)
        # As the real one reads it: YAML 1.1, in which the last one of equal keys counts.
        return yaml.load(_PLACEHOLDER.sub(lambda match: os.environ.get(match[1], f'Missing_Value_{match[1]}'), text), yaml.FullLoader) or {}
    except (OSError, ValueError) as error:
        say(f'Caught an exception -> {error}')
        return {}


def _add(objects: Objects, name: str, item: dict, found: report.Report) -> None:
    item.setdefault('is_active', True)
    if 'service' in item or 'service_name' in item:
        item.setdefault('service', item.get('service_name'))
        item.setdefault('service_name', item.get('service'))
    if name == 'def_sec':
        sec_type = item.pop('type', None)
        if sec_type is None:
            found.errors.append((report.TYPE_MISSING, f"security definition '{item}' has no required 'type' key (def_sec)"))
            return
        if sec_type not in kinds.SECURITY_TYPES:
            found.errors.append((report.INVALID_SECURITY_TYPE,
                f"Invalid type '{sec_type}', must be one of '{sorted(kinds.SECURITY_TYPES)}' (def_sec)"))
            return
        name = kinds.SECURITY_TYPES[sec_type]
    elif name in kinds.HTTP_KINDS:
        item['connection'], item['transport'] = kinds.HTTP_KINDS[name]
        if not any(key in item for key in ('security', 'sec_def', 'security_name')):
            item['security_name'] = kinds.NO_SECURITY
        name = 'http_soap'
    objects.setdefault(name, []).append(item)
