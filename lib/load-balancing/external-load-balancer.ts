import { IConstruct } from "constructs";
import { IHost } from "../host";
import { RemoteComponent } from "../remote";
import { Exporter, ForwardedClients } from "../zato";
import { HealthCheckProps } from "./health-check";
import { LoadBalancerPool } from "./pool";

/** What a balancer learns from the deployment that it is used by. */
export interface PoolBinding {
  /** The pool; asked for at synth, when all clusters are known. */
  readonly pool: () => LoadBalancerPool;

  /**
   * What must be as declared before the balancer may send requests to a member, or to all where none is named; asked for at
   * synth. Where members can be added one by one, each waits for its own: a cluster that cannot be deployed keeps no other out.
   */
  readonly readyClusters: (member?: string) => RemoteComponent[];

  /**
   * Where the balancer tells Prometheus of itself, if it is an HAProxy on hosts of the program.
   *
   * @default - nowhere
   */
  readonly exporter?: Exporter;
}

/**
 * What stands in front of the clusters and makes them one service. Whoever has a kind of balancer that the library does
 * not know implements this, or takes the pool from the deployment's outputs.
 */
export interface IExternalLoadBalancer extends IConstruct {
  /**
   * The address that clients use: IP address, DNS name or token.
   */
  readonly entryAddress: string;

  /** The port that clients use. */
  readonly entryPort: number;

  /** Whether clients speak TLS to it. */
  readonly usesTls: boolean;

  /**
   * The machines of the program that it runs on.
   *
   * @default - none: it is an appliance, or a service of a cloud
   */
  readonly hosts?: readonly IHost[];

  /**
   * From where its requests and checks reach the clusters: networks, addresses or DNS names, which firewalls of the hosts
   * let in.
   *
   * @default - anywhere
   */
  readonly sourceNetworks?: readonly string[];

  /**
   * How it tells the clusters who a client is, by the last address in `X-Forwarded-For`.
   *
   * @default - not at all: services take whatever address requests come from for the client's
   */
  readonly forwardedClients?: ForwardedClients;

  /**
   * How this kind checks health where the deployment does not say otherwise: for kinds that cannot do it as often as
   * {@link HealthCheckProps} have it.
   */
  readonly healthCheckDefaults?: HealthCheckProps;

  /**
   * Gives the balancer its pool. Called once, by the deployment.
   *
   * @throws ConstructError when the balancer already has a pool
   */
  bindPool(binding: PoolBinding): void;
}
