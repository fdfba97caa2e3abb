"""Configuration of a server: server.conf, secrets.conf and the environment that overrides them (facts §3)."""

import fcntl
import ipaddress
import os
import socket
import struct
from dataclasses import dataclass

from ..common import conf, secrets
from ..common.db import Database

ENV_PREFIX = 'Zato_Config_Server_server__conf_'
_SIOCGIFADDR = 0x8915
_DEFAULT_NETWORKS = '10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16'


class PreferredAddressError(Exception):
    """No address that other servers could use to reach this one."""


@dataclass
class ServerConfig:
    base_dir: str
    conf: conf.Conf
    secret_key: str
    odb_password: str

    @property
    def name(self) -> str:
        return self.conf['misc']['initial_server_name']

    @property
    def cluster_name(self) -> str:
        return self.conf['misc']['initial_cluster_name']

    @property
    def bind(self) -> tuple[str, int]:
        host, _, port = self.conf['main']['gunicorn_bind'].rpartition(':')
        return host.strip('[]'), int(port)

    @property
    def workers(self) -> int:
        return int(self.conf['main']['gunicorn_workers'])

    @property
    def keepalive(self) -> float:
        """Trap (facts, "Added later"): an idle connection is closed after two seconds, unless the server is told otherwise."""
        return float(self.conf['main'].get('gunicorn_keepalive') or 2)

    @property
    def ipc_port_start(self) -> int:
        return int(self.conf['main']['ipc_port_start'])

    @property
    def current_dir(self) -> str:
        return os.path.join(self.base_dir, 'work/hot-deploy/current')

    @property
    def pickup_dir(self) -> str:
        return os.path.normpath(os.path.join(self.base_dir, 'config/repo', self.conf['hot_deploy']['pickup_dir']))

    def odb(self) -> Database:
        odb = self.conf['odb']
        return Database(odb['engine'], odb['host'], odb['port'], odb['db_name'], odb['username'], self.odb_password)


def read(base_dir: str, environment=None) -> ServerConfig:
    """With an environment: what a running server sees. Without: what the command line sees, which runs outside the unit's
    environment (trap, facts-3.2 "Also seen": a port changed by environment alone is not known to enmasse)."""
    repo = os.path.join(base_dir, 'config/repo')
    server_conf = conf.read(os.path.join(repo, 'server.conf'))
    if environment:
        override(server_conf, environment)
    secrets_conf = conf.read(os.path.join(repo, 'secrets.conf'))
    key = secrets_conf['secret_keys']['key1']
    secrets.decrypt(key, secrets_conf['zato']['well_known_data'])
    return ServerConfig(base_dir, server_conf, key, secrets.decrypt(key, secrets_conf['zato']['server_conf.odb.password']))


def override(server_conf: conf.Conf, environment) -> None:
    """Zato_Config_Server_server__conf_<stanza>_<key>=value wins over the file."""
    stanzas = sorted(server_conf, key=len, reverse=True)
    for name, value in environment.items():
        if not name.startswith(ENV_PREFIX):
            continue
        rest = name[len(ENV_PREFIX):]
        for stanza in stanzas:
            if stanza and rest.startswith(stanza + '_'):
                server_conf[stanza][rest[len(stanza) + 1:]] = value
                break


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
    """The address under which the server registers itself in the ODB (facts §2, §3)."""
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
