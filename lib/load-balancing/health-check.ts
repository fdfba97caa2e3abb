import { IConstruct } from "constructs";
import { ConstructError, requireUrlPath, requireWhole } from "../validation";
import { HEALTH_PATH } from "../zato/release/release-behavior";

/** How a balancer finds out whether a cluster answers. */
export interface HealthCheckProps {
  /**
   * The path that is asked for; 200 means healthy. Never a TCP check: a starting server accepts connections ten
   * seconds before it can answer.
   *
   * @default "/zato/ping"
   */
  readonly path?: string;

  /**
   * The path of a service that has to answer 200 too, without credentials, through the load-balancer of each cluster. A cluster that does not
   * gets no requests while another one does; where none does, all get them that answer `path`. Only a HaproxyLoadBalancer, and balancers
   * that others run, can do that.
   *
   * @default - none
   */
  readonly servicePath?: string;

  /**
   * Seconds between two checks.
   *
   * @default 2
   */
  readonly interval?: number;

  /**
   * Seconds after which a check has failed.
   *
   * @default - 2; with clusters of 4.1 at least 4
   */
  readonly timeout?: number;

  /**
   * The number of good checks in a row that bring a cluster back.
   *
   * @default 2
   */
  readonly rise?: number;

  /**
   * The number of failed checks in a row that take a cluster out.
   *
   * @default 2
   */
  readonly fall?: number;

  /**
   * Seconds within which a dead cluster has to be taken out. Nothing is made faster by it: a check that is too slow for
   * it is refused.
   *
   * @default 60
   */
  readonly failoverWithin?: number;
}

/** How a balancer finds out whether a cluster answers: `GET /zato/ping` = 200. */
export class HealthCheck {
  /** The path that is asked for. */
  public readonly path: string;
  /** The path of a service that has to answer too, while it does in any cluster. */
  public readonly servicePath?: string;
  /** Seconds between two checks. */
  public readonly interval: number;
  /** Seconds after which a check has failed. */
  public readonly timeout: number;
  /** The number of good checks in a row that bring a cluster back. */
  public readonly rise: number;
  /** The number of failed checks in a row that take a cluster out. */
  public readonly fall: number;

  /**
   * @throws ConstructError when a number is out of range, the path is none, or a dead cluster would be noticed later than
   * `failoverWithin` promises
   */
  constructor(scope: IConstruct, props: HealthCheckProps = {}) {
    this.path = requireUrlPath(scope, "path of a health check", props.path ?? HEALTH_PATH);
    if (props.servicePath !== undefined) {
      this.servicePath = requireUrlPath(scope, "path of a service to check", props.servicePath);
      this.requireOwnPath(scope, this.servicePath);
    }
    this.interval = requireWhole(scope, "the interval of the health check", props.interval ?? 2, 1, 300);
    this.timeout = requireWhole(scope, "the timeout of the health check", props.timeout ?? 2, 1, 120);
    this.rise = requireWhole(scope, "'rise' of the health check", props.rise ?? 2, 1, 10);
    this.fall = requireWhole(scope, "'fall' of the health check", props.fall ?? 2, 1, 10);
    this.requireFailover(scope, requireWhole(scope, "'failoverWithin'", props.failoverWithin ?? 60, 1));
  }

  /** The longest, in seconds, that a dead cluster is still taken for a healthy one. */
  public get detectionTime(): number {
    return this.interval * this.fall + this.timeout;
  }

  /** The longest, in seconds, until it is noticed that a cluster has gone, or has come back. */
  public get noticeTime(): number {
    return this.interval * Math.max(this.rise, this.fall) + this.timeout;
  }

  /**
   * Refuses to check the path of a service that clusters keep from everybody: none would ever pass.
   *
   * @param privatePaths beginnings of such paths
   * @throws ConstructError when it begins with one of them
   */
  public requireServiceInReach(scope: IConstruct, privatePaths: readonly string[]): void {
    const { servicePath = "" } = this;
    const inTheWay = privatePaths.find((path) => servicePath.toLowerCase().startsWith(path));
    if (inTheWay !== undefined) {
      throw new ConstructError(
        scope,
        `'servicePath' of the health check is '${servicePath}', and clusters keep '${inTheWay}' from everybody`,
        "give the path of a channel of your own, that answers 200 without credentials",
      );
    }
  }

  /**
   * Refuses to give a cluster less time than it takes while it is busy.
   *
   * @throws ConstructError when a cluster needs more
   */
  public requirePatience(
    scope: IConstruct,
    clusters: readonly { clusterName: string; leastCheckTimeout?: number }[],
  ): void {
    const hasty = clusters.find(({ leastCheckTimeout = 0 }) => this.timeout < leastCheckTimeout);
    if (hasty) {
      throw new ConstructError(
        scope,
        `'timeout' of the health check is ${this.timeout}, and a server of the cluster ${hasty.clusterName} that is busy answers later`,
        `leave it out, or give at least ${hasty.leastCheckTimeout}`,
      );
    }
  }

  private requireOwnPath(scope: IConstruct, servicePath: string): void {
    if (servicePath === this.path) {
      throw new ConstructError(
        scope,
        `'servicePath' of the health check is '${servicePath}', as is its 'path'`,
        "leave it out, or give the path of a service",
      );
    }
  }

  private requireFailover(scope: IConstruct, within: number): void {
    if (this.detectionTime > within) {
      throw new ConstructError(
        scope,
        `the health check notices a dead cluster after ${this.detectionTime} seconds, later than the ${within} that ` +
          "'failoverWithin' promises",
        "lower its 'interval', 'fall' or 'timeout', or promise less",
      );
    }
  }
}
