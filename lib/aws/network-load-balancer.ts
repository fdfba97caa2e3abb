import { LbListener } from "@cdktf/provider-aws/lib/lb-listener";
import { Construct } from "constructs";
import { Affinity } from "../content";
import { LoadBalancerAbilities, LoadBalancerPool } from "../load-balancing";
import { ConstructError } from "../validation";
import { AwsLoadBalancer } from "./aws-load-balancer";
import { AwsLoadBalancerProps } from "./aws-load-balancer-props";
import { PoolTargetGroup, PoolTargetGroupContent } from "./pool-target-group";
import { PoolTargets } from "./pool-targets";

/** What a {@link NetworkLoadBalancer} is declared with. */
export interface NetworkLoadBalancerProps extends AwsLoadBalancerProps {
  /**
   * Whether clients of one zone reach clusters of all zones. Without it a client whose zone has no healthy cluster is sent to
   * another zone by DNS alone.
   *
   * @default true
   */
  readonly crossZone?: boolean;
}

/** The seconds without a byte after which an NLB forgets a connection unless it is told otherwise. */
const IDLE_TIMEOUT = 350;

/**
 * AWS's Network Load Balancer (NLB) in front of the clusters: TCP, or TLS with a certificate. It reads no paths, so that
 * Zato's own are refused by the clusters alone.
 *
 * @example
 * new NetworkLoadBalancer(this, "edge", { network, certificateArn: "arn:aws:acm:…" });
 */
export class NetworkLoadBalancer extends AwsLoadBalancer {
  /** What clients reach. */
  public readonly listener: LbListener;

  /** The clusters. */
  public readonly targetGroup: PoolTargetGroup;

  protected readonly abilities: LoadBalancerAbilities = {
    kind: "a Network Load Balancer of AWS",
    affinities: [Affinity.SOURCE],
    pathAffinities: [], // it reads no paths
  };

  private readonly props: NetworkLoadBalancerProps;

  /**
   * @throws ConstructError when AWS would not take the name, port 443 or access logs come without a certificate, or a network,
   * an ARN or an id cannot be what it claims to be
   */
  constructor(scope: Construct, id: string, props: NetworkLoadBalancerProps) {
    super(scope, id, props, { loadBalancerType: "network", enableCrossZoneLoadBalancing: props.crossZone ?? true }, []);
    this.props = props;
    if (props.accessLogBucket !== undefined && !this.usesTls) {
      throw new ConstructError(
        this,
        "a Network Load Balancer writes access logs of TLS connections only",
        "give a 'certificateArn', or leave 'accessLogBucket' out",
      );
    }
    this.targetGroup = new PoolTargetGroup(this, "target-group", {
      network: props.network,
      protocol: "TCP",
      tags: this.tags,
    });
    this.listener = new LbListener(this, "listener", {
      loadBalancerArn: this.loadBalancer.arn,
      port: this.entryPort,
      protocol: this.usesTls ? "TLS" : "TCP",
      ...this.tls,
      tags: this.tags.of(),
      defaultAction: [{ type: "forward", targetGroupArn: this.targetGroup.resource.arn }],
    });
  }

  /** With TLS AWS lets nobody change it. */
  protected override get longestRequest(): number {
    return this.usesTls ? IDLE_TIMEOUT : 6000;
  }

  protected override serve(
    pool: LoadBalancerPool,
    targets: PoolTargets,
    readyCluster: PoolTargetGroupContent["readyCluster"],
  ): void {
    if (!this.usesTls) {
      this.listener.tcpIdleTimeoutSeconds = Math.max(IDLE_TIMEOUT, pool.requestTimeout);
    }
    // What is still connected when the delay is over connects anew, to the other cluster.
    this.targetGroup.resource.connectionTermination = true;
    this.targetGroup.fill({
      pool,
      targets,
      stickiness: { type: "source_ip", enabled: pool.affinity === Affinity.SOURCE },
      deregistrationDelay: this.props.deregistrationDelay,
      readyCluster,
    });
  }

  /** Refuses, at synth, a pool that an NLB cannot serve. */
  protected override validatePool(pool: LoadBalancerPool): void {
    super.validatePool(pool);
    if (pool.affinity === Affinity.SOURCE && this.usesTls) {
      throw new ConstructError(
        this,
        "a Network Load Balancer that ends TLS has no affinity by source",
        "leave 'certificateArn' out, or take an ApplicationLoadBalancer with Affinity.COOKIE",
      );
    }
  }
}
