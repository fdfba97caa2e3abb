import { ChildProcessWithoutNullStreams } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer, Server } from "node:net";
import { join } from "node:path";
import { TlsCertificate, WebAdminOptions } from "cdktf-zato";
import { FRAMEWORK } from "../../lib/framework";
import { temporaryFolder } from "../support/bash";
import { newDeployment, newStack } from "../support/stack";
import { synthTo } from "../support/synth";
import { compiledProgram } from "./support/program";

const folder = temporaryFolder();
const program = compiledProgram(folder);

jest.setTimeout(60_000);

/** Notes its words, and plays a host on which a login shell says something first. */
const SSH = `printf '%s\\n' "$@" >"$FOLDER/words"; echo 'Welcome'; echo @cdktf-zato; exec cat`;

let started: ChildProcessWithoutNullStreams | undefined;
let taken: Server | undefined;

afterEach(async () => {
  started?.kill("SIGKILL");
  await new Promise((resolve) => (taken ? taken.close(resolve) : resolve(undefined)));
  started = taken = undefined;
});

function stack(webAdmin: WebAdminOptions = {}): string {
  const declared = newStack();
  newDeployment(declared, { webAdmin });
  return synthTo(folder(), declared);
}

const folderOfStack = (): string => join(folder(), "stacks", "stack");

const words = (): string[] => readFileSync(join(folder(), "words"), "utf8").split("\n");

/** What it prints when the tunnel is open, and how it ends when it is told to. */
async function opened(args: readonly string[]): Promise<{ readonly said: string; readonly status: number | null }> {
  const child = (started = program.start(["web-admin", ...args], SSH));
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const said = await Promise.race([
    new Promise<string>((resolve) => child.stdout.once("data", (data: Buffer) => resolve(data.toString()))),
    ended.then(() => ""),
  ]);
  child.kill("SIGINT");
  return { said, status: await ended };
}

async function freePortOfTest(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  taken = server;
  return port;
}

test("the tunnel stays until it is ended; URL, user and password are said when it is open", async () => {
  // GIVEN
  const port = await freePortOfTest();
  taken?.close();
  taken = undefined;

  // WHEN
  const { said, status } = await opened([stack(), "host2", "--port", String(port)]);

  // THEN
  const secret = "/etc/cdktf-zato/secrets/host2/web_admin_password";
  expect(said.split("\n")).toEqual([
    `web-admin of host2: http://127.0.0.1:${port}/`,
    "user: admin",
    `password: in ${secret} on host2; it is printed by`,
    `  npx ${FRAMEWORK.library} ssh '${folderOfStack()}' 'stack/host2' -- sudo cat ${secret}`,
    "end this program to close the tunnel",
    "",
  ]);
  expect(status).toBe(0);
  expect(words()).toEqual(expect.arrayContaining(["StrictHostKeyChecking=yes", "ExitOnForwardFailure=yes"]));
  expect(words().slice(-6)).toEqual([
    "-L",
    `127.0.0.1:${port}:127.0.0.1:8183`,
    "--",
    "10.0.0.12",
    "echo @cdktf-zato; exec cat",
    "",
  ]);
});

test("without a port of one's own, it is web-admin's, or the next one that is free", async () => {
  const port = await freePortOfTest();
  const { said } = await opened([stack({ port }), "host1"]);
  const [, found] = /http:\/\/127\.0\.0\.1:(\d+)\//.exec(said) ?? [];
  expect(Number(found)).toBeGreaterThan(port);
  expect(words()).toContain(`127.0.0.1:${found}:127.0.0.1:${port}`);
});

test("where the cluster's load-balancer serves it, that URL is said too, and the tunnel leads to web-admin itself", async () => {
  const certificate = TlsCertificate.fromHostFile("/etc/ssl/zato.pem");
  const { said } = await opened([stack({ bindAddress: "0.0.0.0", certificate }), "host1"]);
  expect(said).toContain("\nwithout this tunnel: https://10.0.0.11:8184/\n");
  expect(words().join()).toMatch(/:127\.0\.0\.1:8183,--/);
});

test("a port that is none, or taken, is refused before anybody is asked", async () => {
  const port = await freePortOfTest();
  for (const [wanted, problem] of [
    ["0", "'0' is no port; give one of 1 to 65535"],
    ["http", "'http' is no port; give one of 1 to 65535"],
    [String(port), `the port ${port} of this machine is taken; give another one by --port, or none`],
  ] as const) {
    const { status, stderr } = program.run(["web-admin", stack(), "host1", "--port", wanted], SSH);
    expect([status, stderr]).toEqual([2, `${FRAMEWORK.library}: ${problem}\n`]);
  }
});

test("a tunnel that ends by itself is a failure, with the reason", () => {
  const { status, stdout, stderr } = program.run(
    ["web-admin", stack(), "host1"],
    "echo 'no route to host' >&2; exit 255",
  );
  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toBe(`${FRAMEWORK.library}: the tunnel to 10.0.0.11 has ended: no route to host\n`);
});

test("a cluster that is not there is refused with those that are", () => {
  const { status, stderr } = program.run(["web-admin", stack(), "host3"]);
  expect(status).toBe(2);
  expect(stderr).toContain("there is no cluster 'host3'");
  expect(stderr).toContain("it has 'host1', 'host2'");
});
