"""What a server does before its port opens."""

import logging
import os
import socket
import time
from datetime import datetime

from ..common.db import MYSQL, OperationalError
from ..common.settings import Settings
from . import internal, internal_jobs, mcp_gateway, redis_users, registry  # noqa: F401
from .boot_tasks import encrypt_passwords
from .config import ServerConfig
from .context import ServerContext
from .deployer import Deployer
from .invoker import Invoker
from .kvdb import Kvdb
from .memory import Memory
from .scheduler_link import SchedulerLink
from .service_store import ServiceStore
from .side_databases import SideDatabases
from .user_conf import UserConf


def boot(config: ServerConfig, timing: Settings, logger: logging.Logger) -> ServerContext:
    context = ServerContext(config, timing, config.odb(), logger, 0, os.getpid())
    context.parts.update(memory=Memory(context), store=ServiceStore(context), invoker=Invoker(context), deployer=Deployer(context),
        scheduler=SchedulerLink(context), side_databases=SideDatabases(), user_conf=UserConf(context),
        # The connection itself, where 3.x has one that has it.
        kvdb=Kvdb(config.conf['redis']).conn)
    _wait_for_odb(context)
    _refuse_mysql(context)
    with context.odb.session() as session:
        server = session.one('''SELECT s.id, s.cluster_id FROM server s JOIN cluster c ON c.id = s.cluster_id
            WHERE s.name = %(server)s AND c.name = %(cluster)s''', server=context.name, cluster=context.cluster_name)
    context.id, context.cluster_id = server['id'], server['cluster_id']
    _register_internal_services(context)
    with context.odb.session() as session:
        internal_jobs.ensure(session, context.cluster_id)
    encrypt_passwords(context)
    context.side_databases.open()
    context.memory.load()
    context.user_conf.read()
    context.deployer.deploy_at_start()
    mcp_gateway.build(context.store)
    context.scheduler.start()
    redis_users.start(context.logger)
    _register(context)
    return context


def _wait_for_odb(context: ServerContext) -> None:
    """Trap (facts §4): a start without a database fails, so that the unit goes in circles until there is one."""
    deadline = time.monotonic() + context.settings.odb_seconds
    while True:
        try:
            with context.odb.session() as session:
                session.all('SELECT 1 AS alive')
            return
        except OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def _refuse_mysql(context: ServerContext) -> None:
    """Trap (facts §0.6): all commands that create something have worked."""
    if context.odb.dialect == MYSQL:
        raise OperationalError(4079, "Illegal parameter data type bigint for operation 'get_lock'")


def _register_internal_services(context: ServerContext) -> None:
    """Trap (facts §3): two servers that start at the same time on a fresh ODB both find nothing, and the second one
    violates service_name_cluster_id_key. Later starts find everything."""
    with context.odb.session() as session:
        rows = session.all('SELECT name FROM service WHERE cluster_id = %(cluster)s', cluster=context.cluster_id)
    missing = sorted(set(registry.names()) - {row['name'] for row in rows})
    time.sleep(context.settings.boot_seconds)
    with context.odb.session() as session:
        for name in missing:
            session.insert('service', name=name, is_active=True, is_internal=True, cluster_id=context.cluster_id,
                impl_name=f'zato.server.service.internal.{name}')


def _register(context: ServerContext) -> None:
    host, port = context.config.bind
    with context.odb.session() as session:
        session.update('server', context.id, host=socket.gethostname(), bind_host=host, bind_port=port, up_status='running',
            up_mod_date=datetime.utcnow(), preferred_address=host, crypto_use_tls=False)
