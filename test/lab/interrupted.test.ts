import { truncateSync } from "node:fs";
import { DataRemoval, HaproxyLoadBalancer, HighAvailabilityDeployment, ZatoInstallation } from "cdktf-zato";
import type { Lab } from "../../lab/lab";
import type { TerraformRun } from "../../lab/terraform/terraform";
import { differences, listHost } from "./support/host-listing";
import { labHost } from "./support/programs";
import { Project, type Program } from "./support/project";
import { freshHosts } from "./support/shared-lab";
import { heldAt, letGo } from "./support/held";
import { killSshSessions } from "./support/ssh-sessions";
import { httpStatus, query, unitProperty, unitsOf } from "./support/zato";

let lab: Lab;
let project: Project;
let before: string[];

/**
 * At what progress line the apply is cut off, and how, in the order in which the lines come: each apply gets further. A
 * script whose Terraform is gone finishes what it is at, so that only a power cut leaves a component half-done.
 */
const CUTS: readonly (readonly [string, keyof typeof CUT])[] = [
  // Whichever comes first.
  ["(installation|edge): installing haproxy", "terraform killed"],
  ["odb: installing postgresql ", "power cut"],
  ["odb: creating the database", "ssh cut"],
  ["registration: creating the cluster", "terraform killed"],
  ["server1: creating", "power cut"],
  ["server1: starting", "ssh cut"],
  ["server2: starting", "terraform killed"],
  ["load-balancer: as declared", "power cut"],
  ["web-admin: setting the password", "terraform killed"],
  // Not killed: behind what runs last on a host there is nothing that could make up for it (docs/operations.md).
  ["scheduler: starting", "ssh cut"],
];

const CUT = {
  "terraform killed": async (run: TerraformRun): Promise<void> => {
    run.kill("SIGKILL");
    await Promise.resolve();
  },
  "ssh cut": async (): Promise<void> => killSshSessions(lab, "host1"),
  "power cut": async (run: TerraformRun): Promise<void> => {
    await lab.powerCut("host1");
    run.kill("SIGKILL"); // it would wait for an answer until the connection is taken for dead
    await lab.powerOn("host1");
  },
};

const oneHost: Program = (stack) => {
  const hosts = [labHost(stack, lab, "host1")];
  new HighAvailabilityDeployment(stack, "zato", {
    hosts,
    installation: ZatoInstallation.archive(lab.archive),
    loadBalancer: new HaproxyLoadBalancer(stack, "edge", { hosts }),
    dataRemoval: DataRemoval.DROP,
  });
};

beforeAll(async () => {
  lab = await freshHosts(["host1"]);
  before = await listHost(lab, "host1");
  project = new Project(lab).synth(oneHost);
});

afterAll(() => project?.remove());

/** Applies until a progress line comes, and cuts it off there. */
async function applyUntil(line: string, how: keyof typeof CUT): Promise<{ status: number; reached: boolean }> {
  const held = heldAt(lab, "host1", `(^|host1-)${line}`);
  const run = await project.startApply();
  const reached = await Promise.race([held, run.finished.then(() => false)]);
  if (reached) {
    await CUT[how](run);
  }
  await letGo(lab, "host1");
  const { status } = await run.finished;
  await held;
  project.mendState();
  return { status, reached };
}

async function expectWhole(): Promise<void> {
  const units = await unitsOf(lab, "host1");
  const names = ["host1-load-balancer", "host1-scheduler", "host1-server1", "host1-server2", "host1-web-admin", "edge"];
  expect(units).toEqual(names.map((name) => `zato-${name}.service`).sort());
  for (const unit of units) {
    expect(await unitProperty(lab, "host1", unit, "ActiveState")).toBe("active");
    expect(await unitProperty(lab, "host1", unit, "UnitFileState")).toBe("enabled");
  }
  expect(await query(lab, "host1", "select name from server order by name")).toEqual(["server1", "server2"]);
  expect(await query(lab, "host1", "select name from cluster")).toEqual(["host1"]);
  for (const port of [80, 11223]) {
    expect(await httpStatus(lab, `http://${lab.host("host1").address}:${port}/zato/ping`)).toBe(200);
  }
  expect(await httpStatus(lab, "http://127.0.0.1:17010/zato/api/invoke/zato.ping", "host1")).toBe(404);
}

describe("an apply that is cut off", () => {
  test.each(CUTS)("at '%s': %s", async (line, how) => {
    const { status, reached } = await applyUntil(line, how);
    expect({ reached, succeeded: status === 0 }).toEqual({ reached: true, succeeded: false });
  });

  test("ends as an undisturbed one when it is run again, even if the last one was killed while it wrote its state", async () => {
    // GIVEN
    truncateSync(project.stateFile, 1000);
    project.mendState();

    // WHEN
    await project.apply();

    // THEN
    expect(await project.planStatus()).toBe(0);
    await expectWhole();
  });

  test("and leaves nothing when it is destroyed", async () => {
    expect(await project.destroy()).toMatchObject({ status: 0 });
    expect(differences(before, await listHost(lab, "host1"))).toEqual([]);
  });
});

describe("two applies at the same time", () => {
  test("wait for each other on the host, and both end well", async () => {
    // GIVEN
    lab = await freshHosts(["host1"], { equipped: true });
    const projects = [new Project(lab).synth(oneHost), new Project(lab).synth(oneHost)];
    const lines: string[] = [];

    // WHEN
    const results = await Promise.all(projects.map((one) => one.tryApply((line) => lines.push(line))));

    // THEN
    expect(results.map(({ status }) => status)).toEqual([0, 0]);
    expect(lines.some((line) => line.includes("waiting for another run on this host"))).toBe(true);
    for (const one of projects) {
      expect(await one.planStatus()).toBe(0);
    }
    await expectWhole();
    projects.forEach((one) => one.remove());
  });
});
