import { ComponentState, HostRequirements } from "../remote";
import { ANY_ADDRESS, hostPort, LOOPBACK, requireUrlPath, requireWhole } from "../validation";
import { ClusterComponent, DRAIN_SECONDS } from "./cluster-component";
import { renderCommandFile } from "./command-file";
import { renderLoadBalancerConfig } from "./load-balancer-config";
import { unitOf } from "./systemd-unit";
import type { ZatoCluster } from "./zato-cluster";

/** What a Zato load-balancer can be told. */
export interface ZatoLoadBalancerOptions {
  /**
   * The port on which it listens, on all addresses of the host.
   *
   * @default 11223
   */
  readonly port?: number;

  /**
   * Beginnings of URL paths below `/zato/` that clients may call, for example `/zato/jwt/`. All others but
   * `/zato/ping` are refused, since they reach Zato's own services.
   *
   * @default - none
   */
  readonly openPaths?: readonly string[];

  /**
   * The most connections at a time.
   *
   * @default 2000
   */
  readonly maxConnections?: number;

  /**
   * The longest that a request may take, in seconds.
   *
   * @default 60
   */
  readonly requestTimeout?: number;

  /**
   * Whether a POST or PATCH whose server was lost is sent to another one. Only if all services may be called twice
   * without harm.
   *
   * @default false
   */
  readonly retryPosts?: boolean;
}

/** The load-balancer inside a cluster: an HAProxy in front of its servers. */
export class ZatoLoadBalancer extends ClusterComponent {
  /** The port on which it listens. */
  public readonly port: number;

  private readonly options: ZatoLoadBalancerOptions;
  private others: () => ZatoLoadBalancer[] = () => [];
  private noticeSeconds = 0;

  constructor(cluster: ZatoCluster, id: string, options: ZatoLoadBalancerOptions) {
    super(cluster, id, "load-balancer");
    this.options = options;
    this.port = options.port ?? 11223;
    requireWhole(this, "the number of connections", options.maxConnections ?? 1, 1);
    requireWhole(this, "the request timeout in seconds", options.requestTimeout ?? 1, 1);
    options.openPaths?.forEach((path) => requireUrlPath(this, "URL path to open", path));
    this.host.ports.claim(this, this.port, "the Zato load-balancer");
    // A new cluster gets no requests before it has its services and channels.
    this.after(() => [...cluster.servers, ...cluster.contentComponents]);
  }

  /** Where the external load balancer reaches the cluster: `10.0.0.11:11223`. */
  public get address(): string {
    return hostPort(this.host.address, this.port);
  }

  /**
   * Lets balancers in front take the cluster out while all of it has to stop, where another one answers. They learn of it by
   * their health checks, whatever kind they are of.
   *
   * @param others the load-balancers of the other clusters; asked for at synth
   * @param noticeSeconds how long balancers in front take to notice that a cluster has left, or is back
   * @internal
   */
  public _relieveBy(others: () => ZatoLoadBalancer[], noticeSeconds: number): void {
    this.others = others;
    this.noticeSeconds = noticeSeconds;
  }

  /** @internal */
  public get _backEnd(): string {
    return "bck_http_plain";
  }

  /** @internal */
  public get _socket(): string {
    return `/run/${this.cluster._paths.runtimeDirectory(this.node.id)}/admin.sock`;
  }

  protected override state(): ComponentState {
    const { cluster, path, unit, options } = this;
    const config = `${path}/config/repo/zato.config`;
    const behavior = cluster.release._behavior;
    return {
      parameters: {
        ...this.common(),
        path,
        unit,
        address: hostPort(LOOPBACK, this.port),
        back_end: this._backEnd,
        servers: cluster.servers.map((server) => server.componentName).join("\n"),
        other_clusters: this.others()
          .map((other) => other.address)
          .sort()
          .join("\n"),
        notice_seconds: String(this.noticeSeconds),
        drain_seconds: DRAIN_SECONDS,
      },
      files: {
        create: renderCommandFile("create_lb", { path }),
        config: renderLoadBalancerConfig({
          bind: hostPort(ANY_ADDRESS, this.port),
          socket: this._socket,
          backEnd: this._backEnd,
          servers: cluster.servers.map((server) => ({
            name: server._backEndServer,
            address: server.address,
          })),
          healthPath: behavior.healthPath,
          privatePaths: behavior.privatePaths,
          openPaths: options.openPaths ?? [],
          maxConnections: options.maxConnections ?? 2000,
          requestTimeout: options.requestTimeout ?? 60,
          retryPosts: options.retryPosts ?? false,
        }),
        unit: unitOf(`Zato load-balancer of ${cluster.clusterName}`, {
          Type: "notify",
          RuntimeDirectory: cluster._paths.runtimeDirectory(this.node.id),
          RuntimeDirectoryMode: "0700",
          ExecStartPre: `/usr/sbin/haproxy -c -q -f ${config}`,
          ExecStart: `/usr/sbin/haproxy -Ws -f ${config} -p ${path}/pidfile`,
          ExecReload: [`/usr/sbin/haproxy -c -q -f ${config}`, "/bin/kill -USR2 $MAINPID"],
        }),
      },
    };
  }

  /** Measured: 8 MiB. */
  protected override requirements(): HostRequirements {
    return { memory: 16, disk: 64 };
  }
}
