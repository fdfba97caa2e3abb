import { Lb, LbConfig } from "@cdktf/provider-aws/lib/lb";
import { Route53Record } from "@cdktf/provider-aws/lib/route53-record";
import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { VpcSecurityGroupEgressRule } from "@cdktf/provider-aws/lib/vpc-security-group-egress-rule";
import { VpcSecurityGroupIngressRule } from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule";
import { Construct, IConstruct } from "constructs";
import { LoadBalancerBase, LoadBalancerPool } from "../load-balancing";
import { ConstructError } from "../validation";
import { AWS_HEALTH_CHECK, requireHealthCheck } from "./aws-health-check";
import { AwsLoadBalancerProps } from "./aws-load-balancer-props";
import { FurtherChecks, requireSettings } from "./aws-load-balancer-rules";
import { IAwsNetwork } from "./aws-network";
import { AwsTags } from "./aws-tags";
import { ruleId } from "./cidr";
import { PoolTargetGroupContent } from "./pool-target-group";
import { PoolTargets, targetsOf } from "./pool-targets";

/** How a listener speaks TLS; it has neither where it does not. */
export interface ListenerTls {
  /** The ARN of the certificate that clients see. */
  readonly certificateArn?: string;

  /** The TLS versions and ciphers, by the name that AWS has for them. */
  readonly sslPolicy?: string;
}

/** An egress or ingress rule for one TCP port. */
interface TcpPort {
  readonly ipProtocol: "tcp";
  readonly fromPort: number;
  readonly toPort: number;
}

/** What the kinds of AWS load balancers have in common: the load balancer itself, its name, and who may talk to whom. */
export abstract class AwsLoadBalancer extends LoadBalancerBase {
  /** The name that clients use: `dnsName`, or the one that AWS gives. */
  public readonly entryAddress: string;
  /** The port that clients use. */
  public readonly entryPort: number;
  /** Whether clients speak TLS to it. */
  public readonly usesTls: boolean;
  /** How it checks health where the deployment does not say otherwise. */
  public override readonly healthCheckDefaults = AWS_HEALTH_CHECK;

  /** The load balancer. */
  public readonly loadBalancer: Lb;

  /** What it lets in and out, unless security groups were given. */
  public readonly securityGroup?: SecurityGroup;

  /** What all of it is tagged with. @hidden */
  protected readonly tags: AwsTags;

  private readonly network: IAwsNetwork;

  constructor(
    scope: Construct,
    id: string,
    private readonly common: AwsLoadBalancerProps,
    kind: Pick<LbConfig, "loadBalancerType" | "enableCrossZoneLoadBalancing" | "dropInvalidHeaderFields">,
    /** Ports that clients reach besides the entry port. */
    furtherPorts: readonly number[],
    ownChecks: (self: IConstruct) => FurtherChecks = () => ({}),
  ) {
    super(scope, id);
    const { name, tags, port, clients, accessLogs } = requireSettings(this, common, ownChecks(this));
    this.network = common.network;
    this.tags = tags;
    this.usesTls = common.certificateArn !== undefined;
    this.entryPort = port;
    this.securityGroup = clients && this.createSecurityGroup(clients, [...new Set([port, ...furtherPorts])]);
    this.loadBalancer = new Lb(this, "Resource", {
      ...kind,
      name,
      internal: common.internal ?? false,
      subnets: common.network.subnets.map(({ subnetId }) => subnetId),
      securityGroups: this.securityGroupIds,
      enableDeletionProtection: common.deletionProtection ?? true,
      accessLogs,
      tags: this.tags.of(),
      dependsOn: [...common.network.routes],
    });
    this.entryAddress = this.addRecord() ?? this.loadBalancer.dnsName;
  }

  /** Makes of the pool what clients reach. */
  protected abstract serve(
    pool: LoadBalancerPool,
    targets: PoolTargets,
    readyCluster: PoolTargetGroupContent["readyCluster"],
  ): void;

  /** The most seconds that it waits for an answer. */
  protected abstract get longestRequest(): number;

  protected override validatePool(pool: LoadBalancerPool): void {
    super.validatePool(pool);
    requireHealthCheck(this, pool.healthCheck);
    if (pool.requestTimeout > this.longestRequest) {
      throw new ConstructError(
        this,
        `${this.abilities.kind} gives a request up after ${this.longestRequest} seconds, and one may take ${pool.requestTimeout}`,
        "give the deployment a 'requestTimeout' that is not longer, or take another kind of load balancer",
      );
    }
  }

  /** What a listener needs of the certificate. */
  protected get tls(): ListenerTls {
    const { certificateArn, tlsPolicy } = this.common;
    return certificateArn === undefined
      ? {}
      : { certificateArn, sslPolicy: tlsPolicy ?? "ELBSecurityPolicy-TLS13-1-2-2021-06" };
  }

  private get securityGroupIds(): string[] {
    return this.securityGroup ? [this.securityGroup.id] : [...this.common.securityGroupIds!];
  }

  protected override fill(pool: LoadBalancerPool): void {
    const hosts = this.readyClusters.map(({ host }) => host);
    const targets = targetsOf(this, this.network, pool.members, hosts);
    this.admitToClusters(targets);
    this.serve(pool, targets, (member) => this.readyCluster(member).map(({ desiredState }) => desiredState));
  }

  private createSecurityGroup(clients: readonly string[], ports: readonly number[]): SecurityGroup {
    const group = new SecurityGroup(this, "security-group", {
      namePrefix: "zato-edge-",
      description: `Load balancer ${this.node.path} in front of Zato`,
      vpcId: this.network.vpcId,
      tags: this.tags.of(),
      lifecycle: { createBeforeDestroy: true },
    });
    const rules = new Construct(this, "rules");
    for (const [index, cidrIpv4] of clients.entries()) {
      for (const port of ports) {
        new VpcSecurityGroupIngressRule(rules, ruleId(["in", String(port), cidrIpv4], index), {
          securityGroupId: group.id,
          cidrIpv4,
          description: "clients",
          tags: this.tags.of(),
          ...tcp(port),
        });
      }
    }
    return group;
  }

  private admitToClusters({ targets }: PoolTargets): void {
    const admission = new Construct(this, "clusters");
    for (const { name, host, port, targetId } of targets) {
      host?.admit(admission, `to-${name}`, this.securityGroupIds[0]!, port);
      if (this.securityGroup) {
        new VpcSecurityGroupEgressRule(admission, `out-to-${name}`, {
          securityGroupId: this.securityGroup.id,
          description: `cluster ${name}`,
          tags: this.tags.of(),
          ...(host ? { referencedSecurityGroupId: host.securityGroup.id } : { cidrIpv4: `${targetId}/32` }),
          ...tcp(port),
        });
      }
    }
  }

  private addRecord(): string | undefined {
    const { dnsName, hostedZoneId } = this.common;
    if (dnsName === undefined) {
      return undefined;
    }
    new Route53Record(this, "record", {
      zoneId: hostedZoneId!,
      name: dnsName,
      type: "A",
      alias: { name: this.loadBalancer.dnsName, zoneId: this.loadBalancer.zoneId, evaluateTargetHealth: true },
    });
    return dnsName;
  }
}

function tcp(port: number): TcpPort {
  return { ipProtocol: "tcp", fromPort: port, toPort: port };
}
