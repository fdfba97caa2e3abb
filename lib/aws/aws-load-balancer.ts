import { Lb, LbConfig } from "@cdktf/provider-aws/lib/lb";
import { Route53Record } from "@cdktf/provider-aws/lib/route53-record";
import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { VpcSecurityGroupEgressRule } from "@cdktf/provider-aws/lib/vpc-security-group-egress-rule";
import { VpcSecurityGroupIngressRule } from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule";
import { Aspects, Token } from "cdktf";
import { Construct } from "constructs";
import { LoadBalancerBase, LoadBalancerPool, PoolBinding } from "../load-balancing";
import { ConstructError, requireAddress, requireLine, requirePort } from "../validation";
import { AWS_HEALTH_CHECK, requireHealthCheck } from "./aws-health-check";
import { requireArn, requireLoadBalancerName, requireResourceId } from "./aws-names";
import { IAwsNetwork } from "./aws-network";
import { EVERYBODY, requireCidr } from "./cidr";
import { PoolTargetGroupContent } from "./pool-target-group";
import { PoolTargets, targetsOf } from "./pool-targets";

/** What the load balancers of AWS have in common. */
export interface AwsLoadBalancerProps {
  /** Where it stands: subnets in at least two availability zones, public ones unless it is internal. */
  readonly network: IAwsNetwork;

  /**
   * Its name in AWS, unique in account and region.
   *
   * @default - the construct id
   */
  readonly loadBalancerName?: string;

  /**
   * The ARN of the certificate that clients see, in ACM or IAM. With it clients speak TLS.
   *
   * @default - none; clients speak plain text
   */
  readonly certificateArn?: string;

  /**
   * The TLS versions and ciphers, by the name that AWS has for them.
   *
   * @default "ELBSecurityPolicy-TLS13-1-2-2021-06"
   */
  readonly tlsPolicy?: string;

  /**
   * The port that clients use.
   *
   * @default - 443 with a certificate, else 80
   */
  readonly port?: number;

  /**
   * Whether it has private addresses only.
   *
   * @default false
   */
  readonly internal?: boolean;

  /**
   * IPv4 networks that clients come from. Not with `securityGroupIds`.
   *
   * @default - everybody, or the VPC if it is internal
   */
  readonly clientCidrs?: readonly string[];

  /**
   * Security groups of yours. Hosts of EC2 let in the first one.
   *
   * @default - one that lets in clients, and lets out to the clusters
   */
  readonly securityGroupIds?: readonly string[];

  /**
   * Whether AWS refuses to delete it, by Terraform too. To remove it, set this to false and deploy first.
   *
   * @default true
   */
  readonly deletionProtection?: boolean;

  /**
   * Seconds that requests have to end when a cluster is taken out, 0 to 3600.
   *
   * @default - as long as a request may take
   */
  readonly deregistrationDelay?: number;

  /**
   * The bucket of S3 that access logs go to. It has to let AWS write.
   *
   * @default - no access logs
   */
  readonly accessLogBucket?: string;

  /**
   * Where in the bucket.
   *
   * @default - at its root
   */
  readonly accessLogPrefix?: string;

  /**
   * The name that clients use, which becomes a record of Route 53 in `hostedZoneId`.
   *
   * @default - the name that AWS gives
   */
  readonly dnsName?: string;

  /**
   * The hosted zone of Route 53 that `dnsName` is made in.
   *
   * @default - no record is made
   */
  readonly hostedZoneId?: string;
}

/** An egress or ingress rule for one TCP port. */
interface TcpPort {
  readonly ipProtocol: "tcp";
  readonly fromPort: number;
  readonly toPort: number;
}

/** What the kinds of AWS load balancers have in common: the load balancer itself, its name, and who may talk to whom. */
export abstract class AwsLoadBalancer extends LoadBalancerBase {
  public readonly entryAddress: string;
  public readonly entryPort: number;
  public readonly usesTls: boolean;
  public override readonly healthCheckDefaults = AWS_HEALTH_CHECK;

  /** The load balancer. */
  public readonly loadBalancer: Lb;

  /** What it lets in and out, unless security groups were given. */
  public readonly securityGroup?: SecurityGroup;

  private readonly network: IAwsNetwork;
  private isFilled = false;

  constructor(
    scope: Construct,
    id: string,
    private readonly common: AwsLoadBalancerProps,
    kind: Pick<LbConfig, "loadBalancerType" | "enableCrossZoneLoadBalancing" | "dropInvalidHeaderFields">,
    /** Ports that clients reach besides the entry port. */
    furtherPorts: readonly number[],
  ) {
    super(scope, id);
    this.network = common.network;
    this.usesTls = common.certificateArn !== undefined;
    const name = requireLoadBalancerName(this, common.loadBalancerName ?? id);
    this.entryPort = requirePort(this, "the port of the load balancer", common.port ?? (this.usesTls ? 443 : 80));
    this.requireTls();
    this.securityGroup = this.createSecurityGroup([...new Set([this.entryPort, ...furtherPorts])]);
    this.loadBalancer = new Lb(this, "Resource", {
      ...kind,
      name,
      internal: common.internal ?? false,
      subnets: common.network.subnets.map(({ subnetId }) => subnetId),
      securityGroups: this.securityGroupIds,
      enableDeletionProtection: common.deletionProtection ?? true,
      accessLogs: this.accessLogs(),
      tags: { Name: this.node.path },
      dependsOn: [...common.network.routes],
    });
    this.entryAddress = this.addRecord() ?? this.loadBalancer.dnsName;
  }

