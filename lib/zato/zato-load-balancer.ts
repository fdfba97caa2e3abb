import {
  certificateState,
  CertificateUse,
  ComponentState,
  fromHostFiles,
  HostRequirements,
  requireCertificate,
} from "../remote";
import {
  ConstructError,
  hostPort,
  LOOPBACK,
  requireAll,
  requireCertificates,
  requireDnsName,
  requireEach,
  requireRequestTimeout,
  requireSource,
  requireUrlPath,
  requireWhole,
} from "../validation";
import { SERVER_PREFIX } from "./back-end";
import { ClusterComponent } from "./cluster-component";
import { ClusterFrame } from "./cluster-frame";
import { everyAddressOf } from "./haproxy/binds";
import { claimExporter, renderExporter } from "./haproxy/exporter";
import { onceName } from "./haproxy/back-ends";
import { renderLoadBalancerConfig, TAKEN_OUT_ACL } from "./load-balancer-config";
import { unitOf, WRITES_NOTHING } from "./systemd-unit";
import { WebAdmin } from "./web-admin";
import { ClusterTraffic, ZatoLoadBalancerOptions, ZatoLoadBalancerTls } from "./zato-load-balancer-options";
import { ZatoServer } from "./zato-server";

/** Each takes two of the 65536 files that its unit may open. */
const MAX_CONNECTIONS = 30_000;

/** What a Zato load-balancer stands before; asked for at synth. */
interface ServedComponents {
  readonly servers: () => readonly ZatoServer[];
  readonly webAdmin: () => WebAdmin;
}

/** The load-balancer inside a cluster: an HAProxy in front of its servers. */
export class ZatoLoadBalancer extends ClusterComponent {
  /** The port on which it listens. */
  public readonly port: number;

  /** How it speaks TLS to other hosts, if it does. */
  public readonly tls?: ZatoLoadBalancerTls;

  private readonly options: ZatoLoadBalancerOptions;
  private sources?: () => readonly string[] | undefined;
  private traffic?: ClusterTraffic;

  /** @hidden A cluster makes its components itself. */
  constructor(
    frame: ClusterFrame,
    id: string,
    options: ZatoLoadBalancerOptions,
    private readonly served: ServedComponents,
  ) {
    super(frame, id, "load-balancer");
    this.options = options;
    this.port = frame.loadBalancer.port;
    const { maxConnections = 1, requestTimeout = 1, openPaths = [] } = options;
    requireAll({
      maxConnections: () => requireWhole(this, "the number of connections", maxConnections, 1, MAX_CONNECTIONS),
      requestTimeout: () => requireRequestTimeout(this, requestTimeout),
      openPaths: () => requireEach(openPaths, (path) => requireUrlPath(this, "URL path to open", path)),
    });
    this.claimPorts(this.plainPorts, "the Zato load-balancer");
    this.machine.takenFolders.keepOut(this, "the certificate file", () => this.ownFiles);
    this.tls = options.tls && this.requireTls(options.tls);
    this.claimPorts(this.tlsPorts, "the Zato load-balancer with TLS");
    for (const port of [...this.tlsPorts, ...(this.isReachedPlainly ? this.plainPorts : [])]) {
      this.machine.ingress.admit({
        protocol: "tcp",
        port,
        from: () => this.sources?.(),
        purpose: "the Zato load-balancer",
      });
    }
  }

  /** The port on which the external load balancer reaches it. */
  public get memberPort(): number {
    return this.tls ? (this.tls.port ?? 11224) : this.port;
  }

  /** Where the external load balancer reaches the cluster: `10.0.0.11:11223`. */
  public get address(): string {
    return hostPort(this.host.address, this.memberPort);
  }

  /**
   * Says from where requests come, for the firewall of the host; `undefined` for anywhere, which it is unless said
   * otherwise. Asked for at synth.
   */
  public admitFrom(sources: () => readonly string[] | undefined): void {
    this.sources = sources;
  }

  /**
   * Takes what the deployment says of requests. Balancers in front take the cluster out while all of it has to stop, where
   * another one answers; they learn of it by their health checks, whatever kind they are of.
   *
   * @throws ConstructError when a request might take another time here than in front, or what is in front has a name in place of an address
   * @internal
   */
  public _serve(traffic: ClusterTraffic): void {
    const { requestTimeout } = this.options;
    if (requestTimeout !== undefined && requestTimeout !== traffic.requestTimeout) {
      throw new ConstructError(
        this,
        `a request may take ${requestTimeout} seconds here, and ${traffic.requestTimeout} in the deployment`,
        "give 'requestTimeout' to the deployment alone: it is that of both load balancers",
      );
    }
    const { proxies = "any" } = traffic.forwarded ?? {};
    if (proxies !== "any") {
      requireEach(proxies, (proxy) =>
        requireSource(this, "address or network of what is in front of the cluster", proxy),
      );
    }
    this.traffic = traffic;
    this.admitFrom(traffic.sources);
    if (traffic.exporter) {
      claimExporter(this, this.machine, traffic.exporter, "metrics of the Zato load-balancer");
    }
  }

  /** Which of Zato's own URL paths clients may not call, and which of them they may. @internal */
  public get _paths(): { readonly privatePaths: readonly string[]; readonly openPaths: readonly string[] } {
    const { privatePaths } = this.frame.release;
    return { privatePaths, openPaths: [this.clusterHealthPath, ...(this.options.openPaths ?? [])] };
  }

  /** The path by which balancers in front ask whether the cluster answers. */
  private get clusterHealthPath(): string {
    return this.traffic?.healthPath ?? this.frame.release.healthPath;
  }

