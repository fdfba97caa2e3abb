import { Construct } from "constructs";
import { RemoteComponent } from "../remote";
import { ConstructError } from "../validation";
import { IExternalLoadBalancer, PoolBinding } from "./external-load-balancer";
import { LoadBalancerPool } from "./pool";

/** What the kinds of external load balancers have in common: a pool that is bound once. */
export abstract class LoadBalancerBase extends Construct implements IExternalLoadBalancer {
  public abstract readonly entryAddress: string;
  public abstract readonly entryPort: number;

  private binding?: PoolBinding;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.node.addValidation({
      validate: () =>
        this.binding
          ? []
          : [
              new ConstructError(
                this,
                "the load balancer has no pool",
                "give it to a HighAvailabilityDeployment as 'loadBalancer'",
              ).message,
            ],
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
  }

  /** The pool; only to be asked for at synth. */
  protected get pool(): LoadBalancerPool {
    return this.binding!.pool();
  }

  /** What the balancer waits for; only to be asked for at synth. */
  protected get readyClusters(): RemoteComponent[] {
    return this.binding!.readyClusters();
  }
}
