import { Token } from "cdktf";
import { Construct } from "constructs";
import { Affinity } from "../content";
import { IHost } from "../host";
import { inLastingOrder, requireCertificate, TlsCertificate } from "../remote";
import {
  ConstructError,
  hostPort,
  isV4,
  requireAll,
  requireEach,
  requireIpAddress,
  requireReachableAddress,
  requireName,
  requirePort,
  requireSources,
  requireUrlPath,
  requireWhole,
} from "../validation";
import { Exporter, ForwardedClients } from "../zato";
import { everyAddressOf } from "../zato/haproxy/binds";
import { claimExporter, renderExporter } from "../zato/haproxy/exporter";
import { PoolBinding } from "./external-load-balancer";
import { renderHaproxyConfig } from "./haproxy-config";
import { HaproxyNode } from "./haproxy-node";
import { renderKeepalivedConfig } from "./keepalived-config";
import { LoadBalancerAbilities, LoadBalancerBase } from "./load-balancer-base";
import { claimRouterId } from "./virtual-addresses";

/** What a {@link HaproxyLoadBalancer} is declared with. */
export interface HaproxyLoadBalancerProps {
  /** One or two hosts, each with an IP address; they may be hosts of clusters. */
  readonly hosts: readonly IHost[];

  /**
   * The address that is always on one of the hosts: IPv4 or IPv6 like theirs, in the network of both, and nobody else's.
   *
   * @default - none with one host; two hosts need one
   */
  readonly virtualAddress?: string;

  /**
   * The virtual address of before: the pair serves it as well, until no client asks for it any more and another deploy leaves
   * it out.
   *
   * @default - none
   */
  readonly formerVirtualAddress?: string;

  /**
   * The port that clients use.
   *
   * @default - 443 with a `certificate`, else 80
   */
  readonly port?: number;

  /**
   * The certificate with which clients are served by HTTPS, after Mozilla's "intermediate" configuration: TLS 1.2 and 1.3.
   *
   * @default - plain HTTP
   */
  readonly certificate?: TlsCertificate;

  /**
   * Whether port 80 is served too, and sends clients on to HTTPS by status 308.
   *
   * @default - true with a `certificate` on port 443
   */
  readonly redirectHttp?: boolean;

  /**
   * The networks, as `10.0.0.0/8` or `2001:db8::/32`, or addresses from which clients come. The firewalls of the hosts,
   * which need to have one, let in no others.
   *
   * @default - anywhere
   */
  readonly allowedNetworks?: readonly string[];

  /**
   * The number by which keepalived tells this pair from others in the same network, 1 to 255.
   *
   * @default 51
   */
  readonly virtualRouterId?: number;

  /**
   * The network interface that holds the virtual address.
   *
   * @default - the one that holds the host's own address
   */
  readonly networkInterface?: string;

  /**
   * Beginnings of URL paths below `/zato/` that clients may call, for example `/zato/jwt/`.
   *
   * @default - none but `/zato/ping`
   */
  readonly openPaths?: readonly string[];

  /**
   * Networks, as `10.0.0.0/8` or `2001:db8::/32`, or addresses of proxies in front of this load balancer whose word on clients
   * counts: they add the client's address to `X-Forwarded-For`, and set `X-Forwarded-Proto`. What anybody else claims is dropped.
   *
   * @default - none: a client is who connects
   */
  readonly trustedProxies?: readonly string[];

  /**
   * The most connections of clients at a time, up to 500000.
   *
   * @default 4000
   */
  readonly maxConnections?: number;

  /**
   * Whether a POST, PUT, DELETE or any other request than GET, HEAD and OPTIONS whose cluster was lost while it worked on it is
   * sent to another one. Only if all services may be called twice without harm.
   *
   * @default false
   */
  readonly retryPosts?: boolean;
}

/** Each takes two of the 1048576 files that Linux lets a process open at the most, without which HAProxy does not start. */
const MAX_CONNECTIONS = 500_000;

/**
 * An HAProxy in front of the clusters, on one host, or on two with a virtual address that keepalived moves when its
 * holder is lost.
 */
export class HaproxyLoadBalancer extends LoadBalancerBase {
  public readonly entryAddress: string;
  public readonly entryPort: number;
  public readonly usesTls: boolean;
  /** From where its requests and checks reach the clusters: the addresses of its hosts. */
  public readonly sourceNetworks: readonly string[];
  public override readonly forwardedClients: ForwardedClients;

  /** The machines that it runs on. */
  public readonly hosts: readonly IHost[];

