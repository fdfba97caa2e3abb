import { IConstruct } from "constructs";
import { Predecessor } from "./predecessor";
import { RemoteAccess } from "./remote-access";

/** What is known of a machine, and how it is reached. */
export interface HostFacts extends IConstruct {
  /** The name under which it appears in progress lines: letters, digits and `-`. */
  readonly hostName: string;

  /** Where it is reached: IPv4, IPv6 without brackets, or a DNS name. */
  readonly address: string;

  /** The number of its CPUs, as `nproc` counts them. */
  readonly cpus: number;

  /**
   * Memory in MiB that it must have.
   *
   * @default - what its components need
   */
  readonly memory?: number;

  /** Stands for the machine behind the address: another value brings everything to it again. */
  readonly revision: string;

  /** How Terraform reaches it. */
  readonly access: RemoteAccess;

  /** Whether the machine is lost, so that nothing on it is touched. */
  readonly isLost: boolean;

  /**
   * What the machine is lost together with.
   *
   * @default - a kind of host that does not say
   */
  readonly failureDomain?: string;

  /**
   * What people know the machine by, for pictures and reports.
   *
   * @default - nothing
   */
  readonly labels?: Readonly<Record<string, string>>;

  /**
   * Its firewall, which every other component comes after: what they need is let in before they start.
   *
   * @default - it has none
   */
  readonly firewall?: Predecessor;
}
