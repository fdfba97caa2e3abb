import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Affinity } from "cdktf-zato";
import { loadBalancerContract, LoadBalancerUnderTest, RenderedPool, TerraformConfiguration } from "cdktf-zato/testing";
import { Construct } from "constructs";
import { KINDS } from "./support/balancer";
import { complaintsOfProvider } from "./support/provider-schema";
import { CERTIFICATE, newNetwork } from "./support/stack";

function kindUnderTest(
  kind: keyof typeof KINDS,
  affinities: Pick<LoadBalancerUnderTest, "affinities" | "pathAffinities">,
): LoadBalancerUnderTest {
  const make = (certificateArn?: string) => (scope: Construct, id: string) => {
    new AwsProvider(scope, "aws", { region: "eu-central-1" });
    return new KINDS[kind](scope, id, { network: newNetwork(scope), certificateArn });
  };
  return {
    create: make(),
    createWithTls: make(CERTIFICATE),
    read,
    ...affinities,
    longestId: "e".repeat(32),
    refusedIds: ["my_edge", "internal-edge", "edge-", "e".repeat(33)],
  };
}

const CONTRACTS: Record<string, LoadBalancerUnderTest> = {
  "an ApplicationLoadBalancer": kindUnderTest("ApplicationLoadBalancer", {
    affinities: [Affinity.COOKIE],
    pathAffinities: [Affinity.COOKIE],
  }),
  "a NetworkLoadBalancer": kindUnderTest("NetworkLoadBalancer", { affinities: [Affinity.SOURCE], pathAffinities: [] }),
};

for (const [name, kind] of Object.entries(CONTRACTS)) {
  describe(`${name} keeps the contract:`, () => {
    for (const { rule, check } of loadBalancerContract(kind)) {
      test(rule, check);
    }
  });
}

/** What AWS is told: who is let through to, is a member; a member that is no target is drained. */
function read(configuration: TerraformConfiguration): RenderedPool {
  expect(complaintsOfProvider(configuration)).toEqual([]);
  const all = (type: string): [string, Record<string, unknown>][] =>
    Object.entries(configuration.resource![type] ?? {});
  const groups = all("aws_lb_target_group");
  const [, group] = groups.find(([name]) => !name.includes("sticky"))!;
  const check = group.health_check as { path: string; matcher: string; interval: number };
  const targets = all("aws_lb_target_group_attachment").map(([, { target_id }]) => target_id);
  const members = all("aws_vpc_security_group_egress_rule").map(([, { cidr_ipv4, from_port }]) => ({
    address: String(cidr_ipv4).replace("/32", ""),
    port: Number(from_port),
  }));
  return {
    members: members.map((member) => ({ ...member, isDrained: !targets.includes(member.address) })),
    healthPath: check.path,
    healthyStatuses: [Number(check.matcher)],
    healthInterval: check.interval,
    affinity: affinityOf(group),
    stickyPaths: all("aws_lb_listener_rule")
      .filter(([name]) => name.includes("_sticky-"))
      .flatMap(([, { condition }]) => (condition as [{ path_pattern: { values: string[] } }])[0].path_pattern.values)
      .map((pattern) => ({
        path: pattern.replace(/\*$/, ""),
        affinity: affinityOf(groups.find(([name]) => name.includes("sticky"))![1]),
      })),
    usesTls: all("aws_lb_listener").some(([, { protocol }]) => protocol === "HTTPS" || protocol === "TLS"),
  };
}

function affinityOf({ stickiness }: Record<string, unknown>): RenderedPool["affinity"] {
  const { enabled, type } = stickiness as { enabled: boolean; type: string };
  return enabled ? (type === "source_ip" ? "source" : "cookie") : "none";
}
