import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { DeploymentOfHostsProps } from "cdktf-zato";
import type { StatusReport } from "../../lib/cli/status-report";
import type { Lab } from "../../lab/lab";
import { run, waitUntil } from "../../lab/process";
import { complaintsOf } from "../support/json-schema";
import { cdktfZato, PROGRAM, verify } from "./support/content-cluster";
import { twoHosts, virtualAddress } from "./support/programs";
import { Project, type Program } from "./support/project";
import { freshHosts } from "./support/shared-lab";
import { holdersOf, waitForPing } from "./support/zato";

const HOSTS = ["host1", "host2"] as const;
const services = mkdtempSync(path.join(tmpdir(), "zato-status-"));

let lab: Lab;
let project: Project;

const program =
  (deployment: Partial<DeploymentOfHostsProps> = {}): Program =>
  (stack) => {
    const healthCheck = { interval: 1, timeout: 1 };
    const zato = twoHosts(stack, lab, { deployment: { servers: 2, backup: {}, healthCheck, ...deployment } });
    zato.content.addServices(services);
    zato.content.addRestChannel("Orders", { urlPath: "/orders", service: "orders" });
  };

const url = (): string => `http://${virtualAddress(lab)}/orders`;

const textsOf = ({ findings }: StatusReport): string[] => findings.map(({ text }) => text);

/** What `status --json` says, which its schema allows, and whose status is that of the program. */
async function look(): Promise<StatusReport> {
  const { status, stdout, stderr } = await cdktfZato("status", project.folder, "--json");
  expect(stderr).toBe("");
  const report = JSON.parse(stdout) as StatusReport;
  expect(complaintsOf("status.schema.json", report)).toEqual([]);
  expect(report.status).toBe(status);
  return report;
}

/** A screen for people; kept for the docs where somebody asks for that. */
async function screen(name: string): Promise<{ status: number; stdout: string }> {
  const { status, stdout } = await cdktfZato("status", project.folder);
  if (process.env.KEEP_SCREENS) {
    writeFileSync(path.join(process.env.KEEP_SCREENS, `${name}.txt`), stdout);
  }
  return { status, stdout };
}

/** Waits until all is well again. */
function untilWell(): Promise<unknown> {
  return waitUntil("that all is well", 180_000, async () => {
    const report = await look();
    return report.status === 0 ? undefined : textsOf(report).join("; ");
  });
}

/** Runs the command that is named as the next one. */
async function doNext({ command }: StatusReport): Promise<void> {
  const [npx, name, ...words] = command.split(" ");
  expect([npx, name]).toEqual(["npx", "cdktf-zato"]);
  const { status, stderr } = await run(process.execPath, [...PROGRAM, ...words], {
    cwd: path.join(__dirname, "../.."),
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
}

beforeAll(async () => {
  writeFileSync(
    path.join(services, "orders.py"),
    `from zato.server.service import Service

class Orders(Service):
    name = "orders"

    def handle(self):
        self.response.payload = "none"
`,
  );
  lab = await freshHosts(HOSTS, { equipped: true });
  project = new Project(lab).synth(program());
  await project.apply();
  await waitForPing(lab, url());
});

afterAll(() => {
  project?.remove();
  rmSync(services, { recursive: true, force: true });
});

test("GIVEN all is well, THEN everything is seen on one screen, and nothing is changed or left behind", async () => {
  // WHEN
  const { status, stdout } = await screen("well");
  const report = await look();

  // THEN
  expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringMatching(/^lab: all is well {2}/) as string });
  const [holder] = await holdersOf(lab, virtualAddress(lab), HOSTS);
  const [entry] = report.entries;
  expect(entry).toMatchObject({ url: `http://${virtualAddress(lab)}`, holders: [{ host: `lab/${holder}` }] });
  expect(Date.now() - Date.parse(entry!.holders[0]!.since!)).toBeLessThan(900_000);
  expect(entry!.members.map(({ cluster, state }) => `${cluster} ${state}`)).toEqual(["host1 UP", "host2 UP"]);
  const servers = report.components.filter(({ kind }) => kind === "server");
  expect(servers).toHaveLength(4);
  for (const { workers, services: its, rotation } of servers) {
    expect([workers!.up, its, rotation]).toEqual([
      workers!.declared,
      expect.objectContaining({ loaded: 1, declared: 1 }),
      "UP",
    ]);
  }
  expect(report.clusters[0]!.builds).toEqual(report.clusters[1]!.builds);
  expect(report.clusters[0]!.builds[0]).toMatch(/^[0-9a-f]{64}$/);
  const backups = report.components.filter(({ kind }) => kind === "backup");
  expect(backups.map(({ backup }) => backup!.bytes > 1000)).toEqual([true, true]);
  expect(report.hosts.map(({ clockOffset, disks }) => [clockOffset, disks.length > 0])).toEqual([
    [0, true],
    [0, true],
  ]);
  expect((await verify(project.folder)).status).toBe(0);
  for (const host of HOSTS) {
    expect(await lab.execOrThrow(host, "ls -d /run/cdktf-zato.* 2>/dev/null || true")).toBe("");
  }
});

