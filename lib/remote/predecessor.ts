import { TerraformResource } from "cdktf";
import { IConstruct } from "constructs";

/** A component of a host as those see it that come after it. */
export interface Predecessor extends IConstruct {
  /** The host that it lives on. */
  readonly host: IConstruct;

  /** Carries the desired state. Whatever must come after the component depends on it. */
  readonly desiredState: TerraformResource;

  /** Stands for its presence on the host. */
  readonly lifetime: TerraformResource;

  /**
   * What all successors on the same host bring along. When Terraform is killed, it may have noted a resource as created whose
   * provisioners never ran, since it does so before it runs them; the successor finds out, and makes up for it.
   */
  readonly forSuccessors: string;

  /** What it comes after itself; only to be asked for at synth. */
  readonly predecessors: readonly Predecessor[];
}
