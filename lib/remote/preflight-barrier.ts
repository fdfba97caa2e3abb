import { TerraformResource, TerraformStack } from "cdktf";
import { Construct, IConstruct } from "constructs";
import { CarrierResource } from "./carrier";

/** The point of a stack's graph that is reached when every host has passed its preflight. */
export class PreflightBarrier extends Construct {
  /** The one barrier of the stack that a construct belongs to. */
  public static of(scope: IConstruct): PreflightBarrier {
    const stack = TerraformStack.of(scope);
    const existing = stack.node.tryFindChild(PreflightBarrier.ID) as PreflightBarrier | undefined;
    return existing ?? new PreflightBarrier(stack);
  }

  private static readonly ID = "zato-hosts";

  /** What has to wait for all hosts depends on this. */
  public readonly resource: TerraformResource;

  private readonly preflights: TerraformResource[] = [];

  private constructor(stack: TerraformStack) {
    super(stack, PreflightBarrier.ID);
    this.resource = new CarrierResource(this, "passed", () => ({
      triggers: {},
      provisioners: [],
      dependsOn: this.preflights,
    }));
  }

  /** Adds a check that everything behind the barrier waits for. */
  public add(preflight: TerraformResource): void {
    this.preflights.push(preflight);
  }
}
