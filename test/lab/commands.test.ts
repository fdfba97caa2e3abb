import { spawn } from "node:child_process";
import path from "node:path";
import type { DeploymentOfHostsProps } from "cdktf-zato";
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
    return /^host[12] edge +\| \S+Z haproxy\S* .*\/followed/m.test(said) ? undefined : said;
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
