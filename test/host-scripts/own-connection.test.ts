import { bash, BashResult, PYTHON_SCRIPTS } from "../support/bash";

/** A server of the tests' own user on a free port, of which `asked` has the requests, and our client, which a test may change before. */
const BOTH = `
import http.server, socket, sys, threading
sys.path.insert(0, sys.argv[1])
import os, own_connection
asked = []
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        asked.append(self.headers["Authorization"])
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"answer")
    def log_message(self, *_):
        pass
class Server(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6 if ":" in sys.argv[2] else socket.AF_INET
server = Server((sys.argv[2], 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
def ask():
    url = f"http://{sys.argv[3]}:{server.server_port}/"
    request = own_connection.urllib.request.Request(url, headers={"Authorization": "secret"})
    try:
        print(own_connection.opener().open(request, timeout=2).read().decode())
    except Exception as error:
        print(type(error).__name__, str(error).replace(str(server.server_port), "PORT"))
    print(asked)
`;

function ask(program: string, listens = "127.0.0.1", asked = listens): BashResult {
  return bash('/usr/bin/python3 -I -B -c "$@"', [`${BOTH}\n${program}`, PYTHON_SCRIPTS, listens, asked]);
}

test.each([
  ["127.0.0.1", "127.0.0.1"],
  ["::1", "[::1]"],
  // One that listens everywhere by IPv6, and is asked by IPv4.
  ["::", "127.0.0.1"],
])("a server of our own that listens on %s, asked at %s, gets what is meant for it", (listens, asked) => {
  expect(ask("ask()", listens, asked)).toMatchObject({ status: 0, stdout: "answer\n['secret']\n" });
});

test("whoever else has its port is sent nothing, and is named", () => {
  const { stdout } = ask("os.getuid = lambda: 4711; ask()");
  expect(stdout).toMatch(
    /^HeldByAnother port PORT is held by the user \S+, not by 4711; stop .*: sudo ss -ltnp .*\n\[\]\n$/,
  );
});

test("a connection that nobody has accepted yet is asked about again, until it is known whose it is", () => {
  const { stdout } = ask(`
real, seen = own_connection.holder_of, []
def holder_of(connection):
    seen.append(list(asked))
    return real(connection) if len(seen) == 4 else None
own_connection.holder_of = holder_of
ask()
print(seen)`);
  expect(stdout).toBe("answer\n['secret']\n[[], [], [], []]\n");
});

test("one that nobody accepts in time has not answered, and was sent nothing", () => {
  const { stdout } = ask("own_connection.holder_of = lambda _: None; ask()");
  expect(stdout).toBe("URLError <urlopen error timed out>\n[]\n");
});
