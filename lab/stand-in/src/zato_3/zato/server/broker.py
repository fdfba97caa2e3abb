"""Changes of configuration: to all servers of the cluster over HTTP, then to all workers of each over IPC (facts §II.5)."""

import json
import threading
from base64 import b64encode

from ..common.db import OperationalError
from ..common.http_client import post
from .context import ServerContext
from .ipc import NoIpc

INVOKER = 'zato.service.rpc-service-invoker'


class Broker:
    def __init__(self, context: ServerContext):
        self._context = context

    def publish(self, action: str, **details) -> None:
        """Tells every running server of the cluster, this one included; returns when all have answered or given up."""
        message = {'action': action, **details}
        with self._context.odb.session() as session:
            servers = session.all('''SELECT name, preferred_address, bind_port FROM server
                WHERE cluster_id = %(cluster)s AND up_status = 'running' ''', cluster=self._context.cluster_id)
        calls = [threading.Thread(target=self._send, args=(server, message)) for server in servers]
        for call in calls:
            call.start()
        for call in calls:
            call.join()

    def _send(self, server: dict, message: dict) -> None:
        address = f"http://{server['preferred_address']}:{server['bind_port']}/zato/internal/invoke"
        envelope = {'name': INVOKER, 'payload': b64encode(json.dumps(message).encode()).decode()}
        username, password = self._context.memory.internal_credentials()
        try:
            status, body = post(address, envelope, username, password, timeout=15)
        except OSError as error:
            status, body = 0, str(error)
        if status != 200:
            self._context.logger.warning('Server %s (%s) did not take %s: %s %s', server['name'], address, message['action'],
                status, body[:500])

    def receive(self, message: dict) -> None:
        """A message from a server of the cluster. Trap (facts §3): without IPC the workers of this server never learn of it."""
        context = self._context
        try:
            if message['action'] == 'HOT_DEPLOY_CREATE_SERVICE':
                context.ipc.call(context.pid, {'name': 'zato.ping', 'payload': {}})
                file_name = context.deployer.deploy_package(message['package_id'])
                if file_name:
                    context.ipc.broadcast({'action': 'IMPORT_FILE', 'file_name': file_name, 'except_pid': context.pid})
            else:
                context.ipc.broadcast(message)
                if message['action'] == 'SERVICE_DELETE':
                    context.deployer.remove_file(message['file_name'])
        except NoIpc as error:
            context.logger.warning('Could not handle broker message %s: %s', message['action'], error)
        except OperationalError as error:
            context.logger.warning('Could not handle broker message %s: %s', message['action'], error)

    def apply(self, message: dict) -> None:
        """A message to this worker."""
        context, action = self._context, message['action']
        if action == 'IMPORT_FILE':
            if message['except_pid'] != context.pid:
                context.store.import_file(message['file_name'])
        elif action == 'SERVICE_DELETE':
            context.store.delete(message['name'])
        else:
            context.memory.apply(action, message)