  /** Where hosts of other clusters find out whether this one answers: `http://10.0.0.11:11223/zato/ping`. */
  public get healthUrl(): string {
    const base = this.isReachedPlainly ? `http://${hostPort(this.host.address, this.port)}` : `https://${this.address}`;
    return base + this.frame.release.healthPath;
  }

  protected override state(): ComponentState {
    const { folder, unit, options, certificates, traffic } = this;
    const { clusterName, loadBalancer, paths, release } = this.frame;
    const servers = this.served.servers();
    const requestTimeout = traffic?.requestTimeout ?? options.requestTimeout ?? 60;
    const config = `${folder}/haproxy.cfg`;
    const runtimeDirectory = paths.runtimeDirectory(this.node.id);
    const { parameters, secrets } = certificateState(certificates);
    const readConfig = [
      // Only root may be able to read these; root alone writes where they go.
      ...fromHostFiles(certificates).map(
        ({ certificate, place }) => `+/usr/bin/install -m 0640 -o root -g zato ${certificate._hostFile} ${place}`,
      ),
      `/usr/sbin/haproxy -c -q -f ${config}`,
    ];
    return {
      parameters: {
        ...this.common(),
        folder,
        unit,
        health_url: `http://${hostPort(LOOPBACK, this.port)}${release.healthPath}`,
        socket: loadBalancer.socket,
        taken_out_acl: `#${TAKEN_OUT_ACL}`,
        back_end: loadBalancer.backEnd,
        back_end_once: onceName(loadBalancer.backEnd),
        server_prefix: SERVER_PREFIX,
        servers: servers.map((server) => server.componentName).join("\n"),
        other_clusters: [...(traffic?.others() ?? [])].sort().join("\n"),
        notice_seconds: String(traffic?.noticeSeconds ?? 0),
        // What is under way gets as long as it may take before what works on it is restarted.
        drain_seconds: String(requestTimeout),
        ...parameters,
      },
      files: {
        config: renderLoadBalancerConfig({
          binds: this.plainPorts.map((port) =>
            this.isReachedPlainly ? everyAddressOf(this.host.address, port) : hostPort(LOOPBACK, port),
          ),
          tls: this.tlsPorts.map((port) => ({
            bind: everyAddressOf(this.host.address, port),
            certificate: this.placeOf("certificate"),
          })),
          webAdmin: this.served.webAdmin()._frontEnd(this.placeOf("web_admin_certificate")),
          socket: loadBalancer.socket,
          backEnd: loadBalancer.backEnd,
          servers: servers.map((server) => ({
            name: server._backEndServer,
            address: server.address,
          })),
          healthPath: release.healthPath,
          manners: this.frame.httpManners,
          clusterHealthPath: this.clusterHealthPath,
          privatePaths: release.privatePaths,
          openPaths: options.openPaths ?? [],
          maxConnections: options.maxConnections ?? 2000,
          cpus: this.host.cpus,
          forwarded: traffic?.forwarded,
          requestTimeout,
          retryPosts: options.retryPosts ?? false,
          logsRequests: traffic?.logsRequests ?? false,
          exporter: traffic?.exporter && renderExporter(traffic.exporter, this.host.address),
        }),
        unit: unitOf(`Zato load-balancer of ${clusterName}`, this.unitLabels, {
          ...WRITES_NOTHING,
          Type: "notify",
          RuntimeDirectory: runtimeDirectory,
          RuntimeDirectoryMode: "0700",
          ExecStartPre: readConfig,
          ExecStart: `/usr/sbin/haproxy -Ws -f ${config} -p /run/${runtimeDirectory}/pid`,
          ExecReload: [...readConfig, "/bin/kill -USR2 $MAINPID"],
        }),
      },
      secrets,
    };
  }

  private get certificates(): CertificateUse[] {
    const uses = { certificate: this.tls?.certificate, web_admin_certificate: this.served.webAdmin().certificate };
    return Object.entries(uses).flatMap(([name, certificate]) =>
      certificate ? [{ name, certificate, place: this.placeOf(name) }] : [],
    );
  }

  /** Its configuration, which is root's. Zato's own tool would make one that only its agent needs, in a folder of zato. */
  private get folder(): string {
    return this.frame.paths.configuration(this.node.id);
  }

  private placeOf(certificate: string): string {
    return `${this.folder}/${certificate}.pem`;
  }

  private requireTls(tls: ZatoLoadBalancerTls): ZatoLoadBalancerTls {
    requireCertificate(this, tls.certificate);
    requireCertificates(this, "'ca' of a Zato load-balancer", tls.ca);
    if (tls.serverName !== undefined) {
      requireDnsName(this, "name that the clusters' certificates are for", tls.serverName);
    }
    return tls;
  }

  private get plainPorts(): number[] {
    return withFormer(this.port, this.options.formerPort);
  }

  private get tlsPorts(): number[] {
    return this.tls ? withFormer(this.memberPort, this.tls.formerPort) : [];
  }

  /** Whether other hosts reach it without TLS. */
  private get isReachedPlainly(): boolean {
    return this.tls?.keepPlainPort ?? !this.tls;
  }

  /** The first of them is the one that is used by now. */
  private claimPorts(ports: readonly number[], purpose: string): void {
    ports.forEach((port, n) => this.machine.ports.claim(this, port, n === 0 ? purpose : `${purpose} until now`));
  }

  /** Measured: 8 MiB. */
  protected override requirements(): HostRequirements {
    return { memory: 16, disk: 64, files: this.ownFiles };
  }

  /** Those of the user's own. */
  private get ownFiles(): string[] {
    return fromHostFiles(this.certificates).map(({ certificate }) => certificate._hostFile);
  }
}

function withFormer(port: number, former?: number): number[] {
  return former === undefined ? [port] : [port, former];
}