  /** The HAProxy of each host. */
  public readonly nodes: HaproxyNode[];

  protected readonly abilities: LoadBalancerAbilities = {
    kind: "a HaproxyLoadBalancer",
    affinities: [Affinity.SOURCE, Affinity.COOKIE],
    pathAffinities: [Affinity.NONE, Affinity.SOURCE, Affinity.COOKIE],
    memberTls: true,
    serviceChecks: true,
  };

  private readonly props: HaproxyLoadBalancerProps;
  private exporter?: Exporter;

  /**
   * @throws ConstructError with no host or more than two, two hosts without a virtual address, a virtual address that is
   * none, another family's or somebody else's, a redirect that leads nowhere, or networks that are none or that nothing keeps out
   */
  constructor(scope: Construct, id: string, props: HaproxyLoadBalancerProps) {
    super(scope, id);
    this.props = props;
    this.usesTls = props.certificate !== undefined;
    const { entryPort, routerId } = requireAll({
      name: () => requireName(this, "name of a load balancer", id),
      hosts: () => this.requireHosts(),
      entryPort: () => requirePort(this, "the port of the load balancer", props.port ?? (this.usesTls ? 443 : 80)),
      routerId: () => requireWhole(this, "the virtual router id", props.virtualRouterId ?? 51, 1, 255),
      connections: () => requireWhole(this, "the number of connections", props.maxConnections ?? 1, 1, MAX_CONNECTIONS),
      openPaths: () => requireEach(props.openPaths ?? [], (path) => requireUrlPath(this, "URL path to open", path)),
      proxies: () => props.trustedProxies && requireSources(this, "network of a trusted proxy", props.trustedProxies),
      networkInterface: () => this.requireInterface(),
    });
    this.entryPort = entryPort;
    this.hosts = [...props.hosts];
    this.sourceNetworks = props.hosts.map((host) => host.address);
    this.forwardedClients = { proxies: this.sourceNetworks, areOurs: true };
    this.entryAddress = props.virtualAddress ?? props.hosts[0]!.address;
    this.virtualAddresses.forEach((address) => this.holdAddress({ address, ports: [this.entryPort] }));
    if (props.virtualAddress !== undefined) {
      claimRouterId(this, routerId, props.hosts);
    }
    this.requireAccess();
    const [, last] = inLastingOrder(props.hosts, ({ hostName }) => hostName);
    this.nodes = props.hosts.map((host, position) => {
      // The second one is touched when the first one works again.
      const earlier = (): HaproxyNode[] => (host === last ? this.nodes.filter((other) => other.host !== host) : []);
      const node = new HaproxyNode(this, host.hostName, {
        host,
        name: id,
        port: this.entryPort,
        certificate: props.certificate,
        redirectsHttp: this.redirectsHttp,
        allowedNetworks: props.allowedNetworks,
        peerAddresses: this.sourceNetworks.filter((address) => address !== host.address),
        earlier,
        pool: () => this.pool,
        haproxyConfig: () => this.haproxyConfig(host),
        keepalivedConfig: this.keepalivedConfig(host, position),
        virtualRouterId: routerId,
        ownEntry:
          (this.usesTls ? "https://" : "http://") + hostPort(props.virtualAddress ?? "127.0.0.1", this.entryPort),
      });
      node.after(() => [...this.readyClusters, ...earlier()]);
      return node;
    });
  }

  public override bindPool(binding: PoolBinding): void {
    super.bindPool(binding);
    this.exporter = binding.exporter;
    if (binding.exporter) {
      for (const host of this.hosts) {
        claimExporter(this, host.presence.machine, binding.exporter, `metrics of the load balancer ${this.node.id}`);
      }
    }
  }

  private requireHosts(): void {
    const { hosts, virtualAddress, formerVirtualAddress } = this.props;
    if (hosts.length < 1 || hosts.length > 2 || new Set(hosts).size !== hosts.length) {
      throw new ConstructError(
        this,
        `the load balancer has ${hosts.length} hosts`,
        "give one host, or two different ones",
      );
    }
    if (hosts.length === 2 && virtualAddress === undefined) {
      throw new ConstructError(
        this,
        "two hosts have no address in common",
        "give a 'virtualAddress' in their network that nobody uses",
      );
    }
    if (virtualAddress === undefined && formerVirtualAddress !== undefined) {
      throw new ConstructError(
        this,
        `there is no virtual address in place of the former one, ${formerVirtualAddress}`,
        "give a 'virtualAddress' too, or leave 'formerVirtualAddress' out",
      );
    }
    if (virtualAddress === undefined) {
      const what = "by which clusters know its requests";
      hosts.forEach(({ address, node }) => requireIpAddress(this, `address of ${node.path} ${what}`, address));
    }
    for (const address of this.virtualAddresses) {
      requireReachableAddress(this, "virtual address", address);
      hosts.forEach((host) => this.requireUnicastAddress(host, address));
    }
  }

