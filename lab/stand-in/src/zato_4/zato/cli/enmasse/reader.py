"""From a file to what it declares."""

import os
from uuid import uuid4

import yaml

_PREFIX = 'Zato_Enmasse_Env.'

Declared = dict[str, list[dict]]


def read(path: str) -> Declared:
    """A file that is missing, or no YAML, is an exception: exit code 16. Trap (facts §8): keys that nobody knows are no error."""
    if not os.path.exists(path):
        raise ValueError(f'Path does not exist -> {path}')
    with open(path, encoding='utf8') as source:
        data = yaml.safe_load(source)
    for included in data.pop('include', []):
        for key, items in read(os.path.join(os.path.dirname(os.path.abspath(path)), included)).items():
            data.setdefault(key, []).extend(items)
    return {key: [_resolved(item) for item in items] for key, items in data.items() if isinstance(items, list)}


def referred_services(declared: Declared) -> set[str]:
    return {item['service'] for key in ('channel_rest', 'scheduler') for item in declared.get(key, []) if item.get('service')}


def _resolved(item):
    return {key: _value(value) for key, value in item.items()} if isinstance(item, dict) else item


def _value(value):
    """Values from the environment. Trap (facts §8): a missing variable becomes a placeholder, and nothing is reported."""
    if not isinstance(value, str):
        return value
    name = value[2:-1] if value.startswith('${') and value.endswith('}') else value[len(_PREFIX):] if value.startswith(_PREFIX) else None
    if name is None:
        return value
    found = os.environ.get(name, f'Missing_{name}_{uuid4().hex[:12]}')
    return {'true': True, 'false': False}.get(found.lower(), found)
