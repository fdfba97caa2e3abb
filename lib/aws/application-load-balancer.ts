import { LbListener, LbListenerDefaultAction } from "@cdktf/provider-aws/lib/lb-listener";
import { LbListenerRule, LbListenerRuleAction } from "@cdktf/provider-aws/lib/lb-listener-rule";
import { LbTargetGroupStickiness } from "@cdktf/provider-aws/lib/lb-target-group";
import { Construct, IConstruct } from "constructs";
import { Affinity } from "../content";
import { LoadBalancerAbilities, LoadBalancerPool } from "../load-balancing";
import { ConstructError, requireEach } from "../validation";
import { ForwardedClients } from "../zato";
import { AwsLoadBalancer } from "./aws-load-balancer";
import { AwsLoadBalancerProps } from "./aws-load-balancer-props";
import { beginningOf, inRules, requirePathPattern } from "./path-patterns";
import { PoolTargetGroup, PoolTargetGroupContent } from "./pool-target-group";
import { PoolTargets } from "./pool-targets";

/** What an {@link ApplicationLoadBalancer} is declared with. */
export interface ApplicationLoadBalancerProps extends AwsLoadBalancerProps {
  /**
   * Beginnings of URL paths below `/zato/` that clients may call, for example `/zato/jwt/`.
   *
   * @default - none but the path of the health check
   */
  readonly openPaths?: readonly string[];

  /**
   * Whether port 80 sends browsers to HTTPS.
   *
   * @default - true with a certificate
   */
  readonly redirectHttp?: boolean;

  /**
   * Whether headers whose names are not letters, digits and hyphens are taken out of requests.
   *
   * @default true
   */
  readonly dropInvalidHeaders?: boolean;
}

/** Where the rules of each purpose begin: what is opened comes before what is refused, and that before all else. */
enum Priority {
  OPEN = 1000,
  REFUSE = 2000,
  STICKY = 3000,
}

/**
 * AWS's Application Load Balancer (ALB) in front of the clusters: HTTP, or HTTPS with a certificate. Zato's own paths are
 * refused before they reach a cluster.
 *
 * @example
 * new ApplicationLoadBalancer(this, "edge", { network, certificateArn: "arn:aws:acm:…" });
 */
export class ApplicationLoadBalancer extends AwsLoadBalancer {
  /** What clients reach. */
  public readonly listener: LbListener;

  /** The clusters. */
  public readonly targetGroup: PoolTargetGroup;

  /** How it tells the clusters who a client is, by the last address in `X-Forwarded-For`. */
  public override readonly forwardedClients: ForwardedClients;

  protected readonly abilities: LoadBalancerAbilities = {
    kind: "an Application Load Balancer of AWS",
    affinities: [Affinity.COOKIE],
    pathAffinities: [Affinity.COOKIE],
  };

  private readonly props: ApplicationLoadBalancerProps;

  /**
   * @throws ConstructError when AWS would not take the name, port 443 comes without a certificate, or a network, an ARN, an id
   * or a path cannot be what it claims to be
   */
  constructor(scope: Construct, id: string, props: ApplicationLoadBalancerProps) {
    const redirects = props.redirectHttp ?? props.certificateArn !== undefined;
    super(
      scope,
      id,
      props,
      { loadBalancerType: "application", dropInvalidHeaderFields: props.dropInvalidHeaders ?? true },
      redirects ? [80] : [],
      (self) => ({
        openPaths: () =>
          requireEach(props.openPaths ?? [], (path) => requirePathPattern(self, "URL path to open", path)),
        redirect: () => redirects && requireRedirect(self, props),
      }),
    );
    this.props = props;
    this.forwardedClients = { proxies: "any", protocol: this.usesTls ? "https" : "http" };
    this.targetGroup = this.newTargetGroup("target-group");
    this.listener = new LbListener(this, "listener", {
      loadBalancerArn: this.loadBalancer.arn,
      port: this.entryPort,
      protocol: this.usesTls ? "HTTPS" : "HTTP",
      ...this.tls,
      tags: this.tags.of(),
      defaultAction: [forwardTo(this.targetGroup)],
    });
    if (redirects) {
      this.addRedirect();
    }
  }

  protected override get longestRequest(): number {
    return 4000;
  }

  protected override serve(
    pool: LoadBalancerPool,
    targets: PoolTargets,
    readyCluster: PoolTargetGroupContent["readyCluster"],
  ): void {
    const { deregistrationDelay } = this.props;
    const common: Omit<PoolTargetGroupContent, "stickiness"> = { pool, targets, deregistrationDelay, readyCluster };
    this.loadBalancer.idleTimeout = pool.requestTimeout;
    this.targetGroup.fill({ ...common, stickiness: stickinessOf(pool.affinity) });
    this.addRules("open", Priority.OPEN, [pool.healthCheck.path, ...this.openPaths()], forwardTo(this.targetGroup));
    this.addRules("refuse", Priority.REFUSE, pool.privatePaths.map(beginningOf), {
      type: "fixed-response",
      fixedResponse: { contentType: "text/plain", messageBody: "Forbidden", statusCode: "403" },
    });
    if (pool.stickyPaths.length > 0 && pool.affinity === Affinity.NONE) {
      const sticky = this.newTargetGroup("sticky-target-group");
      sticky.fill({ ...common, stickiness: stickinessOf(Affinity.COOKIE) });
      const paths = pool.stickyPaths.map(({ path }) => requirePathPattern(this, "sticky URL path", path));
      this.addRules("sticky", Priority.STICKY, paths.map(beginningOf), forwardTo(sticky));
    }
  }

  private newTargetGroup(id: string): PoolTargetGroup {
    return new PoolTargetGroup(this, id, { network: this.props.network, protocol: "HTTP", tags: this.tags });
  }

  private openPaths(): string[] {
    return (this.props.openPaths ?? []).map(beginningOf);
  }

  private addRedirect(): void {
    new LbListener(this, "redirect", {
      loadBalancerArn: this.loadBalancer.arn,
      port: 80,
      protocol: "HTTP",
      tags: this.tags.of(),
      defaultAction: [
        {
          type: "redirect",
          redirect: { protocol: "HTTPS", port: String(this.entryPort), statusCode: "HTTP_301" },
        },
      ],
    });
  }

  /** In rules of fixed priorities that fill up, since two rules that swap priorities are in each other's way. */
  private addRules(purpose: string, priority: Priority, patterns: string[], action: LbListenerRuleAction): void {
    inRules([...new Set(patterns)]).forEach((values, position) => {
      new LbListenerRule(this, `${purpose}-${position + 1}`, {
        listenerArn: this.listener.arn,
        priority: priority + position,
        condition: [{ pathPattern: { values } }],
        action: [action],
        tags: this.tags.of(),
      });
    });
  }
}

function forwardTo({ resource }: PoolTargetGroup): LbListenerDefaultAction & LbListenerRuleAction {
  return { type: "forward", targetGroupArn: resource.arn };
}

function stickinessOf(affinity: Affinity): LbTargetGroupStickiness {
  return { type: "lb_cookie", enabled: affinity === Affinity.COOKIE };
}

function requireRedirect(scope: IConstruct, { certificateArn, port }: ApplicationLoadBalancerProps): void {
  if (certificateArn === undefined || port === 80) {
    throw new ConstructError(
      scope,
      `port 80 cannot send clients to ${certificateArn === undefined ? "HTTPS without a certificate" : "itself"}`,
      "give a 'certificateArn' and a 'port' other than 80, or leave 'redirectHttp' out",
    );
  }
}
