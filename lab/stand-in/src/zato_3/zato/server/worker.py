"""A worker process: boots, registers the server, answers requests until it is told to stop."""

import logging
import os
import socket
import time
from datetime import datetime

from ..common.db import IntegrityError, OperationalError
from ..common.http_server import HttpServer
from ..common.prefork import BootError, block_stop_signals, wait_for_stop
from ..common.settings import Settings
from .boot_lock import BootLock
from .broker import Broker
from .config import ServerConfig
from .context import ServerContext
from .hot_deploy import Deployer
from .http_app import HttpApp
from . import internal, registry  # noqa: F401
from .invoker import Invoker
from .ipc import Ipc
from .kvdb import Kvdb
from .memory import Memory
from .preferred_address import PreferredAddressError, preferred_address
from .service_store import ServiceStore
from .user_conf import UserConf


def run_worker(index: int, config: ServerConfig, listener: socket.socket, lock: BootLock, timing: Settings) -> None:
    logger = logging.getLogger('zato')
    context = ServerContext(config, timing, config.odb(), logger, index, os.getpid())
    context.parts.update(memory=Memory(context), store=ServiceStore(context), invoker=Invoker(context), ipc=Ipc(context),
        broker=Broker(context), deployer=Deployer(context), user_conf=UserConf(context), kvdb=Kvdb(config.conf['kvdb']))

    lock.acquire(index)
    try:
        context.user_conf.read()
        _boot(context)
    finally:
        lock.release()

    block_stop_signals()
    context.ipc.start()
    server = HttpServer(listener, HttpApp(context), logger, keepalive=config.keepalive)
    server.start()
    if index == 0:
        context.deployer.start_watching()
        context.user_conf.start_watching()
    logger.info('Worker %s of server %s is ready', index, config.name)

    wait_for_stop()
    context.stopping.set()
    server.stop(timing.graceful_seconds)
    if index == 0:
        _register(context, 'clean-down')


def _boot(context: ServerContext) -> None:
    _wait_for_odb(context)
    try:
        with context.odb.session() as session:
            server = session.first('''SELECT s.id, s.cluster_id FROM server s JOIN cluster c ON c.id = s.cluster_id
                WHERE s.name = %(server)s AND c.name = %(cluster)s''', server=context.name, cluster=context.cluster_name)
        if not server:
            raise BootError(f'Server {context.name} of cluster {context.cluster_name} is not in the ODB')
        context.id, context.cluster_id = server['id'], server['cluster_id']
        _register_internal_services(context)
        context.memory.load()
        context.deployer.deploy_at_start()
        if context.index == 0:
            _register(context, 'running')
    except (OperationalError, IntegrityError, PreferredAddressError) as error:
        raise BootError(f'{type(error).__name__}: {error}') from error


def _wait_for_odb(context: ServerContext) -> None:
    """Trap (facts §4.2): without a database the server gives up after a while and exits with 3."""
    deadline = time.monotonic() + context.settings.odb_seconds
    while True:
        try:
            with context.odb.session() as session:
                session.all('SELECT 1 AS alive')
            return
        except OperationalError as error:
            if time.monotonic() > deadline:
                raise BootError(f'ODB cannot be reached: {error}') from error
            time.sleep(0.2)


def _register_internal_services(context: ServerContext) -> None:
    """Trap (facts §4.2): whoever looks first inserts, without a lock over the cluster. Two servers that start at the same time on
    a fresh ODB both find nothing, and the second one violates service_name_cluster_id_key. Later starts find everything."""
    with context.odb.session() as session:
        rows = session.all('SELECT name FROM service WHERE cluster_id = %(cluster)s', cluster=context.cluster_id)
    missing = sorted(set(registry.names()) - {row['name'] for row in rows})
    time.sleep(context.settings.boot_seconds)
    with context.odb.session() as session:
        for name in missing:
            session.insert('service', name=name, is_active=True, is_internal=True, cluster_id=context.cluster_id,
                impl_name=f'zato.server.service.internal.{name}')


def _register(context: ServerContext, status: str) -> None:
    """The server's own row in the ODB: where others reach it, and whether it runs (facts §2, §7.6)."""
    host, port = context.config.bind
    values = {'host': socket.gethostname(), 'bind_host': host, 'bind_port': port, 'up_status': status,
        'up_mod_date': datetime.utcnow(), 'preferred_address': preferred_address(context.config), 'crypto_use_tls': False}
    try:
        with context.odb.session() as session:
            session.update('server', context.id, **values)
    except OperationalError:
        if status == 'running':
            raise
        context.logger.warning('Could not store the status of the server: the ODB cannot be reached')
