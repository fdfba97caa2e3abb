import { TerraformResource, TerraformStack } from "cdktf";
import { Construct, IConstruct } from "constructs";
import { canonicalAddress, ConstructError } from "../validation";
import { CarrierResource } from "./carrier";
import type { RemoteHost } from "./remote-host";

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
  private readonly machines = new Map<string, RemoteHost>();

  private constructor(stack: TerraformStack) {
    super(stack, PreflightBarrier.ID);
    this.resource = new CarrierResource(this, "passed", () => ({
      triggers: {},
      provisioners: [],
      connection: undefined,
      dependsOn: this.preflights,
    }));
  }

  /**
   * Adds a check that everything behind the barrier waits for.
   *
   * @throws ConstructError when another host is the same machine
   */
  public add(host: RemoteHost, preflight: TerraformResource): void {
    const { port, bastionHost } = host.access.connection(host.address);
    const machine = [canonicalAddress(host.address), port, bastionHost].join(" ");
    const other = this.machines.get(machine);
    if (other) {
      throw new ConstructError(
        host,
        `its address ${host.address} is that of ${other.node.path}: the two would be one machine`,
        "declare each machine once, and give its construct to all that use it",
      );
    }
    this.machines.set(machine, host);
    this.preflights.push(preflight);
  }
}
