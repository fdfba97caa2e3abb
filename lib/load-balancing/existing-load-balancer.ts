import { Construct } from "constructs";
import { Affinity } from "../content";
import { requireAddress, requirePort, requireSources } from "../validation";
import { ForwardedClients } from "../zato";
import { LoadBalancerAbilities, LoadBalancerBase } from "./load-balancer-base";

/** What an {@link ExistingLoadBalancer} is declared with. */
export interface ExistingLoadBalancerProps {
  /** The address that clients use. */
  readonly address: string;

  /**
   * The port that clients use.
   *
   * @default 443
   */
  readonly port?: number;

  /**
   * Whether clients speak TLS to it.
   *
   * @default - true on port 443
   */
  readonly tls?: boolean;

  /**
   * Networks or addresses from which its requests and checks reach the clusters; firewalls of the hosts let in no
   * others.
   *
   * @default - anywhere
   */
  readonly sourceNetworks?: readonly string[];

  /**
   * Networks or addresses from which its requests come, if it adds the client's address to `X-Forwarded-For` and sets
   * `X-Forwarded-Proto` by itself: services then see these. What others claim is dropped.
   *
   * @default - none: services take the address that requests come from for the client's
   */
  readonly trustedProxies?: readonly string[];
}

/**
 * A balancer that somebody else runs, for example a hardware appliance of the network team. Nothing is configured: the
 * deployment's output `pool` says what to enter there.
 */
export class ExistingLoadBalancer extends LoadBalancerBase {
  public readonly entryAddress: string;
  public readonly entryPort: number;
  public readonly usesTls: boolean;
  /** From where its requests and checks reach the clusters: networks or addresses. Firewalls of the hosts let these in. */
  public readonly sourceNetworks?: readonly string[];
  public override readonly forwardedClients?: ForwardedClients;

  /** Whatever it can do: who runs it reads from the output what is asked for. */
  protected readonly abilities: LoadBalancerAbilities = {
    kind: "a load balancer that others run",
    affinities: [Affinity.SOURCE, Affinity.COOKIE],
    pathAffinities: [Affinity.NONE, Affinity.SOURCE, Affinity.COOKIE],
    memberTls: true,
    serviceChecks: true,
  };

  /** @throws ConstructError when the address, the port or a network cannot be one */
  constructor(scope: Construct, id: string, props: ExistingLoadBalancerProps) {
    super(scope, id);
    this.entryAddress = requireAddress(this, "address of a load balancer", props.address);
    this.entryPort = requirePort(this, "the port of the load balancer", props.port ?? 443);
    this.usesTls = props.tls ?? this.entryPort === 443;
    this.sourceNetworks =
      props.sourceNetworks && requireSources(this, "network of the load balancer", props.sourceNetworks);
    this.forwardedClients = props.trustedProxies && {
      proxies: requireSources(this, "network of a trusted proxy", props.trustedProxies),
    };
  }
}
