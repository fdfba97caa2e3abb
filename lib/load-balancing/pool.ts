import { Affinity, StickyPath } from "../content";
import { MemberTls } from "../zato";
import { HealthCheck } from "./health-check";

/** One cluster as a balancer sees it. */
export interface PoolMember {
  /** The cluster's name. */
  readonly name: string;

  /** The address of its host. */
  readonly address: string;

  /** The port of its Zato load-balancer. */
  readonly port: number;

  /** True when it is to get no new requests, and to finish those that it has: for planned work. */
  readonly isDrained: boolean;
}

/** What an external load balancer spreads requests over: the same for every kind of balancer. */
export interface LoadBalancerPool {
  /** All clusters of the deployment. */
  readonly members: readonly PoolMember[];

  /** How members are known that speak TLS on their port; `undefined` where they speak plain HTTP. */
  readonly tls?: MemberTls;

  /**
   * Beginnings of URL paths that are Zato's own in one of the members, which clients must not reach: `/zato/`. A balancer refuses them,
   * but for the health check's and those that its user opens.
   */
  readonly privatePaths: readonly string[];

  /**
   * Whether one of the members takes bodies of requests in chunks, without a length.
   *
   * @default true
   */
  readonly takesChunks?: boolean;

  /**
   * The most bytes of a request's body that any of the members takes.
   *
   * @default - there is no limit
   */
  readonly largestBody?: number;

  /**
   * Whether all members answer by 425 where none of their servers has taken a request that says `Early-Data: 1`
   * ([RFC 8470](https://www.rfc-editor.org/rfc/rfc8470)), and hide what services answer by 425, as clusters of this library do.
   *
   * @default false
   */
  readonly saysNotExecuted?: boolean;

  /** How it is found out whether a member answers. */
  readonly healthCheck: HealthCheck;

  /** Whether clients come back to the same member, whatever they ask for. */
  readonly affinity: Affinity;

  /** Beginnings of URL paths for which they do, though for others they do not. */
  readonly stickyPaths: readonly StickyPath[];

  /** The most connections at a time to one member. */
  readonly maxConnectionsPerMember: number;

  /** The longest that a request may take, in seconds. */
  readonly requestTimeout: number;

  /** Whether balancers of the library's own write their requests to the journal. */
  readonly logsRequests: boolean;
}