  /** The one that clients use, and the former one. */
  private get virtualAddresses(): string[] {
    const { virtualAddress, formerVirtualAddress } = this.props;
    return [virtualAddress, formerVirtualAddress].filter((address) => address !== undefined);
  }

  /** As Linux takes them: up to 15 characters. */
  private requireInterface(): void {
    const { networkInterface } = this.props;
    if (networkInterface !== undefined && !/^[A-Za-z0-9_.@:-]{1,15}$/.test(networkInterface)) {
      throw new ConstructError(
        this,
        `'${networkInterface}' is no network interface`,
        "give its name as 'ip link' prints it, for example 'eth0'",
      );
    }
  }

  private get redirectsHttp(): boolean {
    return this.props.redirectHttp ?? (this.usesTls && this.entryPort === 443);
  }

  private requireAccess(): void {
    const { certificate, allowedNetworks, hosts } = this.props;
    if (certificate !== undefined) {
      requireCertificate(this, certificate);
    }
    if (this.redirectsHttp && !(this.usesTls && this.entryPort === 443)) {
      throw new ConstructError(
        this,
        "'redirectHttp' sends clients on to HTTPS on port 443, where nothing answers them",
        "give a 'certificate', and leave 'port' out, or leave 'redirectHttp' out",
      );
    }
    if (allowedNetworks) {
      requireSources(this, "network of clients", allowedNetworks);
      const open = hosts.find((host) => !host.presence.machine.hasFirewall);
      if (open) {
        throw new ConstructError(
          this,
          `nothing on ${open.node.path} keeps others than 'allowedNetworks' from the load balancer`,
          "give each of its hosts a 'firewall'",
        );
      }
    }
  }

  /** keepalived drops a virtual address of another family than that of the addresses by which the two talk. */
  private requireUnicastAddress({ address, node }: IHost, virtualAddress: string): void {
    requireReachableAddress(this, `address of ${node.path} that keepalived can use`, address);
    const areTwo = this.props.hosts.length === 2;
    const areKnown = ![address, virtualAddress].some((one) => Token.isUnresolved(one));
    if (areTwo && areKnown && isV4(address) !== isV4(virtualAddress)) {
      throw new ConstructError(
        this,
        `the virtual address ${virtualAddress} and ${address}, that of ${node.path}, are not both IPv4 or both IPv6`,
        "give addresses of one kind: keepalived ignores a virtual address of another one",
      );
    }
  }

  private haproxyConfig(host: IHost): string {
    const { virtualAddress, certificate, openPaths, trustedProxies, maxConnections, retryPosts } = this.props;
    const binds = (port: number): string[] =>
      virtualAddress === undefined
        ? [everyAddressOf(this.props.hosts[0]!.address, port)]
        : this.virtualAddresses.map((address) => hostPort(address, port));
    return renderHaproxyConfig({
      binds: binds(this.entryPort),
      tls: certificate && {
        certificate: HaproxyNode.certificatePlace(this.node.id, certificate),
        redirectBinds: this.redirectsHttp ? binds(80) : [],
      },
      membersCa: HaproxyNode.membersCaPlace(this.node.id),
      isVirtual: virtualAddress !== undefined,
      socket: HaproxyNode.socketPlace(this.node.id),
      pool: this.pool,
      openPaths: openPaths ?? [],
      trustedProxies: trustedProxies ?? [],
      maxConnections: maxConnections ?? 4000,
      retryPosts: retryPosts ?? false,
      exporter: this.exporter && renderExporter(this.exporter, host.address),
    });
  }

  private keepalivedConfig(host: IHost, position: number): string {
    const { virtualAddress, formerVirtualAddress, hosts, virtualRouterId, networkInterface } = this.props;
    if (virtualAddress === undefined) {
      return "";
    }
    return renderKeepalivedConfig({
      name: this.node.id,
      virtualAddress,
      formerVirtualAddress,
      virtualRouterId: virtualRouterId ?? 51,
      priority: 150 - 50 * position,
      ownAddress: host.address,
      peerAddresses: hosts.filter((other) => other !== host).map((other) => other.address),
      networkInterface: networkInterface ?? "",
      check: HaproxyNode.checkPlace(this.node.id),
    });
  }
}
