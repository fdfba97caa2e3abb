import { TerraformOutput, TerraformResource, TerraformStack, Testing } from "cdktf";
import { HighAvailabilityDeployment, DeploymentOfHostsProps } from "../deployment";
import { PhysicalHost } from "../host";
import { IExternalLoadBalancer } from "../load-balancing";
import { terraformAddress } from "../remote";
import { ZatoInstallation } from "../zato";
import { LoadBalancerUnderTest, RenderedPool, TerraformConfiguration } from "./load-balancer-under-test";

/** How a {@link Trial} differs from two hosts and a load balancer `edge`. */
export interface TrialOptions {
  /**
   * The ids of the hosts, each of which becomes a cluster.
   *
   * @default - host1, host2 … as many as `clusters` says
   */
  readonly hostIds?: readonly string[];

  /**
   * The number of clusters.
   *
   * @default 2
   */
  readonly clusters?: number;

  /**
   * The id of the load balancer.
   *
   * @default "edge"
   */
  readonly id?: string;

  /**
   * Further properties of the deployment.
   *
   * @default - none
   */
  readonly props?: Partial<DeploymentOfHostsProps>;

  /**
   * Whether the deployment is given the load balancer.
   *
   * @default true
   */
  readonly isUsed?: boolean;
}

const HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDyN0WQ0q3o7a0mC2l5kV4n2yJ5mS6v7xGQe1b9h8kTt";

const ENTRY_OUTPUT = "trial_entry";

/** A load balancer of the kind under test in front of a deployment, in a stack of their own. */
export class Trial {
  /** What is tried. */
  public readonly loadBalancer: IExternalLoadBalancer;

  /** What uses it. */
  public readonly deployment: HighAvailabilityDeployment;

  private readonly stack = new TerraformStack(Testing.app(), "trial");
  private readonly id: string;
  private synthesized?: TerraformConfiguration;

  constructor(
    private readonly kind: Pick<LoadBalancerUnderTest, "create" | "read">,
    options: TrialOptions = {},
  ) {
    const { clusters = 2, id = "edge", props = {}, isUsed = true } = options;
    const hostIds = options.hostIds ?? Array.from({ length: clusters }, (_, position) => `host${position + 1}`);
    const hosts = hostIds.map(
      (hostId, position) =>
        new PhysicalHost(this.stack, hostId, {
          address: `10.0.0.${11 + position}`,
          cpus: 2,
          ssh: { user: "ops", hostKey: HOST_KEY },
        }),
    );
    this.id = id;
    this.loadBalancer = kind.create(this.stack, id, hosts);
    this.deployment = new HighAvailabilityDeployment(this.stack, "zato", {
      hosts,
      installation: ZatoInstallation.preinstalled(),
      loadBalancer: isUsed ? this.loadBalancer : undefined,
      ...props,
    });
    // By an output, since the address may be known to Terraform only.
    const { entryAddress, entryPort } = this.loadBalancer;
    new TerraformOutput(this.stack, ENTRY_OUTPUT, { value: [entryAddress, entryPort] });
  }

  /** What the load balancer told its device. */
  public read(): RenderedPool {
    return this.kind.read(this.configuration, this.id);
  }

  /** An output of the deployment. */
  public output(name: string): unknown {
    return this.configuration.output?.[`zato_${name}`]?.value;
  }

  /** Where clients reach the load balancer, as it says itself. */
  public get entry(): unknown {
    return this.configuration.output?.[ENTRY_OUTPUT]?.value;
  }

  /** Components of clusters for which no resource of the load balancer waits, if it has resources. */
  public clustersNotAwaited(): string[] {
    void this.configuration; // a kind may make its resources at synth, when the pool is complete
    const own = this.loadBalancer.node.findAll().filter((node) => TerraformResource.isTerraformResource(node));
    if (own.length === 0) {
      return [];
    }
    const awaited = this.everythingBefore(own.map(terraformAddress));
    return this.deployment.clusters
      .flatMap((cluster) => cluster.components.map(({ desiredState }) => terraformAddress(desiredState)))
      .filter((address) => !awaited.has(address));
  }

  private everythingBefore(addresses: readonly string[]): Set<string> {
    const { resource = {} } = this.configuration;
    const seen = new Set<string>();
    const visit = (address: string): void => {
      const [type, name] = address.split(".") as [string, string];
      const { depends_on = [] } = (resource[type]?.[name] ?? {}) as { depends_on?: string[] };
      for (const next of depends_on.filter((one) => !seen.has(one))) {
        seen.add(next);
        visit(next);
      }
    };
    addresses.forEach(visit);
    return seen;
  }

  /** Synthesizes as `cdktf synth` does: with all validations. */
  private get configuration(): TerraformConfiguration {
    if (!this.synthesized) {
      this.stack.prepareStack();
      this.synthesized = JSON.parse(Testing.synth(this.stack, true)) as TerraformConfiguration;
    }
    return this.synthesized;
  }
}
