import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { Hook, type DeploymentOfHostsProps } from "cdktf-zato";
import type { Lab } from "../../lab/lab";
import { waitUntil } from "../../lab/process";
import { cdktfZato, PROGRAM } from "./support/content-cluster";
import { twoHosts, virtualAddress } from "./support/programs";
import { Project, type Program } from "./support/project";
import { freshHosts } from "./support/shared-lab";
import { httpStatus } from "./support/zato";

let lab: Lab;
let project: Project;

const program =
  (deployment: Partial<DeploymentOfHostsProps> = {}): Program =>
  (stack) =>
    void twoHosts(stack, lab, { deployment: { servers: 1, accessLog: true, ...deployment } });

beforeAll(async () => {
  lab = await freshHosts(["host1", "host2"], { equipped: true });
  project = new Project(lab).synth(program());
  await project.apply();
});

afterAll(() => project?.remove());

test("deploys, units and servers of both hosts are shown in the order of time", async () => {
  // WHEN
  const { status, stdout } = await cdktfZato("logs", project.folder, "--since", "1h");

  // THEN
  expect(status).toBe(0);
  for (const said of [
    /^host1 host1-server1 +\| \S+Z == host1-server1$/m,
    /^host2 host2-server1 +\| \S+Z systemd\[1\]: Started /m,
    /^host2 host2-server1 +\| \S+Z INFO - /m,
  ]) {
    expect(stdout).toMatch(said);
  }
  // But for what systemd's journal has received some milliseconds later than it was said.
  const times = [...stdout.matchAll(/\| (\d{4}-\S+Z) /g)].map(([, time]) => Date.parse(time!));
  const backwards = times.slice(1).map((time, position) => times[position]! - time);
  expect(times.length).toBeGreaterThan(100);
  expect(Math.max(...backwards)).toBeLessThan(500);
});

test("requests are followed as they come, and nothing stays on the hosts", async () => {
  // GIVEN
  const child = spawn(process.execPath, [...PROGRAM, "logs", project.folder, "edge", "-f", "--grep", "/followed"], {
    cwd: path.join(__dirname, "../.."),
  });
  let said = "";
  child.stdout.on("data", (data: Buffer) => (said += data.toString()));

  // WHEN
  await waitUntil("a request in what is followed", 30_000, async () => {
    await httpStatus(lab, `http://${virtualAddress(lab)}/followed`);
    return /^host[12] edge +\| \S+Z edge\[\d+\]: .*\/followed/m.test(said) ? undefined : said;
  });
  const ended = new Promise((resolve) => child.on("close", resolve));
  child.kill("SIGINT");

  // THEN
  expect(await ended).toBe(0);
  await waitUntil("the end of what was followed", 10_000, async () => {
    const { stdout } = await lab.exec("host1", ["pgrep", "-af", "logs[.]sh|journalctl|log_lines"]);
    return stdout || undefined;
  });
});

test("on a host, units and what they say tell of which component, cluster and stack they are", async () => {
  const shell = async (command: string): Promise<string> => (await lab.exec("host1", ["sh", "-c", command])).stdout;
  const stack = path.basename(project.folder);
  const units = await shell("systemctl list-units --plain --full --no-legend 'zato-*'");
  expect(units).toMatch(
    new RegExp(`^zato-host1-server1.service .* Zato server server1 of host1 \\(stack ${stack}\\)$`, "m"),
  );
  expect(units).toMatch(new RegExp(`^zato-edge-vrrp.service .* Virtual address .* edge \\(stack ${stack}\\)$`, "m"));
  for (const [component, unit] of [
    ["host1-server1", "zato-host1-server1"],
    ["host1-load-balancer", "zato-host1-load-balancer"],
    ["edge", "zato-edge"],
    ["edge-vrrp", "zato-edge-vrrp"],
  ]) {
    const lines = await shell(`journalctl --output json --output-fields _SYSTEMD_UNIT -n 5 -t ${component}`);
    expect([component, lines]).toEqual([component, expect.stringContaining(`"${unit}.service"`) as string]);
  }
});

test("what Terraform plans is said in our words: nothing, restarts, a move, and removals", async () => {
  const planned = async (...args: string[]): Promise<string> => {
    const { status, stdout, stderr } = await cdktfZato("plan", project.folder, ...args);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    return stdout;
  };
  expect(await planned()).toContain("nothing to do");

  project.synth(program({ restartedAt: "2026-11-30" }));
  const restarts = await planned();
  expect(restarts).toMatch(/host1 server1 +restarted/);
  expect(restarts).toMatch(/host2 server1 +restarted/);
  expect(restarts).not.toContain("removed");

  project.synth(program({ schedulerCluster: "host2" }));
  expect(await planned()).toMatch(/scheduler +.*moved/);

  const file = path.join(project.folder, "destroyed");
  await project.synth(program()).orThrow(["plan", "-destroy", `-out=${file}`]);
  expect(await planned("--plan", file)).toMatch(/edge.* +removed/);
});

test("a deploy is followed in numbered steps, and says at the end where it is reached", async () => {
  project.synth(program({ restartedAt: "2026-11-30" }));
  const { status, stdout, stderr } = await cdktfZato("deploy", project.folder, "--yes");
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const [, done = ""] = stdout.split(/^(?=1 of 2: the cluster host1, one part after the other$)/m);
  expect(done).toMatch(
    /^ {2}\d+:\d\d {2}\[host1\] server1: as declared$[^]*^2 of 2: the cluster host2[^]*\[host2\] server1: as declared$/m,
  );
  expect(done).toMatch(/^deployed in \d+:\d\d$/m);
  expect(done).toContain(
    `\nzato: http://${virtualAddress(lab)}\nto do next: npx cdktf-zato status '${project.folder}'\n`,
  );
  expect(await project.planStatus()).toBe(0);
  expect((await cdktfZato("deploy", project.folder)).stdout).toMatch(/^nothing to do: /);
});

test("one that fails ends with one summary: what has failed, why, what stays, and the next command", async () => {
  const script = path.join(project.folder, "smoke.sh");
  writeFileSync(script, "#!/bin/sh\necho 'the answer is 41'\nexit 3\n");
  project.synth(program({ restartedAt: "2026-12-01", afterCluster: Hook.onDeployer(script) }));
  const { status, stdout } = await cdktfZato("deploy", project.folder, "--yes");
  expect(status).toBe(1);
  const lines = stdout.trimEnd().split("\n");
  expect(lines.slice(lines.lastIndexOf("") + 1)).toEqual([
    expect.stringMatching(/^failed after \d+:\d\d, in \d of \d: the cluster host1, one part after the other$/),
    expect.stringMatching(
      /^ {2}\[deployer\] afterCluster of host1: failed: smoke\.sh ended with exit status 3 after \d+ seconds; it said last:$/,
    ),
    "      the answer is 41",
    expect.stringContaining(
      "host1 runs what is declared; the servers, content and load-balancer of host2 stay as they were",
    ),
    "what comes after it was not touched, and what is done is left alone: remove the cause, and deploy again",
    expect.stringMatching(/^to do next: npx cdktf-zato status /),
  ]);
  await project.synth(program()).apply();
});
