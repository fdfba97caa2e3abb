import { Affinity, ExistingLoadBalancer, LoadBalancerPool } from "cdktf-zato";
import { loadBalancerContract, LoadBalancerUnderTest, RenderedPool } from "cdktf-zato/testing";
import { TerraformOutput, TerraformResource, Lazy } from "cdktf";
import { Construct } from "constructs";

/** A kind without a fault; tests give it one. */
class Appliance extends ExistingLoadBalancer {
  protected override readonly abilities = {
    kind: "an appliance",
    affinities: [Affinity.SOURCE],
    pathAffinities: [Affinity.COOKIE],
  };

  constructor(
    scope: Construct,
    id: string,
    port: number,
    private readonly fault: (told: RenderedPool) => Partial<RenderedPool> = () => ({}),
  ) {
    super(scope, id, { address: "192.0.2.10", port });
    new TerraformOutput(this, "report", { value: Lazy.anyValue({ produce: () => this.report() }) }).overrideLogicalId(
      "report",
    );
  }

  private report(): RenderedPool {
    const { members, healthCheck, affinity, stickyPaths }: LoadBalancerPool = this.pool;
    const report: RenderedPool = {
      members: members.map(({ address, port, isDrained }) => ({ address, port, isDrained })),
      healthPath: healthCheck.path,
      healthyStatuses: [200],
      healthInterval: healthCheck.interval,
      affinity: affinity.kind,
      stickyPaths: stickyPaths.map((sticky) => ({ path: sticky.path, affinity: sticky.affinity.kind })),
      usesTls: this.usesTls,
    };
    return { ...report, ...this.fault(report) };
  }
}

/** Sends requests at once, without waiting for clusters. */
class Hasty extends Appliance {
  constructor(scope: Construct, id: string) {
    super(scope, id, 80);
    new TerraformResource(this, "device", { terraformResourceType: "terraform_data" });
  }
}

const APPLIANCE: LoadBalancerUnderTest = {
  create: (scope, id) => new Appliance(scope, id, 80),
  createWithTls: (scope, id) => new Appliance(scope, id, 443),
  read: ({ output }) => output?.report?.value as RenderedPool,
  affinities: [Affinity.SOURCE],
  pathAffinities: [Affinity.COOKIE],
  longestId: "e",
  refusedIds: [],
};

function faulty(fault: (told: RenderedPool) => Partial<RenderedPool>): LoadBalancerUnderTest {
  return { ...APPLIANCE, create: (scope, id) => new Appliance(scope, id, 80, fault) };
}

describe("a kind without a fault breaks no rule:", () => {
  for (const { rule, check } of loadBalancerContract(APPLIANCE)) {
    test(rule, check);
  }
});

test("every rule says what it is about, and no two say the same", () => {
  const rules = loadBalancerContract({ ...APPLIANCE, refusedIds: ["edge.1"] }).map(({ rule }) => rule);
  expect(rules.filter((rule) => !/^\S+( \S+)+$/.test(rule))).toEqual([]);
  expect(new Set(rules).size).toBe(rules.length);
});

test.each<[string, LoadBalancerUnderTest, RegExp]>([
  ["leaves out a member", faulty(({ members }) => ({ members: members.slice(1) })), /its members are all clusters/],
  [
    "has a port of its own for members",
    faulty(({ members }) => ({ members: members.map((member) => ({ ...member, port: 11223 })) })),
    /its members are all clusters/,
  ],
  ["asks for another path", faulty(() => ({ healthPath: "/" })), /is healthy when GET \/zato\/ping answers 200/],
  ["is content with any answer", faulty(() => ({ healthyStatuses: [200, 404] })), /answers 200, and only then/],
  ["checks when it likes", faulty(() => ({ healthInterval: 2 })), /path and interval of the health check/],
  ["sticks", faulty(() => ({ affinity: "cookie" })), /not kept at a cluster unless asked for/],
  ["forgets affinity", faulty(() => ({ affinity: "none" })), /affinity by source for all paths$/],
  ["forgets paths", faulty(() => ({ stickyPaths: [] })), /affinity by cookie for some paths$/],
  [
    "drops drained members",
    faulty(({ members }) => ({ members: members.filter(({ isDrained }) => !isDrained) })),
    /a drained cluster stays a member/,
  ],
  [
    "does not drain",
    faulty(({ members }) => ({ members: members.map((member) => ({ ...member, isDrained: false })) })),
    /a drained cluster stays a member/,
  ],
  [
    "always has TLS",
    { ...APPLIANCE, create: (scope, id) => new Appliance(scope, id, 443) },
    /clients speak HTTP to it/,
  ],
  [
    "never has TLS",
    { ...APPLIANCE, createWithTls: (scope, id) => new Appliance(scope, id, 80) },
    /speak TLS to it when it is given that/,
  ],
  ["does not wait for clusters", { ...APPLIANCE, create: (scope, id) => new Hasty(scope, id) }, /that is not ready/],
  ["claims an affinity", { ...APPLIANCE, affinities: [Affinity.COOKIE] }, /affinity by cookie for all paths$/],
  ["takes any name", { ...APPLIANCE, refusedIds: ["edge.1"] }, /it refuses the name 'edge.1'/],
])("a kind that %s is found out", (_, kind, broken) => {
  const rules = loadBalancerContract(kind).filter(({ rule }) => broken.test(rule));
  expect(rules).toHaveLength(1);
  expect(rules[0]!.check).toThrow();
});
