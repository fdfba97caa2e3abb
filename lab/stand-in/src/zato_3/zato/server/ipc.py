"""Calls between the workers of one server, over a TCP port per worker (facts §3)."""

import json
import logging
import os
import socket
import threading
import time

from .context import ServerContext


def port_file(cluster: str, server: str, pid: int) -> str:
    """Where the port of a worker is found; never cleaned up."""
    return f"/tmp/zato_ipc_port_{cluster.replace('-', '_')}_{server.replace('-', '_')}_{pid}_txt"


class NoIpc(Exception):
    """The worker has no IPC port, because another server took it."""


class Ipc:
    def __init__(self, context: ServerContext):
        self._context = context

    def start(self) -> None:
        """Trap (facts §0.3, §3): if another server has the port there is only this log line; the worker goes on without IPC."""
        context = self._context
        host, port = context.config.conf['main']['ipc_host'], context.config.ipc_port_start + context.index
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen(64)
        except OSError as error:
            context.logger.error("OSError: [Errno %s] Address already in use: ('%s', %s)", error.errno, host, port)
            return
        with open(port_file(context.cluster_name, context.name, context.pid), 'w', encoding='utf8') as out:
            out.write(str(port))
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile('rwb') as stream:
            request = json.loads(stream.readline())
            try:
                if request['server'] != self._context.name:
                    answer = {'error': 'this port belongs to another server'}
                elif 'message' in request:
                    self._context.broker.apply(request['message'])
                    answer = {'data': None}
                else:
                    answer = {'data': self._context.invoker.invoke(request['name'], request['payload'])}
            except Exception as error:
                logging.getLogger('zato').warning('IPC call failed', exc_info=True)
                answer = {'error': f'{type(error).__name__}: {error}'}
            stream.write(json.dumps(answer, default=str).encode() + b'\n')

    def pids(self) -> list[int]:
        """The workers of this server: children of our master, in the order of their age."""
        path = f'/proc/{os.getppid()}/task/{os.getppid()}/children'
        with open(path, encoding='utf8') as source:
            return sorted(int(pid) for pid in source.read().split())

    def _port(self, pid: int) -> int:
        path = port_file(self._context.cluster_name, self._context.name, pid)
        deadline = time.monotonic() + self._context.settings.ipc_wait_seconds
        while not os.path.exists(path):
            self._context.logger.info('Waiting for path -> %s', path)
            if time.monotonic() > deadline:
                raise NoIpc(f'No IPC port of worker {pid}')
            time.sleep(0.5)
        with open(path, encoding='utf8') as source:
            return int(source.read())

    def call(self, pid: int, request: dict, timeout: float = 10.0):
        address = (self._context.config.conf['main']['ipc_host'], self._port(pid))
        with socket.create_connection(address, timeout) as connection, connection.makefile('rwb') as stream:
            stream.write(json.dumps({**request, 'server': self._context.name}).encode() + b'\n')
            stream.flush()
            answer = json.loads(stream.readline())
        if 'error' in answer:
            raise RuntimeError(answer['error'])
        return answer['data']

    def broadcast(self, message: dict) -> None:
        """To every worker of this server; raises NoIpc if this one has no IPC itself. A worker that is still booting misses the
        message and reads everything from the ODB instead."""
        self._port(self._context.pid)
        for pid in self.pids():
            try:
                self.call(pid, {'message': message})
            except (NoIpc, OSError, ValueError, RuntimeError) as error:
                self._context.logger.warning('Worker %s did not take a message: %s', pid, error)
