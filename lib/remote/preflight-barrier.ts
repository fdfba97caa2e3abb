import { TerraformResource, TerraformStack } from "cdktf";
import { Construct, IConstruct } from "constructs";
import { CarrierResource } from "./carrier";
import { onePerStack } from "./one-per-stack";

/** The point of a stack's graph that is reached when every host has passed its preflight. */
export class PreflightBarrier extends Construct {
  /** The one barrier of the stack that a construct belongs to. */
  public static of(scope: IConstruct): PreflightBarrier {
    return onePerStack(scope, "zato-hosts", (stack, id) => new PreflightBarrier(stack, id));
  }

  /** What has to wait for all hosts depends on this. */
  public readonly resource: TerraformResource;

  private readonly preflights: TerraformResource[] = [];
  private readonly gates: TerraformResource[] = [];

  private constructor(stack: TerraformStack, id: string) {
    super(stack, id);
    this.resource = new CarrierResource(this, "passed", () => ({
      triggers: {},
      provisioners: [],
      dependsOn: [...this.preflights, ...this.gates],
    }));
  }

  /** Adds a check that everything behind the barrier waits for. */
  public add(preflight: TerraformResource): void {
    this.preflights.push(preflight);
  }

  /** All checks; only to be asked for at synth. */
  public get checks(): readonly TerraformResource[] {
    return this.preflights;
  }

  /** Adds what comes after the checks, and what everything behind the barrier waits for too. */
  public addGate(gate: TerraformResource): void {
    this.gates.push(gate);
  }
}
