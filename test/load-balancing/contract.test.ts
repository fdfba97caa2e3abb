import { Affinity, ExistingLoadBalancer, HaproxyLoadBalancer, TlsCertificate } from "cdktf-zato";
import { loadBalancerContract, LoadBalancerUnderTest, RenderedPool, TerraformConfiguration } from "cdktf-zato/testing";
import { literalOf } from "../support/terraform-text";

const ALL = [Affinity.NONE, Affinity.SOURCE, Affinity.COOKIE];

const EXISTING: LoadBalancerUnderTest = {
  create: (scope, id) => new ExistingLoadBalancer(scope, id, { address: "192.0.2.10", port: 80 }),
  createWithTls: (scope, id) => new ExistingLoadBalancer(scope, id, { address: "192.0.2.10" }),
  read: readOutputs,
  affinities: ALL,
  pathAffinities: ALL,
  memberTls: true,
  longestId: "e".repeat(200), // it is the name of nothing
  refusedIds: [],
};

const HAPROXY: LoadBalancerUnderTest = {
  create: (scope, id, hosts) => new HaproxyLoadBalancer(scope, id, { hosts: hosts.slice(0, 1) }),
  createWithTls: (scope, id, hosts) =>
    new HaproxyLoadBalancer(scope, id, {
      hosts: hosts.slice(0, 1),
      certificate: TlsCertificate.fromHostFile("/etc/ssl/private/edge.pem"),
    }),
  memberTls: true,
  read: readHaproxy,
  affinities: ALL,
  pathAffinities: ALL,
  longestId: "e".repeat(32),
  refusedIds: ["edge.1", "e".repeat(33)],
};

describe("an ExistingLoadBalancer keeps the contract:", () => {
  for (const { rule, check } of loadBalancerContract(EXISTING)) {
    test(rule, check);
  }
});

describe("a HaproxyLoadBalancer keeps the contract:", () => {
  for (const { rule, check } of loadBalancerContract(HAPROXY)) {
    test(rule, check);
  }
});

/** Who runs the balancer reads the outputs. */
function readOutputs({ output }: TerraformConfiguration): RenderedPool {
  const pool = output?.zato_pool?.value as {
    members: { address: string; port: number; drained: boolean }[];
    health_check: { path: string; interval: number; expect: number };
    affinity: RenderedPool["affinity"];
    sticky_paths: RenderedPool["stickyPaths"];
  };
  return {
    members: pool.members.map(({ address, port, drained }) => ({ address, port, isDrained: drained })),
    healthPath: pool.health_check.path,
    healthyStatuses: [pool.health_check.expect],
    healthInterval: pool.health_check.interval,
    affinity: pool.affinity,
    stickyPaths: pool.sticky_paths,
    usesTls: String(output?.zato_entry_url?.value).startsWith("https:"),
  };
}

function readHaproxy({ resource }: TerraformConfiguration, id: string): RenderedPool {
  const [, node] = Object.entries(resource?.null_resource ?? {}).find(
    ([name]) => name.startsWith(`${id}_`) && /_state_/.test(name),
  )!;
  const config = literalOf((node.triggers as Record<string, string>).file_config!);
  const backEnds = config.split(/^backend /m).slice(1);
  // Those for methods that must not be repeated have the same servers.
  const [clusters = "", ...sticky] = backEnds.filter((backEnd) => !/^(\S+_once|clusters_last_resort)\n/.test(backEnd));
  return {
    members: [...clusters.matchAll(/^ {4}server \S+ (\S+):(\d+) (.*)$/gm)].map(([, address, port, rest]) => ({
      address: address!,
      port: Number(port),
      isDrained: / disabled$/.test(rest!),
    })),
    healthPath: /http-check send meth GET uri (\S+)/.exec(clusters)![1]!,
    healthyStatuses: [...clusters.matchAll(/http-check expect status (\d+)/g)].map(([, status]) => Number(status)),
    healthInterval: Number(/check inter (\d+)s/.exec(clusters)![1]),
    affinity: affinityOf(clusters),
    stickyPaths: sticky.map((backEnd) => ({
      path: new RegExp(`acl sticky_${affinityOf(backEnd)} path,url_dec -m beg (\\S+)`).exec(config)![1]!,
      affinity: affinityOf(backEnd),
    })),
    usesTls: / ssl crt /.test(config),
  };
}

function affinityOf(backEnd: string): RenderedPool["affinity"] {
  return /balance source/.test(backEnd) ? "source" : / cookie /.test(backEnd) ? "cookie" : "none";
}
