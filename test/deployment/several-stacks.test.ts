import { App, TerraformStack, TerraformVariable, Testing } from "cdktf";
import {
  HaproxyLoadBalancer,
  IExternalLoadBalancer,
  IHost,
  OdbDatabase,
  PhysicalHostProps,
  RedisConnection,
  Secret,
  WorkerAllocation,
  ZatoCluster,
  ZatoClusterProps,
} from "cdktf-zato";
import { CitrixAdcLoadBalancer, CitrixAdcProvider } from "cdktf-zato/citrix";
import { BigIpProvider, F5BigIpLoadBalancer, F5BigIpLoadBalancerProps } from "cdktf-zato/f5";
import { INSTALLATION, newCluster, newDeployment, newHost } from "../support/stack";
import { Template } from "../support/template";

/** Two stacks of one App. */
function twoStacks(): { readonly staging: TerraformStack; readonly production: TerraformStack } {
  const app: App = Testing.app();
  return { staging: new TerraformStack(app, "staging"), production: new TerraformStack(app, "production") };
}

/** A host in staging, and one in production that may be the same machine. */
function hosts(props: (other: IHost) => Partial<PhysicalHostProps> = () => ({})): [IHost, IHost] {
  const { staging, production } = twoStacks();
  const first = newHost(staging, "host1");
  return [first, newHost(production, "host1", props(first))];
}

/** A cluster that takes half of its host's CPUs. */
const clusterOn = (host: IHost, id: string, props: Partial<ZatoClusterProps> = {}): ZatoCluster =>
  new ZatoCluster(TerraformStack.of(host), id, {
    host,
    installation: INSTALLATION,
    workers: WorkerAllocation.matchCpus({ reservedCpus: 2 }),
    servers: 1,
    ...props,
  });

/** Another one there, whose ports are its own. */
const neighbourOn = (host: IHost, id: string, props: Partial<ZatoClusterProps> = {}): ZatoCluster => {
  const cluster = clusterOn(host, id, {
    servers: 0,
    zatoLoadBalancer: { port: 12223 },
    webAdmin: { port: 9183 },
    schedulerPort: 32530,
    ...props,
  });
  cluster.addServer("server1", { port: 18010 });
  return cluster;
};

describe("two stacks of one App cannot have", () => {
  test("the same machine, in whatever spelling", () => {
    expect(() => hosts()).toThrow(
      "production/host1: its address 10.0.0.11 is that of staging/host1: the two would be one machine; " +
        "give each stack machines of its own; where both are meant to live on it, set 'sharedWith' to the other host; " +
        "where equal addresses are of separate networks, declare the stacks in two Apps",
    );
    const { staging, production } = twoStacks();
    newHost(staging, "host1", { address: "2001:db8::1" });
    expect(() => newHost(production, "other", { address: "2001:DB8:0::1" })).toThrow(
      /^production\/other: .* staging\/host1/,
    );
  });

  test("the same hosts below deployments", () => {
    const { staging, production } = twoStacks();
    newDeployment(staging);
    expect(() => newDeployment(production)).toThrow(/^production\/host1: .*that of staging\/host1/);
  });

  test("the same virtual address", () => {
    const { staging, production } = twoStacks();
    const edge = (stack: TerraformStack, address: string): unknown =>
      new HaproxyLoadBalancer(stack, "edge", {
        hosts: [newHost(stack, "host1", { address })],
        virtualAddress: "10.0.0.100",
      });
    edge(staging, "10.0.0.11");
    expect(() => edge(production, "10.0.0.12")).toThrow(
      /^production\/edge: the virtual address 10.0.0.100 is that of staging\/edge; give each load balancer one of its own/,
    );
  });

  test("a virtual address that is a machine's of the other, though it is declared later", () => {
    const { staging, production } = twoStacks();
    const loadBalancer = new HaproxyLoadBalancer(staging, "edge", {
      hosts: [newHost(staging, "host9")],
      virtualAddress: "10.0.0.13",
    });
    newDeployment(staging, { loadBalancer });
    expect(() => Template.synth(staging)).not.toThrow();
    newHost(production, "host3");
    expect(() => Template.synth(staging)).toThrow(
      /\[staging\/edge\] the virtual address 10.0.0.13 is that of production\/host3/,
    );
  });

  test.each([
    [
      "ODB",
      (stack: TerraformStack) => ({
        odb: OdbDatabase.mysql({
          host: "db.internal",
          database: "zato",
          username: "zato",
          password: Secret.fromVariable(new TerraformVariable(stack, "password", {})),
        }),
      }),
    ],
    ["Redis", () => ({ redis: RedisConnection.of({ host: "redis.internal" }) })],
  ])("the same %s", (what, props) => {
    const { staging, production } = twoStacks();
    newCluster(staging, { host: newHost(staging, "host1"), ...props(staging) });
    expect(() => newCluster(production, { host: newHost(production, "host2"), ...props(production) })).toThrow(
      new RegExp(`^production/a: the clusters staging/a and production/a have the same ${what}`),
    );
  });
});

