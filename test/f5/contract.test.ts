import { Affinity } from "cdktf-zato";
import { F5BigIpLoadBalancer, F5BigIpLoadBalancerProps } from "cdktf-zato/f5";
import { loadBalancerContract, LoadBalancerUnderTest, RenderedPool } from "cdktf-zato/testing";
import { literalOf } from "../support/terraform-text";
import { applicationOf } from "./support/as3";
import { TLS } from "./support/f5";

interface Rule {
  readonly conditions: { readonly path: { readonly values: string[] } }[];
  readonly actions: { readonly type: string; readonly sourceAddress?: object; readonly cookieInsert?: object }[];
}

function kind(props: Partial<F5BigIpLoadBalancerProps>): LoadBalancerUnderTest {
  const create = (more: object): LoadBalancerUnderTest["create"] => {
    return (scope, id) =>
      new F5BigIpLoadBalancer(scope, id, { virtualAddress: "192.0.2.10", tenant: "Zato", ...props, ...more });
  };
  return {
    create: create({}),
    createWithTls: create(TLS),
    read: ({ resource }) => {
      const [bigIp] = Object.values(resource!.bigip_as3!) as { as3_json: string }[];
      return poolOf(JSON.parse(literalOf(bigIp!.as3_json)) as Record<string, unknown>);
    },
    affinities: [Affinity.SOURCE, Affinity.COOKIE],
    pathAffinities: [Affinity.NONE, Affinity.SOURCE, Affinity.COOKIE],
    longestId: "e".repeat(32),
    refusedIds: ["edge.1", "1edge", "e".repeat(33)],
  };
}

function poolOf(declaration: Record<string, unknown>): RenderedPool {
  const { service, pool, monitor, paths } = applicationOf(declaration) as Record<string, Record<string, unknown>>;
  const [method] = service!.persistenceMethods as string[];
  const members = pool!.members as { serverAddresses: [string]; servicePort: number; adminState: string }[];
  return {
    members: members.map(({ serverAddresses: [address], servicePort, adminState }) => ({
      address,
      port: servicePort,
      isDrained: adminState === "disable",
    })),
    healthPath: /^GET (\S+) HTTP/.exec(String(monitor!.send))![1]!,
    healthyStatuses: [Number(/ (\d+)$/.exec(String(monitor!.receive))![1])],
    healthInterval: Number(monitor!.interval),
    affinity: method === "source-address" ? "source" : method === "cookie" ? "cookie" : "none",
    stickyPaths: (paths!.rules as Rule[])
      .filter(({ actions }) => actions[0]!.type === "persist")
      .map(({ conditions, actions }) => ({
        path: conditions[0]!.path.values[0]!,
        affinity: actions[0]!.sourceAddress ? "source" : actions[0]!.cookieInsert ? "cookie" : "none",
      })),
    usesTls: service!.class === "Service_HTTPS" && service!.serverTLS !== undefined,
  };
}

describe.each([
  ["with a tenant of its own", {}],
  ["as an application of a shared tenant", { perApplication: true }],
])("an F5BigIpLoadBalancer %s keeps the contract:", (_, props) => {
  for (const { rule, check } of loadBalancerContract(kind(props))) {
    test(rule, check);
  }
});
