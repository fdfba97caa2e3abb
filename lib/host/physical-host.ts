import { Construct } from "constructs";
import { HostBase, HostProps, IHost } from "./host";

/** What a {@link PhysicalHost} is declared with. */
export interface PhysicalHostProps extends HostProps {
  /** Where the host is reached: IPv4, IPv6 without brackets, or a DNS name. */
  readonly address: string;

  /**
   * The host that is the same machine in another stack of the App, where clusters of both stacks are meant to live on it.
   * Their names, ports and CPUs are told apart as those of one stack are; the other host declares the `firewall` for both.
   *
   * @default - a machine that another stack has is refused
   */
  readonly sharedWith?: IHost;
}

/**
 * A machine that exists already, bare metal or virtual, and is reached by SSH.
 *
 * @example
 * new PhysicalHost(this, "host1", {
 *   address: "10.0.0.11",
 *   cpus: 8,
 *   ssh: { user: "ops", hostKey: "ecdsa-sha2-nistp256 AAAA…" },
 * });
 */
export class PhysicalHost extends HostBase {
  /**
   * @throws ConstructError when the id, the address, the CPUs or the SSH access cannot be what they claim to be, or the machine
   * is that of another host
   */
  constructor(scope: Construct, id: string, props: PhysicalHostProps) {
    super(scope, id, props.address, props, props.sharedWith);
  }
}
