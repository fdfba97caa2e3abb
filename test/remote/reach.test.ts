import { createServer } from "node:net";
import { join } from "node:path";
import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { HOST_SCRIPTS, temporaryFolder } from "../support/bash";
import { newHost, newStack, SSH, HOST_KEY } from "../support/stack";
import { Template } from "../support/template";

const folder = temporaryFolder();

// What does not answer is given up after five seconds.
jest.setTimeout(30_000);

interface Ended {
  readonly status: number | null;
  readonly output: string;
  readonly seconds: number;
}

/** Runs `reach.sh` as Terraform does. */
function reach(port: number, env: Record<string, string> = {}): Promise<Ended> {
  const begun = Date.now();
  const child = spawn("/bin/sh", [join(HOST_SCRIPTS, "reach.sh")], {
    env: {
      ...process.env,
      reach_host: "host1",
      reach_address: "127.0.0.1",
      reach_port: String(port),
      reach_seconds: "1",
      ...env,
    },
  });
  let output = "";
  child.stdout.on("data", (data: Buffer) => (output += data.toString()));
  child.stderr.on("data", (data: Buffer) => (output += data.toString()));
  return new Promise((resolve) =>
    child.on("close", (status) => resolve({ status, output, seconds: (Date.now() - begun) / 1000 })),
  );
}

async function withServer<T>(action: (port: number) => Promise<T>): Promise<T> {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await action((server.address() as { port: number }).port);
  } finally {
    server.close();
  }
}

/** A PATH that has what every system has, and these programs, some in the place of that. */
function pathWith(programs: Record<string, string>): string {
  const bin = join(folder(), "bin");
  mkdirSync(bin);
  const all = { date: 'exec /bin/date "$@"', sleep: 'exec /bin/sleep "$@"', ...programs };
  for (const [name, body] of Object.entries(all)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${body}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  return bin;
}

test("a host that answers is said nothing of, and nothing is waited for", async () => {
  const { seconds, ...ended } = await withServer((port) => reach(port));
  expect(ended).toEqual({ status: 0, output: "" });
  expect(seconds).toBeLessThan(4);
});

const MAY_BE_LOST =
  /^\[host1\] \S+ does not answer on port 1\. If the machine is lost, declare the host with 'lost: true' /;
const LIVES = /^\[host1\] 127\.0\.0\.1 lives, and refuses connections on port 1; see whether sshd runs there, /;
const NO_WAY =
  /^\[host1\] the machine that runs Terraform finds no way to \S+, which says nothing of the host itself; /m;
const SILENCE = "exec sleep 60";
const fails = (why: string): string => `echo '${why}' >&2; exit 1`;

test("of one that refuses, it is said that it lives", async () => {
  const { status, output, seconds } = await reach(1);
  expect([status, output]).toEqual([1, expect.stringMatching(LIVES)]);
  expect(seconds).toBeLessThan(8);
});

test("of a name that does not resolve, nothing is said of the machine", async () => {
  const { status, output } = await reach(1, { reach_address: "host1.invalid" });
  expect([status, output]).toEqual([1, expect.stringMatching(NO_WAY)]);
  expect(output).not.toContain("lost");
});

test.each([
  ["a name server is silent", SILENCE, SILENCE, NO_WAY],
  ["a name server has just come back", fails("host1: Name or service not known"), "exit 0", NO_WAY],
  ["the network is down here", fails("connect: Network is unreachable"), "exit 1", NO_WAY],
  ["nothing comes back", SILENCE, "exit 0", MAY_BE_LOST],
  ["no router knows the machine", fails("connect: No route to host"), "exit 0", MAY_BE_LOST],
  ["nothing came back in time", fails("connect: Connection timed out"), "exit 0", MAY_BE_LOST],
])("WHEN %s, THEN no more is said than is known", async (_, byTcp, byUdp, expected) => {
  const PATH = pathWith({ bash: `case $3 in tcp) ${byTcp} ;; udp) ${byUdp} ;; esac` });
  const { status, output, seconds } = await reach(1, { PATH });
  expect([status, output]).toEqual([1, expect.stringMatching(expected)]);
  expect(output.includes("lost: true")).toBe(expected === MAY_BE_LOST);
  expect(seconds).toBeLessThan(20);
});

test.each([
  ["nc: bad address 'host1'", "exit 0", NO_WAY],
  ["nc: connect to host1 port 1 (tcp) failed: Connection refused", "exit 0", /lives/],
  ["", "exit 2", NO_WAY],
  ["", "exit 0", MAY_BE_LOST],
])("WHEN nc says '%s' and the name's look-up ends with '%s', THEN it is the same", async (said, getent, expected) => {
  const PATH = pathWith({ nc: `printf '%s' "${said}" >&2; exit 1`, getent });
  const { output } = await reach(1, { PATH });
  expect(output).toMatch(expected);
  expect(output.includes("lost: true")).toBe(expected === MAY_BE_LOST);
});

test("it does with nc where there is no bash, and leaves the matter to Terraform where there is neither", async () => {
  const PATH = pathWith({ nc: '[ "$*" = "-z -v 127.0.0.1 7" ]' });
  expect(await reach(7, { PATH })).toMatchObject({ status: 0 });
  expect(await reach(8, { PATH })).toMatchObject({ status: 1 });
  expect(await reach(8, { PATH: `${folder()}/empty` })).toMatchObject({ status: 0, output: "" });
});

test.each([
  [3, 0],
  [2, 1],
])(
  "WHEN one answers after 3 s, as when it boots, and %s s are given to it, THEN it ends with %s",
  async (seconds, status) => {
    const clock = join(folder(), "clock");
    writeFileSync(clock, "100\n");
    // Time that passes only as the script waits for it, but for what watches over an attempt.
    const PATH = pathWith({
      date: `read -r now <${clock}; echo "$now"`,
      sleep: `[ "$1" -lt 5 ] || exec /bin/sleep "$1"; read -r now <${clock}; echo $((now + $1)) >${clock}`,
      nc: `read -r now <${clock}; [ "$now" -ge 103 ]`,
    });
    expect(await reach(7, { PATH, reach_seconds: String(seconds) })).toMatchObject({ status });
  },
);

test("hosts behind a bastion are not asked, which only Terraform can", () => {
  const stack = newStack();
  newHost(stack, "host1", { ssh: { ...SSH, port: 2222 } });
  newHost(stack, "host2", { ssh: { ...SSH, bastion: { address: "bastion", hostKey: HOST_KEY } } });
  const template = Template.synth(stack);
  const first = (host: string): unknown =>
    template.resource(`${host}/preflight/Resource`).provisioner?.[0]?.["local-exec"]?.environment;
  expect(first("host1")).toEqual({
    reach_host: "host1",
    reach_address: "10.0.0.11",
    reach_port: "2222",
    reach_seconds: "15",
  });
  expect(first("host2")).toBeUndefined();
});
