import { appendFileSync, mkdirSync, renameSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { renderManifest } from "../../lib/remote/manifest";
import { BashResult, bash, temporaryFolder } from "../support/bash";
import { PLACES } from "../support/places";
import { Sandbox } from "../support/sandbox";

const folder = temporaryFolder();

/** Log lines are local time, so that a zone tells whether that was minded. */
const NOW = new Date();
const utc = (secondsAgo: number): string => new Date(NOW.getTime() - 1000 * secondsAgo).toISOString();
const local = (secondsAgo: number): string => {
  const { stdout } = bash(`date -d "@$1" '+%F %T,123'`, [String(Math.floor(NOW.getTime() / 1000) - secondsAgo)]);
  return stdout.trim();
};

const SERVER_LOG = "/opt/zato/env/a/server1/logs/server.log";

/** A host with a server, a balancer, and something that has said nothing but in deploys. */
function host(): Sandbox {
  const sandbox = new Sandbox(folder());
  sandbox.define(`as_zato_with_input() { env "$@"; }`);
  const component = (kind: string, name: string, parameters: Record<string, string>): void => {
    sandbox.write(`/var/lib/cdktf-zato/components/${name}/kind`, `${kind}\n`);
    sandbox.write(`/var/lib/cdktf-zato/components/${name}/manifest`, renderManifest({ parameters, files: {} }));
  };
  const path = join(folder(), "opt/zato/env/a/server1");
  const secrets = { command_secrets: "key secret_key 1", environment_secrets: "" };
  component("server", "a-server1", { ...PLACES, cluster: "a", unit: "zato-a-server1.service", path, ...secrets });
  component("haproxy", "edge", { unit: "zato-edge.service", vrrp_unit: "zato-edge-vrrp.service" });
  component("odb", "a-odb", {});
  sandbox.write("/etc/cdktf-zato/secrets/a/secret_key", "s3cret-key");
  sandbox.write(SERVER_LOG, "");
  return sandbox;
}

function ask(sandbox: Sandbox, request: string): BashResult {
  return sandbox.ask("logs.sh", request);
}

const lines = ({ status, stdout, stderr }: BashResult): string[] => {
  expect([status, stderr]).toEqual([0, ""]);
  return stdout.split("\n").slice(0, -1);
};

describe("of deploys", () => {
  test("runs that have begun since are shown, with all that they said, also checks of parity", () => {
    const sandbox = host();
    const log = `\n== ${utc(900).slice(0, 19)}Z a-odb\nold\n\n== ${utc(60).slice(0, 19)}Z a-odb\n-- creating\nmore\n`;
    sandbox.write("/var/log/cdktf-zato/a-odb.log", log);
    sandbox.write("/var/log/cdktf-zato/a-odb.parity.log", `== ${utc(30).slice(0, 19)}Z a-odb.parity\n`);
    sandbox.write("/var/log/cdktf-zato/a-odb-other.log", `== ${utc(30).slice(0, 19)}Z a-odb-other\n`);
    expect(lines(ask(sandbox, "since 600\ncomponent a-odb\nshow\n"))).toEqual([
      `a-odb\tdeploy\t== ${utc(60).slice(0, 19)}Z a-odb`,
      "a-odb\tdeploy\t-- creating",
      "a-odb\tdeploy\tmore",
      `a-odb\tparity\t== ${utc(30).slice(0, 19)}Z a-odb.parity`,
    ]);
  });

  test("of one that began before, and has said something since, all is shown; of one that has ended, nothing", () => {
    const sandbox = host();
    sandbox.write("/var/log/cdktf-zato/a-odb.log", `== ${utc(900).slice(0, 19)}Z a-odb\nstill at it\n`);
    expect(lines(ask(sandbox, "since 600\ncomponent a-odb\nshow\n"))).toHaveLength(2);
    bash('touch -d "15 minutes ago" "$1"', [join(folder(), "var/log/cdktf-zato/a-odb.log")]);
    expect(lines(ask(sandbox, "since 600\ncomponent a-odb\nshow\n"))).toEqual([]);
  });

  test("a component is shown that has never come to be", () => {
    const sandbox = host();
    sandbox.write("/var/log/cdktf-zato/host.host1.log", `== ${utc(1).slice(0, 19)}Z host.host1\n`);
    expect(lines(ask(sandbox, "since 600\ncomponent host.host1\ncomponent nothing\nshow\n"))).toHaveLength(1);
  });
});

describe("of journals", () => {
  test("those of all units of a component are shown, since then", () => {
    const sandbox = host();
    sandbox.program("journalctl", "echo 'a line'");
    expect(lines(ask(sandbox, "since 600\ncomponent edge\nshow\n"))).toEqual(["edge\tjournal\ta line"]);
    const [call = ""] = sandbox.calls;
    expect(call).toMatch(/--utc --no-hostname --output short-iso-precise --since @\d+ --lines 20000 --no-pager/);
    expect(call).toMatch(/ --unit zato-edge\.service --unit zato-edge-vrrp\.service$/);
    const since = Number(/@(\d+)/.exec(call)?.[1]);
    expect(Math.abs(Date.now() / 1000 - 600 - since)).toBeLessThan(60);
  });

  test("what a server has in its own log is not told twice, and no secret", () => {
    const sandbox = host();
    const time = "2026-11-30T01:02:03.000000+0000";
    const said = [
      `${time} python[7]: ${local(1)} - INFO - x`,
      `${time} systemd[1]: Started`,
      `${time} python[7]: s3cret-key`,
    ];
    sandbox.program("journalctl", `printf '%s\\n' '${said.join("' '")}'`);
    expect(lines(ask(sandbox, "since 600\ncomponent a-server1\nshow\n"))).toEqual([
      `a-server1\tjournal\t${time} systemd[1]: Started`,
      `a-server1\tjournal\t${time} python[7]: ***`,
    ]);
  });
});

describe("of servers' own logs", () => {
  test("entries since then are shown, by UTC, with all their lines, and without secrets", () => {
    const sandbox = host();
    const log = [`${local(900)} - INFO - old`, "  of it", `${local(60)} - ERROR - s3cret-key x`, "Traceback", "  more"];
    sandbox.write(SERVER_LOG, `${log.join("\n")}\nunfinished`);
    expect(lines(ask(sandbox, "since 600\ncomponent a-server1\nshow\n"))).toEqual([
      `a-server1\tserver\t${utc(60).slice(0, 19)}.123Z ERROR - *** x`,
      "a-server1\tserver\tTraceback",
      "a-server1\tserver\t  more",
    ]);
  });

  test("a log that is something else is passed over", () => {
    const sandbox = host();
    const path = join(folder(), SERVER_LOG);
    bash('rm "$1"; mkfifo "$1"', [path]);
    expect(lines(ask(sandbox, "since 600\ncomponent a-server1\nshow\n"))).toEqual([]);
    bash('rm "$1"', [path]);
    symlinkSync("/nowhere", path);
    expect(lines(ask(sandbox, "since 600\ncomponent a-server1\nshow\n"))).toEqual([]);
  });
});

test("a line that is too long for others to stay out of it is cut off", () => {
  const sandbox = host();
  sandbox.program("journalctl", "printf '%05000d\\n' 1");
  const [line = ""] = lines(ask(sandbox, "since 600\ncomponent edge\nshow\n"));
  expect(line).toMatch(/^edge\tjournal\t0{3500}…$/);
});

test("following goes on until its input ends, through a log that is put away, and leaves no process", async () => {
  // GIVEN
  const sandbox = host();
  const log = join(folder(), SERVER_LOG);
  sandbox.program("journalctl", "echo 'from the journal'; exec sleep 60");
  sandbox.write("/var/log/cdktf-zato/a-server1.log", `== ${utc(1).slice(0, 19)}Z a-server1\n`);
  appendFileSync(log, `${local(5)} - INFO - one\n`);
  const child = sandbox.start("logs.sh");
  let said = "";
  child.stdout.on("data", (data: Buffer) => (said += data.toString()));
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const until = async (text: string): Promise<void> => {
    while (!said.includes(text)) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };

  // WHEN
  child.stdin.write("since 600\ncomponent a-server1\nfollow\n");
  await until("INFO - one");
  appendFileSync(log, `${local(4)} - INFO - two\n`);
  await until("INFO - two");
  renameSync(log, `${log}.1`);
  mkdirSync(join(log, ".."), { recursive: true });
  appendFileSync(log, `${local(3)} - INFO - three\n`);
  await until("INFO - three");
  await until("from the journal");
  appendFileSync(join(folder(), "var/log/cdktf-zato/a-server1.log"), "-- restarting\n");
  await until("-- restarting");
  child.stdin.end();

  // THEN its output is closed, which every reader has held
  expect(await ended).toBe(0);
  expect(sandbox.calls.find((call) => call.startsWith("journalctl"))).toContain(" --follow --unit ");
});

test.each([
  "since 1\ncomponent a b\nshow\n",
  "since 1\ncomponent ../a\nshow\n",
  "since 1\ncomponent $(touch /tmp/x)\nshow\n",
  "since 1d\nshow\n",
  "component edge\nshow\n",
  "since 1\ncomponent edge\n",
  "",
])("a request that is no list of names and a number of seconds is refused: %j", (request) => {
  const { status, stdout, stderr } = ask(host(), request);
  expect([status, stdout]).toEqual([1, ""]);
  expect(stderr).toMatch(/^what is asked of the logs is not understood: '.*'\n$/);
});
