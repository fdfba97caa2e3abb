import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { bash, HOST_SCRIPTS, temporaryFolder } from "../support/bash";

const folder = temporaryFolder();

const TRIES = 5;

/** Imports on a host whose servers look for a scheduler on a port; gives what a server gets that tells of a job meanwhile. */
function told(
  port: number,
  { environment = `Zato_Config_Server_server__conf_scheduler_scheduler_port="${port}"`, runs = "" } = {},
): string {
  writeFileSync(join(folder(), "environment"), `TZ="UTC"\n${environment}\n`);
  const { stdout } = bash(
    `set -euo pipefail; scripts=$1 work=$2 state=$2; . "$1/lib/net.sh"; . "$1/release/zato-3/content.sh"
     folders_of_this_cluster() { echo "$work"; }; enter_component() { :; }; file() { echo "$work/$1"; }
     as_zato_with_input() { "$@"; }; script_for_zato() { echo "$scripts/release/zato-3/$1"; }
     admin() { :; }; for_zato() { echo "$1"; }; first_server() { echo here; }
     ${runs}
     prepare_import
     for ((try = 0; try < ${TRIES}; try++)); do
       curl -sS -m 5 -o "$work/answer" -w '%{http_code} ' -d '{"action": "102"}' "http://127.0.0.1:$3/" 2>/dev/null && cat "$work/answer" && break
       sleep 0.5
     done`,
    [HOST_SCRIPTS, folder(), String(port)],
  );
  return stdout;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const isRefused = (port: number): boolean =>
  bash(`! (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null`, [String(port)]).status === 0;

test("GIVEN no scheduler runs here, THEN a server that tells of a job is answered as long as the import lasts", async () => {
  const port = await freePort();
  // It takes a moment to begin; a server tries again.
  expect(told(port)).toMatch(/^(000 )*200 {}$/);
  const end = Date.now() + 5000;
  while (!isRefused(port) && Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(isRefused(port)).toBe(true);
});

test("GIVEN a scheduler runs here, THEN it is the one that is told", async () => {
  const scheduler =
    "import http.server as h, sys; h.HTTPServer(('127.0.0.1', int(sys.argv[1])), h.BaseHTTPRequestHandler).serve_forever()";
  const runs = `python3 -c "${scheduler}" "$3" 2>/dev/null & trap "kill $!" EXIT; until reaches 127.0.0.1 "$3"; do sleep 0.1; done`;
  // It knows no POST.
  expect(told(await freePort(), { runs })).toMatch(/^501 /);
});

test("GIVEN servers that say of no scheduler, or none at all, THEN nobody answers, and the import goes on", async () => {
  const port = await freePort();
  expect(told(port, { environment: "" })).toBe("000 ".repeat(TRIES));
  expect(told(port, { runs: "folders_of_this_cluster() { :; }" })).toBe("000 ".repeat(TRIES));
});
