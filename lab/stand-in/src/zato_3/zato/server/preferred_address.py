"""The address under which a server registers itself in the ODB (facts §2, §3)."""

import fcntl
import ipaddress
import socket
import struct

from ..common import conf
from .config import ServerConfig

_SIOCGIFADDR = 0x8915
_DEFAULT_NETWORKS = '10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16'


class PreferredAddressError(Exception):
    """No address that other servers could use to reach this one."""


def local_addresses() -> list[str]:
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _, interface in socket.if_nameindex():
            try:
                answer = fcntl.ioctl(probe, _SIOCGIFADDR, struct.pack('256s', interface.encode()[:15]))
            except OSError:  # this interface has no IPv4 address
                continue
            found.append(socket.inet_ntoa(answer[20:24]))
    return found


def preferred_address(config: ServerConfig) -> str:
    stanza = config.conf['preferred_address']
    loopback_allowed = conf.is_true(stanza.get('allow_loopback', 'False'))
    if address := stanza.get('address'):
        if ipaddress.ip_address(address).is_loopback and not loopback_allowed:
            raise PreferredAddressError(f'Loopback address {address} is not allowed (preferred_address.allow_loopback)')
        return address
    addresses = local_addresses()
    for item in (part.strip() for part in (stanza.get('ip') or _DEFAULT_NETWORKS).split(',')):
        try:
            network = ipaddress.ip_network(item)
        except ValueError:  # the name of an interface, which the stand-in does not look up
            continue
        for address in addresses:
            if ipaddress.ip_address(address) in network:
                return address
    if conf.is_true(stanza.get('boot_if_preferred_not_found', 'False')):
        return addresses[0]
    raise PreferredAddressError('Unable to start the server. Could not find a preferred address, configure [preferred_address]')
