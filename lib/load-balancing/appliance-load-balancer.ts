import { Construct, IConstruct } from "constructs";
import {
  ConstructError,
  requireAll,
  requireEach,
  requireInNetworks,
  requireName,
  requirePort,
  requireReachableAddress,
  requireSources,
  requireUrlPath,
} from "../validation";
import { ForwardedClients } from "../zato";
import { LoadBalancerBase } from "./load-balancer-base";

/** What all appliances are declared with that hold a virtual address and terminate TLS. */
export interface ApplianceLoadBalancerProps {
  /** The address on the device that clients use: IPv4 or IPv6, and nobody else's. */
  readonly virtualAddress: string;

  /**
   * Networks that are routed to the device, as CIDR blocks. A virtual address outside of them is refused.
   *
   * @default - not checked
   */
  readonly networks?: readonly string[];

  /**
   * The port that clients use.
   *
   * @default - 443 with TLS, 80 without
   */
  readonly port?: number;

  /**
   * Whether clients that come to port 80 are sent to the TLS port.
   *
   * @default - true with TLS
   */
  readonly redirectHttp?: boolean;

  /**
   * Beginnings of URL paths below `/zato/` that clients may call, for example `/zato/jwt/`. The clusters refuse them
   * still, unless `zatoLoadBalancer` opens them too.
   *
   * @default - none but the path of the health check
   */
  readonly openPaths?: readonly string[];

  /**
   * Networks or addresses of the device from which its requests and checks reach the clusters. Firewalls of the hosts let in no
   * others, and nobody else's word counts on who a client is.
   *
   * @default - anywhere
   */
  readonly sourceNetworks?: readonly string[];
}

/** Where the virtual address of an appliance is. */
export interface ApplianceAddress {
  /**
   * Where other load balancers may serve other ports of the virtual address, for example a partition of the device.
   *
   * @default - nowhere: the address is the load balancer's own
   */
  readonly sharedIn?: string;

  /**
   * The network that the virtual address is in, if it is one of the device's own, in which equal addresses are others.
   *
   * @default - that of all
   */
  readonly network?: string;
}

/** What load balancers have in common that are a device with a virtual address. */
export abstract class ApplianceLoadBalancer extends LoadBalancerBase {
  public readonly entryAddress: string;
  public readonly entryPort: number;
  public readonly usesTls: boolean;
  /** From where its requests and checks reach the clusters: networks or addresses. Firewalls of the hosts let these in. */
  public readonly sourceNetworks?: readonly string[];
  public override readonly forwardedClients: ForwardedClients;

  /** Whether port 80 sends clients to the TLS port. */
  public readonly redirectsHttp: boolean;

  /** Beginnings of Zato's own URL paths that clients may call. */
  protected readonly openPaths: readonly string[];

  /**
   * @throws ConstructError for a virtual address that is none or in none of the networks, a port that is none, 443 or a
   * redirect without TLS, a path or a network that is none, or a virtual address that another load balancer of the App has
   */
  constructor(
    scope: Construct,
    id: string,
    props: ApplianceLoadBalancerProps,
    usesTls: boolean,
    place: ApplianceAddress = {},
    ownChecks: (self: IConstruct) => Readonly<Record<string, () => unknown>> = () => ({}),
  ) {
    super(scope, id);
    const { virtualAddress, networks, port, redirectHttp, openPaths = [] } = props;
    const { address, sources, entryPort, paths } = requireAll({
      id: () => requireName(this, "name of a load balancer", id),
      address: () => {
        const reachable = requireReachableAddress(this, "virtual address", virtualAddress);
        return networks ? requireInNetworks(this, "virtual address", reachable, networks, "the device") : reachable;
      },
      sources: () => props.sourceNetworks && requireSources(this, "network of the device", props.sourceNetworks),
      entryPort: () => requirePort(this, "the port of the load balancer", port ?? (usesTls ? 443 : 80)),
      paths: () => requireEach(openPaths, (path) => requireUrlPath(this, "URL path to open", path)),
      ...ownChecks(this),
    });
    this.entryAddress = address;
    this.usesTls = usesTls;
    this.sourceNetworks = sources;
    this.forwardedClients = { proxies: sources ?? "any", protocol: usesTls ? "https" : "http" };
    this.entryPort = entryPort;
    this.redirectsHttp = redirectHttp ?? usesTls;
    this.openPaths = paths;
    this.requireTlsWhereItIsExpected();
    const ports = this.redirectsHttp ? [this.entryPort, 80] : [this.entryPort];
    this.holdAddress({ ...place, address: this.entryAddress, ports });
  }

  private requireTlsWhereItIsExpected(): void {
    if (this.usesTls && this.redirectsHttp && this.entryPort === 80) {
      throw new ConstructError(
        this,
        "port 80 is to speak TLS, and to redirect to itself",
        "give another 'port', or set 'redirectHttp' to false",
      );
    }
    if (!this.usesTls && (this.entryPort === 443 || this.redirectsHttp)) {
      throw new ConstructError(
        this,
        this.redirectsHttp ? "clients are to be sent to a TLS port that there is not" : "port 443 has no TLS",
        "give 'tls', which names what the device has already",
      );
    }
  }
}
