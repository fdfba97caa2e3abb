import { Construct } from "constructs";
import { HostBase, HostProps } from "./host";

/** What a {@link PhysicalHost} is declared with. */
export interface PhysicalHostProps extends HostProps {
  /** Where the host is reached: IPv4, IPv6 without brackets, or a DNS name. */
  readonly address: string;
}

/**
 * A machine that exists already, bare metal or virtual, and is reached by SSH.
 *
 * @example
 * new PhysicalHost(this, "host1", {
 *   address: "10.0.0.11",
 *   cpus: 8,
 *   ssh: { user: "ops", hostKey: "ssh-ed25519 AAAA…" },
 * });
 */
export class PhysicalHost extends HostBase {
  /**
   * @throws ConstructError when the id, the address, the CPUs or the SSH access cannot be what they claim to be
   */
  constructor(scope: Construct, id: string, props: PhysicalHostProps) {
    super(scope, id, props.address, props);
  }
}
