"""Answers Zato's servers in place of a scheduler, until its input ends: scheduler_ear.py PORT

A server that tells of a job, and that nobody answers, goes on to tell of it every 3 seconds until it is started anew. What it tells
is in the ODB by then, where a scheduler finds it when it starts.
"""

import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# What is told is not looked at, and anybody on the host may tell it.
MOST_BYTES = 2**20


class Answer(BaseHTTPRequestHandler):
    timeout = 10

    def do_POST(self):
        self.rfile.read(min(int(self.headers.get("Content-Length", 0)), MOST_BYTES))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format, *values):
        pass


def main():
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    main()