  public override bindPool(binding: PoolBinding): void {
    super.bindPool(binding);
    // The pool is complete at synth, and it says which resources there are.
    Aspects.of(this).add({ visit: (construct) => construct === this && this.fillOnce() });
  }

  /** Makes of the pool what clients reach. */
  protected abstract fill(
    pool: LoadBalancerPool,
    targets: PoolTargets,
    readyCluster: PoolTargetGroupContent["readyCluster"],
  ): void;

  protected override validatePool(pool: LoadBalancerPool): void {
    super.validatePool(pool);
    requireHealthCheck(this, pool.healthCheck);
  }

  /** What a listener needs of the certificate. */
  protected get tls(): { certificateArn?: string; sslPolicy?: string } {
    const { certificateArn, tlsPolicy } = this.common;
    return certificateArn === undefined
      ? {}
      : { certificateArn, sslPolicy: tlsPolicy ?? "ELBSecurityPolicy-TLS13-1-2-2021-06" };
  }

  private get securityGroupIds(): string[] {
    return this.securityGroup ? [this.securityGroup.id] : [...this.common.securityGroupIds!];
  }

  private fillOnce(): void {
    if (this.isFilled) {
      return;
    }
    this.isFilled = true;
    const { pool, readyClusters } = this;
    this.validatePool(pool);
    const hosts = readyClusters.map(({ host }) => host);
    const targets = targetsOf(this, this.network, pool.members, hosts);
    this.admitToClusters(targets);
    this.fill(pool, targets, (member) => this.readyCluster(member).map(({ desiredState }) => desiredState));
  }

  private requireTls(): void {
    const { certificateArn, tlsPolicy } = this.common;
    if (certificateArn !== undefined) {
      requireArn(this, "a certificate", ["acm", "iam"], certificateArn);
    } else if (this.entryPort === 443 || tlsPolicy !== undefined) {
      throw new ConstructError(
        this,
        `there is no certificate ${tlsPolicy === undefined ? "for HTTPS on port 443" : `for the TLS policy '${tlsPolicy}'`}`,
        "give the 'certificateArn' of a certificate in ACM, or plain HTTP another port",
      );
    }
  }

  private createSecurityGroup(ports: readonly number[]): SecurityGroup | undefined {
    const { network, internal, clientCidrs, securityGroupIds } = this.common;
    if (securityGroupIds !== undefined) {
      if (securityGroupIds.length === 0 || clientCidrs !== undefined) {
        throw new ConstructError(
          this,
          clientCidrs ? "'clientCidrs' would be ignored with 'securityGroupIds'" : "there is no security group",
          "give either security groups, whose rules are yours, or networks of clients",
        );
      }
      securityGroupIds.forEach((group) => requireResourceId(this, "security group", "sg", group));
      return undefined;
    }
    const group = new SecurityGroup(this, "security-group", {
      namePrefix: "zato-edge-",
      description: `Load balancer ${this.node.path} in front of Zato`,
      vpcId: network.vpcId,
      tags: { Name: this.node.path },
      lifecycle: { createBeforeDestroy: true },
    });
    const clients = clientCidrs ?? (internal ? network.cidrBlocks : [EVERYBODY]);
    const rules = new Construct(this, "rules");
    for (const cidrIpv4 of new Set(clients.map((cidr) => requireCidr(this, "network of clients", cidr)))) {
      for (const port of ports) {
        new VpcSecurityGroupIngressRule(rules, ruleId("in", String(port), cidrIpv4), {
          securityGroupId: group.id,
          cidrIpv4,
          description: "clients",
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
          ...(host ? { referencedSecurityGroupId: host.securityGroup.id } : { cidrIpv4: `${targetId}/32` }),
          ...tcp(port),
        });
      }
    }
  }

  private accessLogs(): LbConfig["accessLogs"] {
    const { accessLogBucket: bucket, accessLogPrefix: prefix } = this.common;
    if (bucket === undefined) {
      if (prefix !== undefined) {
        throw new ConstructError(this, `there is no bucket for the logs in '${prefix}'`, "give an 'accessLogBucket'");
      }
      return undefined;
    }
    if (!Token.isUnresolved(bucket) && !/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
      throw new ConstructError(
        this,
        `'${bucket}' is no bucket of S3`,
        "give its name: 3 to 63 lower-case letters, digits, '.' and '-'",
      );
    }
    return { enabled: true, bucket, prefix: prefix && requireLine(this, "the prefix of access logs", prefix) };
  }

  private addRecord(): string | undefined {
    const { dnsName, hostedZoneId } = this.common;
    if ((dnsName === undefined) !== (hostedZoneId === undefined)) {
      throw new ConstructError(
        this,
        dnsName === undefined ? "'hostedZoneId' comes without a name" : `'${dnsName}' comes without a hosted zone`,
        "give both 'dnsName' and 'hostedZoneId', or neither",
      );
    }
    if (dnsName === undefined) {
      return undefined;
    }
    new Route53Record(this, "record", {
      zoneId: hostedZoneId!,
      name: requireAddress(this, "DNS name", dnsName),
      type: "A",
      alias: { name: this.loadBalancer.dnsName, zoneId: this.loadBalancer.zoneId, evaluateTargetHealth: true },
    });
    return dnsName;
  }
}

function tcp(port: number): TcpPort {
  return { ipProtocol: "tcp", fromPort: port, toPort: port };
}

function ruleId(...words: string[]): string {
  return words.join("-").replaceAll(/[^A-Za-z0-9]/g, "-");
}