test("GIVEN somebody has stopped a server, THEN it is named, and started again by the command that comes next", async () => {
  // GIVEN
  await lab.execOrThrow("host1", "systemctl stop zato-host1-server2");

  // WHEN
  const { status, stdout } = await screen("server-stopped");
  const report = await look();

  // THEN
  expect([status, stdout]).toEqual([1, expect.stringMatching(/^lab: not well: see host1 {2}/)]);
  expect(textsOf(report)).toEqual([
    expect.stringMatching(/^host1 server2: zato-host1-server2\.service is inactive for /),
  ]);
  await doNext(report);
  await untilWell();
});

test("GIVEN all workers of a server hang, THEN it is named, and the others are seen as they are", async () => {
  await lab.execOrThrow("host2", "systemctl kill --signal STOP zato-host2-server1");
  try {
    const report = await look();
    expect(report.status).toBe(1);
    expect(textsOf(report)[0]).toMatch(/^host2 server1: it (runs, and does not answer|gets no requests)/);
    expect(report.components.find(({ name }) => name === "host2-server2")!.workers!.up).toBeGreaterThan(0);
  } finally {
    await lab.execOrThrow("host2", "systemctl kill --signal CONT zato-host2-server1");
  }
  await untilWell();
});

test("GIVEN a cluster was taken out by hand, THEN that is told from one that is down", async () => {
  const set = (state: string): string =>
    `echo 'set server clusters/host2 state ${state}' | socat - /run/zato-edge/admin.sock`;
  for (const host of HOSTS) {
    await lab.execOrThrow(host, set("maint"));
  }
  expect(textsOf(await look())).toEqual([
    expect.stringMatching(
      /^host2 requests: the cluster host2 gets none: it was taken out of the balancer on host\d by hand$/,
    ),
  ]);
  for (const host of HOSTS) {
    await lab.execOrThrow(host, set("ready"));
  }
  await untilWell();
});

test("GIVEN a host is cut off, THEN that is a finding in its place, and the other one is seen", async () => {
  // GIVEN
  await lab.powerCut("host2");
  await waitUntil("the virtual address at host1", 30_000, async () =>
    (await holdersOf(lab, virtualAddress(lab), ["host1"])).length === 1 ? undefined : "elsewhere",
  );
  await waitUntil("that host2 is taken out", 30_000, async () => {
    const { entries } = await look();
    return entries[0]!.members.some(({ cluster, state }) => cluster === "host2" && state === "DOWN") ? undefined : "up";
  });

  // WHEN
  const begun = Date.now();
  const { status, stdout } = await screen("host-lost");
  const seconds = (Date.now() - begun) / 1000;
  const report = await look();

  // THEN
  expect([status, stdout]).toEqual([1, expect.stringMatching(/^lab: not well: see host2 {2}/)]);
  expect(stdout).toMatch(/requests go to host1; not to host2 \(down\)/);
  expect(seconds).toBeLessThan(30);
  expect(textsOf(report)).toEqual([expect.stringMatching(/^host2: [\d.]+ does not answer: /)]);
  expect(report.entries[0]!.holders.map(({ host }) => host)).toEqual(["lab/host1"]);
  expect(report.components.some(({ host }) => host === "lab/host2")).toBe(false);

  await lab.powerOn("host2");
  await untilWell();
});

test("GIVEN a cluster is declared drained, THEN that is well, and seen", async () => {
  await project.synth(program({ drainedClusters: ["host1"] })).apply();
  const { status, stdout } = await screen("drained");
  expect(status).toBe(0);
  expect(stdout).toMatch(/requests go to host2; not to host1 \(drained\)/);
  expect((await look()).entries[0]!.members[0]).toMatchObject({ cluster: "host1", state: "MAINT", isDrained: true });
});
