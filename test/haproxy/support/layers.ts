import { Affinity } from "../../../lib/content";
import { HealthCheck, type LoadBalancerPool } from "../../../lib/load-balancing";
import { renderHaproxyConfig, type HaproxyConfig } from "../../../lib/load-balancing/haproxy-config";
import { renderLoadBalancerConfig, type LoadBalancerConfig } from "../../../lib/zato/load-balancer-config";
import { newStack } from "../../support/stack";
import { CountingServer } from "./counting-server";
import { freePorts, Haproxy, newCertificate, newFolder, removeFolder } from "./haproxy";

/** What a test varies of the two layers. */
export interface LayersOptions {
  readonly outer?: Partial<HaproxyConfig>;
  readonly pool?: Partial<LoadBalancerPool>;
  readonly inner?: Partial<LoadBalancerConfig>;
  /** Whether the outer layer speaks TLS to the inner one. @default false */
  readonly memberTls?: boolean;
  /** Clusters, each with two servers. @default 2 */
  readonly clusters?: number;
  /** How long both layers wait for an answer, in seconds. @default 20, which a busy machine does not reach */
  readonly requestTimeout?: number;
  /** The clusters that are declared drained. @default - none */
  readonly drained?: readonly string[];
  /** By which the outer layer knows the clusters. @default 127.0.0.1 for each */
  readonly addresses?: readonly string[];
  /** The name server that is asked in place of the machine's. */
  readonly resolver?: string;
}

/** A HAProxy in front, with and without TLS, Zato load-balancers behind it, and two servers behind each: all on loopback. */
export class Layers {
  public readonly outer!: Haproxy;
  public readonly inner: Haproxy[] = [];
  public readonly innerPorts: number[] = [];
  public readonly servers: CountingServer[] = [];
  public outerPort = 0;
  public tlsPort = 0;
  public readonly folder = newFolder();

  public static async start(options: LayersOptions = {}): Promise<Layers> {
    const layers = new Layers();
    await layers.start(options);
    return layers;
  }

  /** All requests that any server has seen for a path. */
  public countOf(path: string): number {
    return this.servers.reduce((sum, server) => sum + server.countOf(path), 0);
  }

  public get requests() {
    return this.servers.flatMap(({ requests }) => requests);
  }

  public get connections(): number {
    return this.servers.reduce((sum, server) => sum + server.connections, 0);
  }

  public forget(): void {
    this.servers.forEach((server) => server.forget());
  }

  /** Ends the outer one, and starts it anew with the same configuration. */
  public async restartOuter(): Promise<void> {
    await this.outer.restart(this.outerPort);
  }

  public async stop(): Promise<void> {
    await Promise.all([this.outer, ...this.inner, ...this.servers].map((one) => one?.stop()));
    removeFolder(this.folder);
  }

  private async start(options: LayersOptions): Promise<void> {
    const {
      outer,
      pool,
      inner,
      clusters = 2,
      memberTls = false,
      requestTimeout = 20,
      addresses,
      resolver,
      drained = [],
    } = options;
    const [outerPort, tlsPort, ...ports] = await freePorts(2 + 4 * clusters);
    this.outerPort = outerPort!;
    this.tlsPort = tlsPort!;
    const certificate = newCertificate(this.folder);
    const memberPorts: number[] = [];
    for (let cluster = 0; cluster < clusters; cluster++) {
      const [port, ...serverPorts] = ports.slice(4 * cluster, 4 * cluster + 3) as [number, number, number];
      const memberPort = memberTls ? ports[4 * cluster + 3]! : port;
      memberPorts.push(memberPort);
      for (const [index, serverPort] of serverPorts.entries()) {
        this.servers.push(await CountingServer.start(`cluster${cluster}-server${index}`, serverPort));
      }
      this.innerPorts.push(port);
      const config = renderLoadBalancerConfig({
        binds: [`127.0.0.1:${port}`],
        tls: memberTls ? [{ bind: `127.0.0.1:${memberPort}`, certificate }] : [],
        socket: `${this.folder}/inner${cluster}.sock`,
        backEnd: "bck_http_plain",
        servers: serverPorts.map((serverPort, index) => ({
          name: `http_plain--server${index + 1}`,
          address: `127.0.0.1:${serverPort}`,
        })),
        healthPath: "/zato/ping",
        clusterHealthPath: "/zato/ping",
        manners: { answersErrors: true, takesChunks: true },
        privatePaths: ["/zato/", "/ide-deploy"],
        openPaths: [],
        forwarded: { proxies: ["127.0.0.1"], areOurs: true },
        maxConnections: 2000,
        cpus: 2,
        requestTimeout,
        retryPosts: false,
        logsRequests: true,
        ...inner,
      });
      this.inner.push(await Haproxy.start(this.folder, `inner${cluster}`, config, port));
    }
    const config = renderHaproxyConfig({
      binds: [`127.0.0.1:${outerPort}`],
      isVirtual: false,
      membersCa: `${certificate}.crt`,
      socket: `${this.folder}/outer.sock`,
      openPaths: [],
      trustedProxies: [],
      maxConnections: 4000,
      retryPosts: false,
      ...outer,
      pool: {
        ...(memberTls && { tls: { ca: "", serverName: "localhost" } }),
        members: memberPorts.map((port, index) => ({
          name: `host${index + 1}`,
          address: addresses?.[index] ?? "127.0.0.1",
          port,
          isDrained: drained.includes(`host${index + 1}`),
        })),
        privatePaths: ["/zato/", "/ide-deploy"],
        saysNotExecuted: true,
        healthCheck: new HealthCheck(newStack(), { interval: 1, timeout: 1 }),
        affinity: Affinity.NONE,
        stickyPaths: [],
        maxConnectionsPerMember: 2000,
        requestTimeout,
        logsRequests: true,
        ...pool,
      },
    });
    // One process that is reached either way, so that both go by the same counters.
    const bind = `    bind 127.0.0.1:${outerPort}\n`;
    const both = config
      .replace(bind, `${bind}    bind 127.0.0.1:${tlsPort} ssl crt ${certificate} alpn h2,http/1.1\n`)
      .replace("    parse-resolv-conf\n", resolver ? `    nameserver none ${resolver}\n` : "    parse-resolv-conf\n");
    Object.assign(this, { outer: await Haproxy.start(this.folder, "outer", both, outerPort!) });
  }
}
