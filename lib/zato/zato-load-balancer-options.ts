import { TlsCertificate } from "../remote";
import { Exporter } from "./haproxy/exporter";
import { ForwardedClients } from "./haproxy/client-address";

/** How the external load balancer knows the clusters when it speaks TLS to them. */
export interface MemberTls {
  /** The certificates, in PEM, of the authorities that sign those of the clusters. */
  readonly ca: string;

  /**
   * The DNS name that clusters' certificates must be for, which is asked for by SNI.
   *
   * @default - any certificate of the authorities is good
   */
  readonly serverName?: string;
}

/** How a Zato load-balancer speaks TLS. */
export interface ZatoLoadBalancerTls extends MemberTls {
  /** What it shows. */
  readonly certificate: TlsCertificate;

  /**
   * The port on which it listens, on all addresses of the host.
   *
   * @default 11224
   */
  readonly port?: number;

  /**
   * The port of before, on which it listens with TLS as well: for the deploy in which the external load balancer changes over, so that no
   * request is lost.
   *
   * @default - none
   */
  readonly formerPort?: number;

  /**
   * Whether other hosts reach the port without TLS too: for the deploy in which the external load balancer changes over,
   * so that no request is lost.
   *
   * @default false
   */
  readonly keepPlainPort?: boolean;
}

/** What a Zato load-balancer can be told. */
export interface ZatoLoadBalancerOptions {
  /**
   * The port on which it listens, on all addresses of the host; with `tls` on the host itself only, for its web-admin
   * and scheduler.
   *
   * @default 11223
   */
  readonly port?: number;

  /**
   * The port of before, on which it listens as well, as on `port`: for the deploy in which the external load balancer changes over, so that no
   * request is lost.
   *
   * @default - none
   */
  readonly formerPort?: number;

  /**
   * TLS between the external load balancer and the cluster.
   *
   * @default - none
   */
  readonly tls?: ZatoLoadBalancerTls;

  /**
   * Beginnings of URL paths below `/zato/` that clients may call, for example `/zato/jwt/`. All others but
   * `/zato/ping` are refused, since they reach Zato's own services.
   *
   * @default - none
   */
  readonly openPaths?: readonly string[];

  /**
   * The most connections at a time, up to 30000.
   *
   * @default 2000
   */
  readonly maxConnections?: number;

  /**
   * The longest that a request may take, in seconds, up to a day. In a deployment it is the deployment's.
   *
   * @default - that of the deployment; 60 without one
   */
  readonly requestTimeout?: number;

  /**
   * Whether a POST, PUT, DELETE or any other request than GET, HEAD and OPTIONS whose server was lost while it worked on it is
   * sent to another one. Only if all services may be called twice without harm.
   *
   * @default false
   */
  readonly retryPosts?: boolean;
}

/** What a deployment says of the requests that come to its clusters. */
export interface ClusterTraffic {
  /** The longest that a request may take, in seconds. */
  readonly requestTimeout: number;
  /** Whether requests are written to the journal. */
  readonly logsRequests: boolean;
  /** The path by which the load balancer in front asks whether a cluster answers. */
  readonly healthPath: string;
  /** How the load balancer in front tells who a client is. */
  readonly forwarded?: ForwardedClients;
  /** From where requests come; `undefined` for anywhere. Asked for at synth. */
  readonly sources: () => readonly string[] | undefined;
  /** URLs by which other clusters say whether they answer, for one that has to stop altogether; asked for at synth. */
  readonly others: () => readonly string[];
  /** How long balancers in front take to notice that a cluster has left, or is back. */
  readonly noticeSeconds: number;
  /**
   * Where its HAProxy tells Prometheus of itself.
   *
   * @default - nowhere
   */
  readonly exporter?: Exporter;
}
