import { Aspects } from "cdktf";
import { Construct } from "constructs";
import { Affinity } from "../content";
import { RemoteComponent } from "../remote";
import { checkAtSynth, ConstructError, requireOwnFramework } from "../validation";
import { ForwardedClients } from "../zato";
import { IExternalLoadBalancer, PoolBinding } from "./external-load-balancer";
import { HealthCheckProps } from "./health-check";
import { LoadBalancerPool } from "./pool";
import { holdVirtualAddress, requireNobodysAddress, VirtualAddress } from "./virtual-addresses";

/** What a kind of load balancer can do with a pool, other than spread requests over it. */
export interface LoadBalancerAbilities {
  /** What the kind is called in errors: `an AWS Network Load Balancer`. */
  readonly kind: string;

  /** By what it brings clients back to the same cluster. */
  readonly affinities: readonly Affinity[];

  /** By what it does so for some URL paths only. */
  readonly pathAffinities: readonly Affinity[];

  /**
   * Whether it speaks TLS to members, health checks included.
   *
   * @default false
   */
  readonly memberTls?: boolean;

  /**
   * Whether it checks the path of a service besides, by which it takes members out for as long as one is left.
   *
   * @default false
   */
  readonly serviceChecks?: boolean;
}

/**
 * What the kinds of external load balancers have in common: a pool that is bound once, and refused at synth where the
 * kind cannot do what it asks for.
 */
export abstract class LoadBalancerBase extends Construct implements IExternalLoadBalancer {
  public abstract readonly entryAddress: string;
  public abstract readonly entryPort: number;
  public abstract readonly usesTls: boolean;
  public readonly healthCheckDefaults?: HealthCheckProps;
  public readonly forwardedClients?: ForwardedClients;

  /** What the kind can do. */
  protected abstract readonly abilities: LoadBalancerAbilities;

  private binding?: PoolBinding;
  private isFilled = false;
  private readonly held: VirtualAddress[] = [];

  constructor(scope: Construct, id: string) {
    super(scope, id);
    requireOwnFramework(this);
    checkAtSynth(this, () => {
      this.validatePool(this.pool);
      return [];
    });
  }

  public bindPool(binding: PoolBinding): void {
    if (this.binding) {
      throw new ConstructError(
        this,
        "the load balancer already belongs to a deployment",
        "give each deployment a load balancer of its own",
      );
    }
    this.binding = binding;
    // The pool is complete at synth, and then says which constructs there are.
    Aspects.of(this).add({ visit: (construct) => construct === this && this.fillOnce() });
  }

  /**
   * Makes constructs of the pool: called once, at synth, when that is complete. A kind that renders all of the pool in resources that it
   * has anyway need not.
   *
   * @default - nothing is made
   */
  protected fill?(pool: LoadBalancerPool): void;

  /**
   * Notes that it holds a virtual address, which no machine of the App and no other load balancer may have.
   *
   * @throws ConstructError when another load balancer of the App has it
   */
  protected holdAddress(virtual: VirtualAddress): void {
    holdVirtualAddress(this, virtual);
    this.held.push(virtual);
  }

  /**
   * The pool; only to be asked for at synth.
   *
   * @throws ConstructError when no deployment uses the balancer
   */
  protected get pool(): LoadBalancerPool {
    return this.requireBinding().pool();
  }

  /**
   * What a balancer waits for that gets all members in one piece; only to be asked for at synth.
   *
   * @throws ConstructError when no deployment uses the balancer
   */
  protected get readyClusters(): RemoteComponent[] {
    return this.requireBinding().readyClusters();
  }

  /**
   * What a member waits for that can be added by itself; only to be asked for at synth.
   *
   * @throws ConstructError when no deployment uses the balancer
   */
  protected readyCluster(member: string): RemoteComponent[] {
    return this.requireBinding().readyClusters(member);
  }

  /**
   * Refuses, at synth, a pool that the kind cannot serve. A kind with further limits adds them.
   *
   * @throws ConstructError when the pool has no member, or asks for an affinity, for TLS or for the check of a service that the kind does
   * not have, or a machine has the virtual address
   */
  protected validatePool({ members, affinity, stickyPaths, tls, healthCheck }: LoadBalancerPool): void {
    const { kind, affinities, pathAffinities, memberTls = false, serviceChecks = false } = this.abilities;
    if (healthCheck.servicePath !== undefined && !serviceChecks) {
      throw new ConstructError(
        this,
        `${kind} cannot take clusters out by '${healthCheck.servicePath}' for as long as one is left: it has one check for each`,
        "leave 'servicePath' out of the 'healthCheck', or let a HaproxyLoadBalancer stand in front",
      );
    }
    if (tls && !memberTls) {
      throw new ConstructError(
        this,
        `${kind} does not speak TLS to clusters`,
        "leave 'tls' out of the clusters' 'zatoLoadBalancer', or use another kind of load balancer",
      );
    }
    if (members.length === 0) {
      throw new ConstructError(this, "the pool has no member", "give the deployment at least one cluster");
    }
    this.held.forEach((virtual) => requireNobodysAddress(this, virtual, members));
    if (affinity !== Affinity.NONE && !affinities.includes(affinity)) {
      throw new ConstructError(
        this,
        `${kind} has no affinity by ${affinity.kind}`,
        `set the deployment's 'affinity' to ${choices([Affinity.NONE, ...affinities])}`,
      );
    }
    const sticky = stickyPaths.find((path) => !pathAffinities.includes(path.affinity));
    if (sticky) {
      throw new ConstructError(
        this,
        `${kind} has no affinity by ${sticky.affinity.kind} for single paths, and '${sticky.path}' asks for it`,
        pathAffinities.length > 0
          ? `use ${choices(pathAffinities)}`
          : "leave it out, or set the deployment's 'affinity' for all paths",
      );
    }
  }

  private fillOnce(): void {
    if (this.fill && !this.isFilled) {
      this.isFilled = true;
      this.validatePool(this.pool);
      this.fill(this.pool);
    }
  }

  private requireBinding(): PoolBinding {
    if (!this.binding) {
      throw new ConstructError(
        this,
        "the load balancer has no pool",
        "give it to a HighAvailabilityDeployment as 'loadBalancer'",
      );
    }
    return this.binding;
  }
}

function choices(affinities: readonly Affinity[]): string {
  return affinities.map(({ kind }) => `Affinity.${kind.toUpperCase()}`).join(" or ");
}