describe("clusters of two stacks can live on one machine where that is said:", () => {
  const shared = (): [IHost, IHost] => hosts((sharedWith) => ({ sharedWith }));

  test("with names and ports of their own", () => {
    const [one, other] = shared();
    clusterOn(one, "a");
    neighbourOn(other, "b");
    for (const host of [one, other]) {
      expect(() => Template.synth(TerraformStack.of(host))).not.toThrow();
    }
  });

  test.each<[string, (host: IHost) => unknown, RegExp]>([
    [
      "of one name",
      (host) => neighbourOn(host, "a"),
      /^production\/a: \/opt\/zato\/env\/a\/\S+ on the host would be that of staging\/a too/,
    ],
    [
      "on one port",
      (host) => clusterOn(host, "b"),
      /^production\/b\/load-balancer: port 11223 .* is already used by .* of staging\/a/,
    ],
    [
      "with more workers than there are CPUs",
      (host) => neighbourOn(host, "b", { workers: undefined }),
      /^production\/b: the clusters staging\/a and production\/b would have 2 \+ 4 workers on the host host1, which has 4 CPUs/,
    ],
  ])("not %s", (_, add, message) => {
    const [one, other] = shared();
    clusterOn(one, "a");
    expect(() => add(other)).toThrow(message);
  });

  test("not with ports on which workers of both talk to each other", () => {
    const [one, other] = shared();
    clusterOn(one, "a");
    neighbourOn(other, "b").addServer("server2", { port: 18011, ipcPort: 17051 });
    expect(() => Template.synth(TerraformStack.of(other))).toThrow(/overlap those of server1, 17050 to 17051/);
  });

  test("not in the same stack, and not on another machine", () => {
    const { staging, production } = twoStacks();
    const host = newHost(staging, "host1");
    expect(() => newHost(staging, "host2", { address: host.address, sharedWith: host })).toThrow(
      /^staging\/host2: it is to be the same machine as staging\/host1 of the same stack/,
    );
    expect(() => newHost(production, "host2", { sharedWith: host })).toThrow(
      /^production\/host2: it is to be the same machine as staging\/host1, and is not reached as that is/,
    );
    expect(() => newHost(production, "host1", { cpus: 8, sharedWith: host })).toThrow(/another number of CPUs/);
    expect(() => newHost(production, "host3", { address: host.address, firewall: {}, sharedWith: host })).toThrow(
      /^production\/host3: the machine has one firewall, and it is staging\/host1 that declares it/,
    );
  });

  test("the machine is checked to have room for both, and the firewall of one lets in what is meant for the other", () => {
    // GIVEN
    const { staging, production } = twoStacks();
    const one = newHost(staging, "host1", { firewall: {} });
    const other = newHost(production, "host1", { sharedWith: one });
    clusterOn(one, "a");
    const alone = Number(Template.synth(staging).preflight("host1").parameters.memory);

    // WHEN
    neighbourOn(other, "b");

    // THEN
    for (const stack of [staging, production]) {
      const { memory, ports, firewall } = Template.synth(stack).preflight("host1").parameters;
      expect(Number(memory)).toBe(2 * alone);
      expect(ports!.split("\n")).toEqual(
        expect.arrayContaining(["11223 the Zato load-balancer", "12223 the Zato load-balancer"]),
      );
      expect(firewall).toBe("true");
    }
    expect(Template.synth(staging).manifest("host1/firewall").files.ingress).toMatch(/^tcp 12223 any/m);
  });
});

