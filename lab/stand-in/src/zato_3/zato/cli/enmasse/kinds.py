"""The kinds of objects that enmasse knows: their names in a file, and the services that handle them (facts §II.2)."""

import re

from ...server.internal.objects import PREFIXES
from ...server.internal.security import KINDS as SECURITY_KINDS

_NAMES = {'zato.definition.': 'def_', 'zato.email.': 'email_', 'zato.notif.': 'notif_', 'zato.outgoing.': 'outconn_',
    'zato.pubsub.': 'pubsub_', 'zato.security.': '', 'zato.channel.': 'channel_'}
_SPECIAL = {'zato.channel.web-socket': 'web_socket'}

# Names in a file -> names that the code works with
ALIASES = {
    'security': 'def_sec',
    'channel_rest': 'channel_plain_http',
    'outgoing_rest': 'outconn_plain_http',
    'outgoing_ldap': 'zato_generic_connection',
    'outgoing_wsx': 'zato_generic_connection',
}
# Names in a file -> the type of generic connection that they stand for
GENERIC_TYPES = {'outgoing_ldap': 'outconn-ldap', 'outgoing_wsx': 'outconn-wsx'}
EXPORT_NAMES = {'def_sec': 'security', 'channel_plain_http': 'channel_rest', 'outconn_plain_http': 'outgoing_rest'}

# item type -> connection, transport
HTTP_KINDS = {
    'channel_soap': ('channel', 'soap'),
    'channel_plain_http': ('channel', 'plain_http'),
    'outconn_soap': ('outgoing', 'soap'),
    'outconn_plain_http': ('outgoing', 'plain_http'),
}

NO_SECURITY = 'zato-no-security'
SECURITY_PREFIXES = tuple(SECURITY_KINDS.values())
SECURITY_TYPES = {**{name: name for name in SECURITY_KINDS}, 'bearer_token': 'oauth'}


def _name(prefix: str) -> str:
    if prefix in _SPECIAL:
        return _SPECIAL[prefix]
    for start, replacement in _NAMES.items():
        if prefix.startswith(start):
            return replacement + re.sub('[.-]', '_', prefix[len(start):])
    return re.sub('[.-]', '_', prefix)


# Item type -> prefix of its services. The order is that of an import: what others depend on comes first.
SERVICES: dict[str, str] = {
    **SECURITY_KINDS,
    'http_soap': 'zato.http-soap',
    # Trap (tried on 3.3): after the channels that take clients of them.
    'security_groups': 'zato.groups',
    'outconn_sql': 'zato.outgoing.sql',
    'scheduler': 'zato.scheduler.job',
    **{_name(prefix): prefix for prefix in PREFIXES},
}

# Kinds with a `change-password` service; basic_auth goes another way.
HAS_PASSWORD = {'outconn_sql', *(name for name in SECURITY_KINDS if name != 'basic_auth')}


def is_known(name: str) -> bool:
    return name in ALIASES or name == 'def_sec' or name in HTTP_KINDS or name in SERVICES


def is_ignored(item_type: str, name: str) -> bool:
    """Trap: an object with `zato` in its name is not seen when existing objects are listed, so it is neither exported nor edited,
    and a second import tries to create it again. Security definitions are excepted."""
    return item_type not in SECURITY_KINDS and item_type != 'security_groups' and 'zato' in name.lower()
