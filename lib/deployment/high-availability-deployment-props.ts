import { Affinity } from "../content";
import { IHost } from "../host";
import { HealthCheckProps, IExternalLoadBalancer } from "../load-balancing";
import { ICluster, ZatoCluster, ZatoClusterOptions } from "../zato";
import { AlarmsOptions } from "./alarms-options";
import { MetricsOptions } from "./metrics-options";
import { HooksOfDeployment } from "./rollout-hooks";

/** What a {@link HighAvailabilityDeployment} can be told, wherever its clusters come from. */
export interface DeploymentOptions extends HooksOfDeployment {
  /**
   * What stands in front of the clusters.
   *
   * @default - none is configured; the output `pool` says what to enter into whatever is there
   */
  readonly loadBalancer?: IExternalLoadBalancer;

  /**
   * The name of the cluster whose scheduler runs. Changing it moves the scheduler: it is stopped in one cluster before
   * it is started in the other.
   *
   * @default - the first cluster whose host is not lost
   */
  readonly schedulerCluster?: string;

  /**
   * How the external load balancer finds out whether a cluster answers.
   *
   * @default - `GET /zato/ping` every 2 seconds or as often as the load balancer can, 2 good checks bring a cluster back,
   * 2 failed ones take it out
   */
  readonly healthCheck?: HealthCheckProps;

  /**
   * Names of clusters that get no new requests from the external load balancer, and finish those that they have: for
   * planned work on their machines, until the deploy that leaves them out again.
   *
   * @default - none
   */
  readonly drainedClusters?: readonly string[];

  /**
   * Whether services and objects that nobody declared, but somebody made in a web-admin, are deleted. By default they
   * are reported.
   *
   * @default false
   */
  readonly exclusiveContent?: boolean;

  /**
   * Whether the external load balancer sends a client to the same cluster each time, whatever it asks for. A channel
   * that needs it says so itself, and leaves the others alone.
   *
   * @default Affinity.NONE
   */
  readonly affinity?: Affinity;

  /**
   * The most connections at a time from the external load balancer to one cluster.
   *
   * @default 2000
   */
  readonly maxConnectionsPerCluster?: number;

  /**
   * The longest that a request may take, in seconds, up to a day: for the external load balancer and for those of the clusters.
   *
   * @default 60
   */
  readonly requestTimeout?: number;

  /**
   * Whether a HaproxyLoadBalancer and the load-balancers of the clusters write each request to the journal of their host: client,
   * way, times, status, method and path, but no query, header or body.
   *
   * @default false
   */
  readonly accessLog?: boolean;

  /**
   * What Prometheus is told: by the HAProxy in front and by those of the clusters, each on a port of its own, and by a text file for
   * node_exporter on each host. The output `metrics_targets` says where.
   *
   * @default - nothing: there is no port, no timer and no file
   */
  readonly metrics?: MetricsOptions;

  /**
   * Messages to people, by a webhook or a script, where no Prometheus watches: when redundancy is lost or is back, the virtual address
   * moves, a server or another part stays down, a backup has failed, a certificate ends within 14 days, or a disk fills up.
   *
   * @default - none: there is no timer and no file
   */
  readonly alarms?: AlarmsOptions;
}

/** A deployment that makes its clusters: one on each host, all with the options that are given here. */
export interface DeploymentOfHostsProps extends DeploymentOptions, ZatoClusterOptions {
  /** The machines: each becomes an independent cluster of the host's name. */
  readonly hosts: readonly IHost[];

  /**
   * None: they are made from the hosts.
   *
   * @default - a cluster for each host
   */
  readonly clusters?: never;
}

/** What clusters were told when they were composed, and cannot be told again. */
type Forbidden<Options> = { readonly [Option in keyof Options]?: never };

/** A deployment of clusters that were composed by hand. What clusters can be told, each of them was. */
export interface DeploymentOfClustersProps<Cluster extends ICluster = ZatoCluster>
  extends DeploymentOptions, Forbidden<ZatoClusterOptions> {
  /** The clusters, which belong to no other deployment. */
  readonly clusters: readonly Cluster[];

  /**
   * None: the clusters have theirs.
   *
   * @default - the hosts of the clusters
   */
  readonly hosts?: never;
}

/**
 * What a {@link HighAvailabilityDeployment} is declared with: either `hosts` with an `installation` and whatever else
 * clusters can be told, or `clusters`.
 */
export type HighAvailabilityDeploymentProps<Cluster extends ICluster = ZatoCluster> =
  DeploymentOfHostsProps | DeploymentOfClustersProps<Cluster>;
