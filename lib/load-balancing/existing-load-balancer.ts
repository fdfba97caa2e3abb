import { Construct } from "constructs";
import { Affinity } from "../content";
import { requireAddress, requirePort } from "../validation";
import { LoadBalancerBase } from "./load-balancer-base";

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
}

/**
 * A balancer that somebody else runs, for example a hardware appliance of the network team. Nothing is configured: the
 * deployment's output `pool` says what to enter there.
 */
export class ExistingLoadBalancer extends LoadBalancerBase {
  public readonly entryAddress: string;
  public readonly entryPort: number;
  public readonly usesTls: boolean;

  /** Whatever it can do: who runs it reads from the output what is asked for. */
  protected readonly abilities = {
    kind: "a load balancer that others run",
    affinities: [Affinity.SOURCE, Affinity.COOKIE],
    pathAffinities: [Affinity.NONE, Affinity.SOURCE, Affinity.COOKIE],
  };

  /** @throws ConstructError when the address or the port cannot be one */
  constructor(scope: Construct, id: string, props: ExistingLoadBalancerProps) {
    super(scope, id);
    this.entryAddress = requireAddress(this, "address of a load balancer", props.address);
    this.entryPort = requirePort(this, "the port of the load balancer", props.port ?? 443);
    this.usesTls = props.tls ?? this.entryPort === 443;
  }
}
