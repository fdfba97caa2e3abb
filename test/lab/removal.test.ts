import type { TerraformStack } from "cdktf";
import {
  ExistingLoadBalancer,
  HaproxyLoadBalancer,
  HighAvailabilityDeployment,
  ZatoInstallation,
  type IExternalLoadBalancer,
  type PhysicalHost,
} from "cdktf-zato";
import type { Lab } from "../../lab/lab";
import { labHost, virtualAddress } from "./support/programs";
import { Project, type Program } from "./support/project";
import { freshHosts } from "./support/shared-lab";
import { underLoad } from "./support/under-load";
import { holdersOf, httpStatus, poolOf, query, unitProperty, unitsOf } from "./support/zato";

const HOSTS = ["host1", "host2"] as const;

let lab: Lab;
let project: Project;

/** Clusters on some hosts, behind what is on both, or on none. */
function program(
  clusters: readonly string[],
  balancer: (stack: TerraformStack, hosts: PhysicalHost[]) => IExternalLoadBalancer = onBothHosts,
): Program {
  return (stack) => {
    const hosts = HOSTS.map((name) => labHost(stack, lab, name));
    new HighAvailabilityDeployment(stack, "zato", {
      hosts: hosts.filter(({ node }) => clusters.includes(node.id)),
      installation: ZatoInstallation.archive(lab.archive),
      servers: 1,
      loadBalancer: balancer(stack, hosts),
    });
  };
}

function onBothHosts(stack: TerraformStack, hosts: PhysicalHost[]): IExternalLoadBalancer {
  return new HaproxyLoadBalancer(stack, "edge", { hosts, virtualAddress: virtualAddress(lab) });
}

function ofOthers(stack: TerraformStack): IExternalLoadBalancer {
  return new ExistingLoadBalancer(stack, "appliance", { address: "192.0.2.10" });
}

const mainProcess = (host: string): Promise<string> =>
  unitProperty(lab, host, `zato-${host}-server1.service`, "MainPID");
const requests = (): { url: string } => ({ url: `http://${virtualAddress(lab)}/zato/ping` });

beforeAll(async () => {
  lab = await freshHosts(HOSTS, { equipped: true });
  project = new Project(lab).synth(program(HOSTS));
  await project.apply();
});

afterAll(() => project?.remove());

/** What the runbook says: remove first, then take it out of the program. */
async function takeOut(rest: Program, ...lifetimes: string[]): Promise<string> {
  const targets = lifetimes.map((path) => `-target=${project.address(`${path}/lifetime/Resource`)}`);
  const { status, stdout } = await project.destroy(...targets);
  expect(status).toBe(0);
  await project.synth(rest).apply();
  return stdout;
}

test("a cluster goes without a lost request; its data is kept, and its place is said", async () => {
  // WHEN
  const said = await underLoad(lab, requests(), () => takeOut(program(["host1"]), "zato/host2/installation"));

  // THEN
  expect(said).toContain(
    "kept: the database zato_host2 at 127.0.0.1:5432, and its keys in /etc/cdktf-zato/secrets/host2",
  );
  expect(await unitsOf(lab, "host2")).toEqual(["zato-edge-vrrp.service", "zato-edge.service"]);
  expect(await Promise.all(HOSTS.map((host) => poolOf(lab, host)))).toEqual(["host1 UP", "host1 UP"]);
  expect(await project.planStatus()).toBe(0);
});

test("it comes back with what was kept, without a lost request", async () => {
  // GIVEN
  await query(lab, "host2", "create table somebodys (name text)");

  // WHEN
  await underLoad(lab, requests(), () => project.synth(program(HOSTS)).apply());

  // THEN
  expect(await query(lab, "host2", "select count(*) from somebodys")).toEqual(["0"]);
  expect(await httpStatus(lab, `http://${lab.host("host2").address}:11223/zato/ping`)).toBe(200);
});

test("the balancer goes alone: clusters do not notice", async () => {
  // GIVEN
  const before = await Promise.all(HOSTS.map(mainProcess));

  // WHEN
  await takeOut(program(HOSTS, ofOthers), "edge/host1", "edge/host2");

  // THEN
  expect(await Promise.all(HOSTS.map(mainProcess))).toEqual(before);
  expect(await holdersOf(lab, virtualAddress(lab), HOSTS)).toEqual([]);
  for (const host of HOSTS) {
    expect((await unitsOf(lab, host)).filter((unit) => unit.includes("edge"))).toEqual([]);
    expect(await httpStatus(lab, `http://${lab.host(host).address}:11223/zato/ping`)).toBe(200);
  }
  expect(await project.planStatus()).toBe(0);
});
