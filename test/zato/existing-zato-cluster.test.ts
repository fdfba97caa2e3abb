import { TerraformStack } from "cdktf";
import {
  ExistingLoadBalancer,
  ExistingZatoCluster,
  ExistingZatoClusterProps,
  HaproxyLoadBalancer,
  HighAvailabilityDeployment,
  ICluster,
  IExternalLoadBalancer,
  ZatoRelease,
} from "cdktf-zato";
import { newCluster, newHost, newStack } from "../support/stack";
import { Template } from "../support/template";

const CA = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

let stack: TerraformStack;

beforeEach(() => (stack = newStack()));

function existing(id: string, props: Partial<ExistingZatoClusterProps> = {}): ExistingZatoCluster {
  return new ExistingZatoCluster(stack, id, { address: `10.0.1.1${id.length}`, ...props });
}

function deploy(
  clusters: readonly ICluster[],
  props: { loadBalancer?: IExternalLoadBalancer; schedulerCluster?: string; drainedClusters?: string[] } = {},
): HighAvailabilityDeployment<ICluster> {
  return new HighAvailabilityDeployment<ICluster>(stack, "zato", { clusters, ...props });
}

test("GIVEN two clusters that are there already, THEN balancers send requests to them, and nothing is brought to their machines", () => {
  const host = newHost(stack, "host1");
  const loadBalancer = new HaproxyLoadBalancer(stack, "edge", { hosts: [host] });
  deploy([existing("a"), existing("bb", { port: 8080 })], { loadBalancer, drainedClusters: ["bb"] });

  const template = Template.synth(stack);
  const { config } = template.manifest("edge/host1").files;
  expect(config).toMatch(/server a 10\.0\.1\.11:11223 /);
  expect(config).toMatch(/server bb 10\.0\.1\.12:8080 .*disabled/);
  const connections = Object.values(template.resources).flatMap(({ connection }) => connection?.host ?? []);
  expect(new Set(connections)).toEqual(new Set([host.address]));
});

test("of a release that is told, balancers know what they have to", () => {
  const loadBalancer = new HaproxyLoadBalancer(stack, "edge", { hosts: [newHost(stack, "host1")] });
  deploy([existing("a", { release: ZatoRelease.V3_3 }), existing("bb", { release: ZatoRelease.V3_2 })], {
    loadBalancer,
  });
  expect(Template.synth(stack).manifest("edge/host1").files.config).not.toContain("/metrics");
  // AND one whose release nobody has told may be of any
  expect(existing("ccc")).toMatchObject({
    privatePaths: expect.arrayContaining(["/metrics"]) as string[],
    leastCheckTimeout: undefined,
    takesChunks: undefined,
  });
  expect(existing("dddd", { release: ZatoRelease.V4_1 })).toMatchObject({
    privatePaths: expect.arrayContaining(["/metrics"]) as string[],
    leastCheckTimeout: 4,
    takesChunks: false,
  });
});

test("is in the outputs as far as it is known", () => {
  deploy([existing("a", { webAdminUrl: "http://10.0.1.11:8183/", schedulerRuns: true }), existing("bb")]);
  const template = Template.synth(stack);
  expect(template.output("zato_pool")).toMatchObject({ members: [{ name: "a" }, { name: "bb" }] });
  expect(template.output("zato_web_admin")).toEqual({ a: { url: "http://10.0.1.11:8183/", open_with: null } });
  expect(template.output("zato_clusters")).toMatchObject({
    a: { load_balancer: "10.0.1.11:11223", scheduler: "active" },
    bb: { scheduler: "inactive", servers: {} },
  });
});

test("says what is not done for it", () => {
  const { metadata } = existing("a").node;
  expect(metadata.map(({ type, data }) => [type, String(data)])).toEqual([
    [
      "@cdktf/info",
      "stack/a: somebody else has installed this cluster: deploys do not change or restart it, content does not reach it, " +
        "'verify' does not look at it, and there are no backups of it",
    ],
  ]);
});

describe("its scheduler", () => {
  test("keeps those of clusters that are made here from running", () => {
    const own = newCluster(stack, { host: newHost(stack, "host1") }, "own");
    deploy([own, existing("a", { schedulerRuns: true })]);
    expect(own.scheduler.isActive).toBe(false);
    expect(Template.synth(stack).manifest("own/scheduler").parameters.active).toBe("false");
  });

  test("leaves that of a cluster that is made here alone, where it does not run", () => {
    const own = newCluster(stack, { host: newHost(stack, "host1") }, "own");
    deploy([existing("a"), own]);
    expect(own.scheduler.isActive).toBe(true);
  });

  test.each<[string, () => unknown, string]>([
    [
      "two of them",
      () => deploy([existing("a", { schedulerRuns: true }), existing("bb", { schedulerRuns: true })]),
      "stack/bb",
    ],
    [
      "another one that is to run",
      () =>
        deploy([newCluster(stack, { host: newHost(stack, "host1") }, "own"), existing("a", { schedulerRuns: true })], {
          schedulerCluster: "own",
        }),
      "stack/a",
    ],
  ])("is never one of two: %s", (_, declare, path) => {
    expect(declare).toThrow(
      `${path}: its scheduler runs, and so would another one: every job would run twice; stop it on its machine and leave ` +
        "'schedulerRuns' out, or let it be the only one",
    );
  });
});

test("speaks TLS to balancers where it is said by what it is known, as all others do", () => {
  const loadBalancer = (): ExistingLoadBalancer => new ExistingLoadBalancer(stack, "edge", { address: "192.0.2.7" });
  const tls = { ca: CA, serverName: "zato.internal" };
  const [a, b] = [existing("a", { tls }), existing("bb", { tls })];
  deploy([a, b], { loadBalancer: loadBalancer() });
  expect(a.healthUrl).toBe("https://10.0.1.11:11223/zato/ping");
  expect(Template.synth(stack).output("zato_pool")).toMatchObject({ tls: { server_name: "zato.internal" } });
});

test.each<[string, () => unknown, string]>([
  [
    "two names for one cluster",
    () => deploy([existing("a"), existing("b")]),
    "the clusters stack/a and stack/b are both reached at '10.0.1.11:11223', and would be one; name each cluster once",
  ],
  [
    "a cluster of ours that is the same",
    () =>
      deploy([newCluster(stack, { host: newHost(stack, "host1") }, "own"), existing("a", { address: "10.0.0.11" })]),
    "the clusters stack/own and stack/a are both reached at '10.0.0.11:11223', and would be one",
  ],
  [
    "two that are lost together",
    () => deploy([existing("a", { failureDomain: "rack 1" }), existing("bb", { failureDomain: "rack 1" })]),
    "are both in the failure domain 'rack 1', and would be lost together",
  ],
  [
    "a scheduler that a deployment cannot start",
    () => deploy([existing("a"), existing("bb")], { schedulerCluster: "a" }),
    "there is no cluster 'a' whose scheduler could run",
  ],
  [
    "what is no address",
    () => existing("a", { address: "http://10.0.1.11" }),
    "'http://10.0.1.11' is no address of a cluster",
  ],
  ["what is no port", () => existing("a", { port: 70000 }), "70000"],
  ["what is no name", () => existing("a", { clusterName: "A b" }), "A b"],
  ["what is no certificate", () => existing("a", { tls: { ca: "x" } }), "'ca' of a cluster"],
])("%s is refused", (_, declare, message) => {
  expect(declare).toThrow(message);
});
