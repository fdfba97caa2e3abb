import { LbTargetGroup, LbTargetGroupStickiness } from "@cdktf/provider-aws/lib/lb-target-group";
import { LbTargetGroupAttachment } from "@cdktf/provider-aws/lib/lb-target-group-attachment";
import { TerraformResource } from "cdktf";
import { Construct } from "constructs";
import { LoadBalancerPool } from "../load-balancing";
import { requireWhole } from "../validation";
import { renderHealthCheck } from "./aws-health-check";
import { IAwsNetwork } from "./aws-network";
import { AwsTags } from "./aws-tags";
import { PoolTargets } from "./pool-targets";

/** What a {@link PoolTargetGroup} is declared with. */
export interface PoolTargetGroupProps {
  /** The VPC of the load balancer. */
  readonly network: IAwsNetwork;

  /** What the clusters are spoken to. */
  readonly protocol: "HTTP" | "TCP";

  /** Those of the load balancer. */
  readonly tags: AwsTags;
}

/** What a {@link PoolTargetGroup} gets at synth. */
export interface PoolTargetGroupContent {
  /** The pool of the deployment. */
  readonly pool: LoadBalancerPool;

  /** Its members, as the load balancer reaches them. */
  readonly targets: PoolTargets;

  /** By what clients come back to the same cluster, as the provider has it. */
  readonly stickiness: LbTargetGroupStickiness;

  /**
   * Seconds that requests have to end when a cluster leaves.
   *
   * @default - as long as a request may take
   */
  readonly deregistrationDelay?: number;

  /** What must be as declared before a member gets its first request; of no other member, which may be broken. */
  readonly readyCluster: (member: string) => TerraformResource[];
}

/** The clusters of a pool as AWS's load balancers see them. */
export class PoolTargetGroup extends Construct {
  /** The target group. */
  public readonly resource: LbTargetGroup;

  constructor(scope: Construct, id: string, { network, protocol, tags }: PoolTargetGroupProps) {
    super(scope, id);
    this.resource = new LbTargetGroup(this, "Resource", {
      // A group that is in use is replaced by one of another name. AWS takes six characters.
      namePrefix: "zato-",
      vpcId: network.vpcId,
      protocol,
      tags: tags.of(this.node.path),
      // Each target has a port of its own, and another one here would take all of them out.
      lifecycle: { createBeforeDestroy: true, ignoreChanges: ["port"] },
    });
  }

  /** Fills in what is only known at synth. */
  public fill({ pool, targets, stickiness, deregistrationDelay, readyCluster }: PoolTargetGroupContent): void {
    const { resource } = this;
    const delay = deregistrationDelay ?? pool.requestTimeout;
    const what = "the seconds that requests have to end ('deregistrationDelay', or else 'requestTimeout')";
    resource.targetType = targets.type;
    resource.port = targets.targets[0]!.port;
    resource.deregistrationDelay = String(requireWhole(this, what, delay, 0, 3600));
    resource.putHealthCheck(renderHealthCheck(pool.healthCheck));
    resource.putStickiness(stickiness);
    // AWS has no target that is known and gets nothing: one that is drained is taken out.
    for (const { name, targetId, port, availabilityZone } of targets.targets.filter(({ isDrained }) => !isDrained)) {
      new LbTargetGroupAttachment(this, name, {
        targetGroupArn: resource.arn,
        targetId,
        port,
        availabilityZone,
        dependsOn: readyCluster(name),
      });
    }
  }
}
