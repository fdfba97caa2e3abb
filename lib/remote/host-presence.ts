import { TerraformResource } from "cdktf";
import { Machine } from "./machine";

/** What there is of ours on a host, apart from its components. */
export interface HostPresence {
  /** What the host has in common with hosts of other stacks that are the same machine. @internal */
  readonly machine: Machine;

  /** The checks that run before anything is changed. Must be created again where its scripts are gone. */
  readonly preflight: TerraformResource;

  /** Ends last: what is left of ours on the host is removed then. */
  readonly lifetime: TerraformResource;
}
