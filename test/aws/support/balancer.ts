import { TerraformStack } from "cdktf";
import { Affinity, HealthCheck, HealthCheckProps, IHost } from "cdktf-zato";
import { ApplicationLoadBalancer, ApplicationLoadBalancerProps, NetworkLoadBalancer } from "cdktf-zato/aws";
import { ComponentState, RemoteComponent } from "../../../lib/remote";
import { AwsTemplate, existingNetwork, newAwsStack, newEc2Host } from "./stack";

/** The kinds; what is common to both is tested with both. */
export const KINDS = { ApplicationLoadBalancer, NetworkLoadBalancer };

/** What a test's load balancer and its pool are told. */
export interface BalancerInput {
  readonly kind?: keyof typeof KINDS;
  readonly id?: string;
  readonly props?: Partial<ApplicationLoadBalancerProps>;
  readonly hosts?: readonly IHost[];
  readonly healthCheck?: HealthCheckProps;
  readonly affinity?: Affinity;
  readonly stickyPaths?: Readonly<Record<string, Affinity>>;
  readonly requestTimeout?: number;
  readonly drained?: readonly string[];
  readonly stack?: TerraformStack;
}

/** As much of a cluster as a balancer waits for: a whole one takes a test ten times as long. */
class Cluster extends RemoteComponent {
  constructor(host: IHost) {
    super(host, "cluster", { host, kind: "load-balancer", name: host.hostName });
  }

  protected override state(): ComponentState {
    return { parameters: {} };
  }
}

/** A load balancer `edge` in a network that exists, in front of two hosts of EC2 unless the input says otherwise. */
export function newBalanced({ kind, id, props, ...input }: BalancerInput = {}): {
  stack: TerraformStack;
  edge: ApplicationLoadBalancer | NetworkLoadBalancer;
} {
  const stack = input.stack ?? newAwsStack();
  const network = props?.network ?? existingNetwork(stack);
  const edge = new KINDS[kind ?? "ApplicationLoadBalancer"](stack, id ?? "edge", { network, ...props });
  const hosts = input.hosts ?? ["host1", "host2"].map((host) => newEc2Host(stack, host, network));
  const clusters = hosts.map((host) => new Cluster(host));
  edge.bindPool({
    pool: () => ({
      members: hosts.map(({ hostName: name, address }) => ({
        name,
        address,
        port: 11223,
        isDrained: input.drained?.includes(name) ?? false,
      })),
      privatePaths: ["/zato/", "/ide-deploy"],
      healthCheck: new HealthCheck(stack, { ...edge.healthCheckDefaults, ...input.healthCheck }),
      affinity: input.affinity ?? Affinity.NONE,
      stickyPaths: Object.entries(input.stickyPaths ?? {}).map(([path, affinity]) => ({ path, affinity })),
      maxConnectionsPerMember: 2000,
      requestTimeout: input.requestTimeout ?? 60,
      logsRequests: false,
    }),
    readyClusters: (member) => clusters.filter(({ host }) => host.hostName === (member ?? host.hostName)),
  });
  return { stack, edge };
}

/** The same, synthesized. */
export function synthBalanced(input: BalancerInput = {}): AwsTemplate {
  return AwsTemplate.synth(newBalanced(input).stack);
}
