import type { Lab } from "../../lab/lab";
import { waitUntil } from "../../lab/process";
import { twoHosts, virtualAddress } from "./support/programs";
import { Project } from "./support/project";
import { freshHosts } from "./support/shared-lab";
import { httpStatus, poolOf, unitProperty, unitsOf, waitForPing } from "./support/zato";

let lab: Lab;
let project: Project;
let pids: Record<string, string>;

beforeAll(async () => {
  lab = await freshHosts(["host1", "host2"], { equipped: true });
  project = new Project(lab).synth((stack) => void twoHosts(stack, lab));
  await project.apply();
  pids = await mainProcessesOfHost1();
});

afterAll(() => project?.remove());

async function mainProcessesOfHost1(): Promise<Record<string, string>> {
  const units = await unitsOf(lab, "host1");
  const found = units.map(async (unit) => [unit, await unitProperty(lab, "host1", unit, "MainPID")] as const);
  return Object.fromEntries(await Promise.all(found));
}

test("a host that was replaced by a new machine gets everything back by one apply, and the other is left alone", async () => {
  // GIVEN another machine, with another host key, at the same address
  const { hostKey } = lab.host("host2");
  await lab.rebuild("host2", { equipped: true });
  expect(lab.host("host2").hostKey).not.toBe(hostKey);
  await waitForPing(lab, `http://${virtualAddress(lab)}/zato/ping`);

  // WHEN
  project.synth((stack) => void twoHosts(stack, lab));
  const plan = await project.plan();
  await project.apply();

  // THEN
  const contents = [
    "installation",
    "odb",
    "registration",
    "server1",
    "server2",
    "load-balancer",
    "web-admin",
    "scheduler",
  ];
  expect(plan).toEqual(
    Object.fromEntries(
      [
        "host2/preflight/Resource",
        ...contents.map((name) => `zato/host2/${name}/state`),
        "edge/host2/early",
        "edge/host2/state",
      ].map((address) => [address, "delete create"]),
    ),
  );
  expect(await mainProcessesOfHost1()).toEqual(pids);
  expect(await httpStatus(lab, `http://${lab.host("host2").address}:11223/zato/ping`)).toBe(200);
  for (const host of ["host1", "host2"]) {
    await waitUntil(`the pool of ${host}`, 20_000, async () => {
      const pool = await poolOf(lab, host);
      return pool === "host1 UP, host2 UP" ? undefined : pool;
    });
  }
  expect(await project.planStatus()).toBe(0);
});
