"""What tests of all releases need: ports, waiting, HTTP, and a database that can be cut off."""

import os
import socket
import threading
import time
from urllib.error import HTTPError
from urllib.request import Request, urlopen


def free_ports(count: int) -> list[int]:
    """Ports next to each other."""
    for start in range(20000 + os.getpid() % 5000, 60000, count):
        try:
            for port in range(start, start + count):
                with socket.socket() as probe:
                    probe.bind(('127.0.0.1', port))
            return list(range(start, start + count))
        except OSError:
            continue
    raise RuntimeError('no free ports')


def wait_until(condition, seconds: float = 10.0):
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value or time.monotonic() > deadline:
            return value
        time.sleep(0.05)


def http(method: str, url: str, body: bytes | None = None, headers: dict | None = None, timeout: float = 10.0) -> tuple[int, str]:
    try:
        with urlopen(Request(url, body, headers or {}, method=method), timeout=timeout) as response:
            return response.status, response.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()


class DatabaseProxy:
    """Between the stand-in and its database, so that a test can take the database away."""

    def __init__(self, target: tuple[str, int]):
        self._target = target
        self.port = free_ports(1)[0]
        self._connections: list[socket.socket] = []
        self._listener: socket.socket | None = None
        self.up()

    def up(self) -> None:
        self._listener = socket.create_server(('127.0.0.1', self.port))
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def down(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._connections:
            connection.close()
        self._connections.clear()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            server = socket.create_connection(self._target)
            self._connections += [client, server]
            for source, target in ((client, server), (server, client)):
                threading.Thread(target=self._copy, args=(source, target), daemon=True).start()

    @staticmethod
    def _copy(source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                target.sendall(data)
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
