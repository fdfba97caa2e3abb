"""HTTP to programs of our own user on this machine, and to nobody else's.

While a server does not listen, any local user can have its port, and would be sent whatever is meant for it, passwords too. So after
connecting, and before anything is sent, the kernel is asked whose the socket at the other end is.
"""

import glob
import http.client
import os
import pwd
import socket
import sys
import time
import urllib.request

TIME_WAIT = "06"


class HeldByAnother(Exception):
    pass


def opener():
    """Loopback is never behind a proxy, whatever the environment says."""
    return urllib.request.build_opener(urllib.request.ProxyHandler({}), OwnHandler)


class OwnConnection(http.client.HTTPConnection):
    def connect(self):
        super().connect()
        require_own(self.sock)


class OwnHandler(urllib.request.HTTPHandler):
    def http_open(self, request):
        return self.do_open(OwnConnection, request)


def require_own(connection):
    """Waits as long as the connection does for an answer: one that is not accepted yet is nobody's to some kernels."""
    end = time.monotonic() + connection.gettimeout()
    while (holder := holder_of(connection)) is None:
        if time.monotonic() > end:
            raise TimeoutError("timed out")
        time.sleep(0.01)
    if holder != os.getuid():
        port = connection.getpeername()[1]
        raise HeldByAnother(f"port {port} is held by the user {name_of(holder)}, not by {name_of(os.getuid())}; stop what listens there: sudo ss -ltnp 'sport = :{port}'")


def holder_of(connection):
    """The user whose the socket at the other end is, or None where nobody has accepted it."""
    ends = {(place(connection.getpeername(), mapped), place(connection.getsockname(), mapped)) for mapped in (False, True)}
    for table in glob.glob("/proc/self/net/tcp*"):
        with open(table, encoding="ascii") as lines:
            for _, local, remote, state, _, _, _, uid, _, inode, *_ in map(str.split, lines):
                if (local, remote) in ends and state != TIME_WAIT and (uid != "0" or inode != "0"):
                    return int(uid)
    return None


def place(address, mapped):
    """An address and its port as the kernel lists them; one of IPv4 as a socket for IPv6 has it, too."""
    host, port = address[0].split("%")[0], address[1]
    if ":" in host:
        packed = socket.inet_pton(socket.AF_INET6, host)
    else:
        packed = (b"\0" * 10 + b"\xff\xff" if mapped else b"") + socket.inet_pton(socket.AF_INET, host)
    words = (int.from_bytes(packed[start : start + 4], sys.byteorder) for start in range(0, len(packed), 4))
    return "".join(f"{word:08X}" for word in words) + f":{port:04X}"


def name_of(uid):
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
