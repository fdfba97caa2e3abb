"""A small threaded HTTP/1.1 server over a socket that somebody else opened.

Sharing the socket is the point: a server's master opens it, and connections are accepted by the kernel and wait there until some
worker has booted (facts §4.2, "connections are accepted and *wait*").
"""

import selectors
import socket
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]  # names in lower case
    body: bytes
    remote: str


@dataclass
class Response:
    status: int = 200
    body: bytes | str = b''
    content_type: str = 'application/json'
    headers: dict[str, str] = field(default_factory=dict)


class HttpServer:
    """Accepts connections and answers each request with app(request). Where that is None the connection is closed without an answer."""

    def __init__(self, listener: socket.socket, app, logger, access_log=None, keepalive: float = 60, refuses=lambda headers: False):
        self.app = app
        self.refuses = refuses  # by the headers, in the same way
        self.logger = logger
        self.access_log = access_log
        self.keepalive = keepalive  # seconds that a connection may be idle, the first time included
        self._listener = listener
        self._listener.setblocking(False)
        self._wake_in, self._wake_out = socket.socketpair()
        self._condition = threading.Condition()
        self._busy = 0
        self.stopping = False

    def start(self) -> None:
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self, seconds: float) -> None:
        """Accepts nothing any more and waits for the requests in flight (facts §4.2: a stop is graceful)."""
        self.stopping = True
        self._wake_out.send(b'x')
        deadline = time.monotonic() + seconds
        with self._condition:
            while self._busy and (left := deadline - time.monotonic()) > 0:
                self._condition.wait(left)

    def _accept(self) -> None:
        selector = selectors.DefaultSelector()
        selector.register(self._listener, selectors.EVENT_READ)
        selector.register(self._wake_in, selectors.EVENT_READ)
        while True:
            selector.select()
            if self.stopping:
                break
            try:
                connection, address = self._listener.accept()
            except BlockingIOError:  # another worker was faster
                continue
            connection.setblocking(True)
            threading.Thread(target=self._serve, args=(connection, address), daemon=True).start()
        selector.close()
        for end in (self._listener, self._wake_in, self._wake_out):
            end.close()

    def _serve(self, connection: socket.socket, address) -> None:
        try:
            _Handler(connection, address, self)
        except (ConnectionError, TimeoutError):
            pass
        finally:
            connection.close()

    def busy(self, change: int) -> None:
        with self._condition:
            self._busy += change
            self._condition.notify_all()

    def handle(self, request: Request) -> Response | None:
        try:
            return self.app(request)
        except Exception:  # an error of the stand-in itself must not kill the connection
            self.logger.exception('Request failed')
            return Response(500, 'Internal Server Error', 'text/plain')


class _Handler(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    server: HttpServer  # type: ignore[assignment]

    def handle_one_request(self) -> None:
        self.connection.settimeout(self.server.keepalive)
        self.raw_requestline = self.rfile.readline(65537)
        self.connection.settimeout(None)
        if not self.raw_requestline:
            self.close_connection = True
            return
        self.server.busy(1)
        try:
            if self.parse_request():
                self._answer()
        finally:
            self.server.busy(-1)
            if self.server.stopping:
                self.close_connection = True

    def _answer(self) -> None:
        if self.server.refuses(self.headers):
            self.close_connection = True
            return
        parts = urlsplit(self.path)
        request = Request(
            method=self.command,
            path=unquote(parts.path),
            query={name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()},
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(int(self.headers.get('Content-Length') or 0)),
            remote=str(self.client_address[0]),
        )
        response = self.server.handle(request)
        if response is None:
            self.close_connection = True
            return
        body = response.body.encode() if isinstance(response.body, str) else response.body
        self.wfile.write(self._head(response, len(body)) + (b'' if self.command == 'HEAD' else body))
        if self.server.access_log:
            self.server.access_log(request, response.status, len(body))

    def _head(self, response: Response, length: int) -> bytes:
        try:
            phrase = HTTPStatus(response.status).phrase
        except ValueError:
            phrase = 'Unknown'
        # The year is missing in the date that Zato's servers send (facts §7.0).
        lines = [f'HTTP/1.1 {response.status} {phrase}', 'Server: Zato stand-in',
            f'Date: {datetime.utcnow():%a, %d %b %H:%M:%S} GMT', f'Content-Type: {response.content_type}', f'Content-Length: {length}']
        lines += [f'{name}: {value}' for name, value in response.headers.items()]
        if self.close_connection or self.server.stopping:
            lines.append('Connection: close')
        return ('\r\n'.join(lines) + '\r\n\r\n').encode()


def listen(host: str, port: int, is_shared: bool = False) -> socket.socket:
    """A shared one may be opened by several processes, between which the kernel divides the connections."""
    family = socket.AF_INET6 if ':' in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if is_shared:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind((host, port))
    listener.listen(512)
    return listener
