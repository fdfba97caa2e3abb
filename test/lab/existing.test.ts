import type { TerraformStack } from "cdktf";
import {
  ExistingZatoCluster,
  HaproxyLoadBalancer,
  HighAvailabilityDeployment,
  ZatoInstallation,
  type ICluster,
} from "cdktf-zato";
import type { Lab } from "../../lab/lab";
import { differences, listHost } from "./support/host-listing";
import { labHost, virtualAddress } from "./support/programs";
import { Project, type Program } from "./support/project";
import { freshHosts } from "./support/shared-lab";
import { underLoad } from "./support/under-load";
import { unitProperty, waitForPing } from "./support/zato";

const CLUSTERS = ["host1", "host2"] as const;
const EDGES = ["lb1", "lb2"] as const;

let lab: Lab;
/** Who made the clusters, which the other program knows nothing of. */
let theirs: Project;
let ours: Project;

const program =
  (drainedClusters: readonly string[] = []): Program =>
  (stack: TerraformStack) => {
    const cluster = (name: string): ICluster =>
      new ExistingZatoCluster(stack, name, { address: lab.host(name).address, schedulerRuns: name === "host1" });
    new HighAvailabilityDeployment<ICluster>(stack, "zato", {
      clusters: CLUSTERS.map(cluster),
      drainedClusters,
      healthCheck: { interval: 1, timeout: 1 },
      loadBalancer: new HaproxyLoadBalancer(stack, "edge", {
        hosts: EDGES.map((edge) => labHost(stack, lab, edge)),
        virtualAddress: virtualAddress(lab),
      }),
    });
  };

const url = (): string => `http://${virtualAddress(lab)}/zato/ping`;

/** Clusters that HAProxy sends requests to. */
async function inRotation(edge: string): Promise<string[]> {
  const stat = await lab.execOrThrow(edge, "echo 'show stat' | socat - /run/zato-edge/admin.sock");
  return stat.split("\n").flatMap((line) => /^clusters,(host\d),.*,UP,/.exec(line)?.[1] ?? []);
}

beforeAll(async () => {
  lab = await freshHosts([...CLUSTERS, ...EDGES], { equipped: true });
  // GIVEN two clusters with nothing in front of them
  theirs = new Project(lab).synth((stack) => {
    new HighAvailabilityDeployment(stack, "theirs", {
      hosts: CLUSTERS.map((host) => labHost(stack, lab, host)),
      installation: ZatoInstallation.archive(lab.archive),
      servers: 1,
    });
  });
  await theirs.apply();
  ours = new Project(lab).synth(program());
});

afterAll(() => {
  ours?.remove();
  theirs?.remove();
});

test("clusters that are there already get one address, and nothing on their machines is touched", async () => {
  // GIVEN
  const before = await Promise.all(CLUSTERS.map((host) => listHost(lab, host)));

  // WHEN
  await ours.apply();

  // THEN
  await waitForPing(lab, url());
  expect(await ours.planStatus()).toBe(0);
  expect(await Promise.all(EDGES.map(inRotation))).toEqual([[...CLUSTERS], [...CLUSTERS]]);
  const after = await Promise.all(CLUSTERS.map(async (host, n) => differences(before[n]!, await listHost(lab, host))));
  expect(after.flat()).toEqual([]);
});

test("one of them is drained for work on its machine, and no request is lost", async () => {
  await underLoad(lab, { url: url() }, async () => {
    await ours.synth(program(["host1"])).apply();
    await lab.execOrThrow("host1", "systemctl restart zato-host1-server1");
    await lab.execOrThrow("host1", "until curl -fsS http://127.0.0.1:11223/zato/ping; do sleep 0.2; done");
    await ours.synth(program()).apply();
  });
  expect(await inRotation("lb1")).toEqual([...CLUSTERS]);
});

test("the removal of the balancer leaves them as they are", async () => {
  expect(await ours.destroy()).toMatchObject({ status: 0 });
  for (const host of CLUSTERS) {
    expect(await unitProperty(lab, host, `zato-${host}-server1.service`, "ActiveState")).toBe("active");
  }
});