describe("what a device has only once", () => {
  const f5 = (
    stack: TerraformStack,
    props: Partial<F5BigIpLoadBalancerProps> = {},
    id = "edge",
  ): F5BigIpLoadBalancer => {
    const edge = new F5BigIpLoadBalancer(stack, id, { virtualAddress: "192.0.2.10", tenant: "Zato", ...props });
    edge.bindPool({
      pool: () => newDeployment(new TerraformStack(Testing.app(), "pool")).pool,
      readyClusters: () => [],
    });
    return edge;
  };

  test("one virtual address in two tenants, of one stack or two", () => {
    const { staging, production } = twoStacks();
    f5(staging);
    expect(() => f5(staging, { tenant: "Other" }, "other")).toThrow(
      /^staging\/other: the virtual address 192.0.2.10 is that of staging\/edge/,
    );
    expect(() => f5(production, { tenant: "Other" })).toThrow(
      /^production\/edge: the virtual address 192.0.2.10 is that of staging\/edge/,
    );
  });

  test("one tenant in two stacks", () => {
    const { staging, production } = twoStacks();
    f5(staging);
    f5(production, { virtualAddress: "192.0.2.11" });
    expect(() => Template.synth(production)).toThrow(
      /\[production\/edge\] it would replace staging\/edge in the tenant 'Zato'/,
    );
  });

  test("one tenant on two devices is two", () => {
    const { staging, production } = twoStacks();
    f5(staging, { provider: new BigIpProvider(staging, "f5", { address: "f5-a.example.com" }) });
    f5(production, {
      virtualAddress: "192.0.2.11",
      provider: new BigIpProvider(production, "f5", { address: "f5-b.example.com" }),
    });
    expect(() => Template.synth(production)).not.toThrow();
  });

  test("applications of one tenant may have ports of one address, each its own", () => {
    const { staging, production } = twoStacks();
    const shared = { perApplication: true };
    f5(staging, { ...shared, application: "a" });
    expect(() => f5(production, { ...shared, application: "b" })).toThrow(
      /^production\/edge: port 80 of the virtual address 192.0.2.10 is that of staging\/edge/,
    );
    expect(() => f5(production, { ...shared, application: "c", port: 8080 }, "edge2")).not.toThrow();
    expect(() => f5(production, { tenant: "Other", ...shared, port: 8081 }, "edge3")).toThrow(/that of staging\/edge/);
  });

  test("one address in two route domains is two; '%0' is none", () => {
    const { staging, production } = twoStacks();
    f5(staging);
    expect(() => f5(production, { tenant: "B", virtualAddress: "192.0.2.10%2" }, "b")).not.toThrow();
    expect(() => f5(production, { tenant: "C", virtualAddress: "192.0.2.10%3" }, "c")).not.toThrow();
    expect(() => f5(production, { tenant: "D", virtualAddress: "192.0.2.10%2" }, "d")).toThrow(/that of production\/b/);
    expect(() => f5(production, { tenant: "E", virtualAddress: "192.0.2.10%0" }, "e")).toThrow(/that of staging\/edge/);
  });

  test("one address and port of two Citrix servers, the one that redirects included, and their names", () => {
    const { staging, production } = twoStacks();
    const citrix = (stack: TerraformStack, id: string, props: object = {}): unknown =>
      new CitrixAdcLoadBalancer(stack, id, { virtualAddress: "192.0.2.10", ...props });
    const tls = { certKey: "esb" };
    citrix(staging, "edge", { tls });
    expect(() => citrix(production, "other", { tls })).toThrow(
      /^production\/other: port 443 of the virtual address 192.0.2.10 is that of staging\/edge/,
    );
    expect(() => citrix(production, "other80")).toThrow(/port 80 of the virtual address/);
    expect(() => citrix(production, "other8080", { port: 8080 })).not.toThrow();
    expect(() => citrix(production, "edge", { virtualAddress: "192.0.2.11" })).toThrow(
      /^production\/edge: its names on the device, 'zato-edge' and so on, are those of staging\/edge; give one of the two another id/,
    );
    const provider = new CitrixAdcProvider(production, "adc", { endpoint: "https://adc2.example.com" });
    expect(() => citrix(new TerraformStack(production.node.root, "third"), "third", { provider })).toThrow(
      /that of staging/,
    );
    expect(() => citrix(production, "fourth", { provider, virtualAddress: "192.0.2.12" })).not.toThrow();
  });

  test("one address of balancers of two kinds", () => {
    const { staging, production } = twoStacks();
    f5(staging);
    expect(() => new CitrixAdcLoadBalancer(production, "edge", { virtualAddress: "192.0.2.10", port: 81 })).toThrow(
      /that of staging\/edge/,
    );
    expect(
      () =>
        new HaproxyLoadBalancer(production, "pair", {
          hosts: [newHost(production, "host1")],
          virtualAddress: "192.0.2.10",
        }),
    ).toThrow(/that of staging\/edge/);
  });

  test.each<[string, (stack: TerraformStack, virtualAddress: string) => IExternalLoadBalancer]>([
    ["F5", (stack, virtualAddress) => new F5BigIpLoadBalancer(stack, "edge", { virtualAddress, tenant: "Zato" })],
    ["Citrix", (stack, virtualAddress) => new CitrixAdcLoadBalancer(stack, "edge", { virtualAddress })],
  ])("an address that is a machine's, for a virtual server of %s", (_, create) => {
    const { staging, production } = twoStacks();
    newHost(production, "host7");
    newDeployment(staging, { loadBalancer: create(staging, "10.0.0.17") });
    expect(() => Template.synth(staging)).toThrow(/the virtual address 10.0.0.17 is that of production\/host7/);
  });
});
