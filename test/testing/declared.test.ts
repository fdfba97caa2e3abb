import { AssertionError } from "node:assert";
import { existsSync } from "node:fs";
import { TerraformStack, Testing } from "cdktf";
import { ExistingLoadBalancer } from "cdktf-zato";
import { assertDeclares, declaredBy, PartOf, StackDocument } from "cdktf-zato/testing";
import { newDeployment, newHost, newStack } from "../support/stack";

let stack: TerraformStack;

beforeEach(() => {
  stack = newStack();
  const hosts = [newHost(stack, "host1", { labels: { rack: "${b12}" } }), newHost(stack, "host2")];
  const loadBalancer = new ExistingLoadBalancer(stack, "edge", { address: "192.0.2.10" });
  const { content } = newDeployment(stack, { hosts, loadBalancer });
  content.addCache("Rates");
  content.addRestChannel("Ping", { urlPath: "/ping", service: "pub.zato.ping" });
});

function messageOf(expected: PartOf<StackDocument>): string[] {
  try {
    assertDeclares(stack, expected);
  } catch (error) {
    expect((error as Error).name).toBe(new AssertionError({ message: "" }).name);
    return (error as Error).message.split("\n");
  }
  return [];
}

test("says what a stack declares, in texts as people read them, and leaves nothing behind", () => {
  const synth = jest.spyOn(Testing, "fullSynth");
  const { hosts, clusters, contents, deployments, components } = declaredBy(stack);
  expect(hosts).toMatchObject([{ name: "host1", labels: { rack: "${b12}" } }, { name: "host2" }]);
  expect(clusters.map(({ name, schedulerIsActive }) => [name, schedulerIsActive])).toEqual([
    ["host1", true],
    ["host2", false],
  ]);
  expect(contents[0]!.objects).toContain("channel_rest/Ping");
  expect(deployments[0]!.outputs.pool).toBe("zato_pool");
  expect(components.length).toBeGreaterThan(10);
  expect(existsSync(synth.mock.results[0]!.value as string)).toBe(false);
});

test("may be asked again, and when more was declared", () => {
  const first = declaredBy(newStackWithHosts());
  expect(first).toEqual(declaredBy(newStackWithHosts()));
});

function newStackWithHosts(): TerraformStack {
  const other = newStack();
  newDeployment(other);
  return other;
}

test("fails for what synth refuses, and for a stack without anything of Zato", () => {
  const { content } = newDeployment((stack = newStack()));
  content.addRestChannel("Orders", { urlPath: "/orders", service: "orders.list" });
  expect(() => declaredBy(stack)).toThrow(/'orders\.list', which nobody declares/);
  expect(() => declaredBy(new TerraformStack(Testing.app(), "network"))).toThrow(
    "network: the stack declares nothing of Zato; give the one with the hosts",
  );
});

test("passes for a part of what is declared, in any order", () => {
  expect(
    messageOf({
      clusters: [
        { name: "host2", schedulerIsActive: false, servers: [{ name: "server2", workers: 2 }] },
        { name: "host1", odb: { engine: "postgresql" } },
      ],
      contents: [{ objects: ["channel_rest/Ping", "cache_builtin/Rates"].slice(0, 1), clusters: ["stack/zato/host2"] }],
      deployments: [{ loadBalancer: { address: "192.0.2.10", port: 443 } }],
    }),
  ).toEqual([]);
  expect(messageOf({})).toEqual([]);
});

test("else tells each difference by its place", () => {
  expect(
    messageOf({
      clusters: [
        { name: "host1", schedulerIsActive: false, servers: [{ name: "server1", workers: 9 }, { name: "server7" }] },
        { name: "host3" },
      ],
      contents: [{ objects: ["channel_rest/Orders"], exclusiveContent: true }],
      deployments: [{ loadBalancer: { port: 80 }, drained: ["stack/zato/host1"] }],
    }),
  ).toEqual([
    "stack does not declare what is expected:",
    "clusters.host1.schedulerIsActive is true, and not false",
    "clusters.host1.servers.server1.workers is 2, and not 9",
    "clusters.host1.servers has no 'server7'",
    "clusters has no 'host3'",
    'contents[0].objects has no "channel_rest/Orders"',
    "contents[0].exclusiveContent is false, and not true",
    "deployments[0].loadBalancer.port is 443, and not 80",
    'deployments[0].drained has no "stack/zato/host1"',
  ]);
});

test("what is not there at all is said", () => {
  expect(messageOf({ hosts: [{ name: "host2", labels: { rack: "x" } }] })).toEqual([
    "stack does not declare what is expected:",
    'hosts.host2.labels.rack is not there, and not "x"',
  ]);
});
