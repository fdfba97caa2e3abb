import { RemoteExecProvisioner } from "cdktf";
import { ComponentState, IRemoteHost, overOwnConnection, RemoteComponent, runScript } from "../remote";
import { requirePort, requireSources } from "../validation";

/** What may come into a host beside that which the program knows of, for example from monitoring. */
export interface FirewallIngress {
  /** The port on the host. */
  readonly port: number;

  /**
   * The protocol.
   *
   * @default "tcp"
   */
  readonly protocol?: "tcp" | "udp";

  /**
   * Networks from which it comes, as `10.0.0.0/8` or `2001:db8::/32`, or addresses.
   *
   * @default - anywhere
   */
  readonly from?: readonly string[];
}

/** What a host's firewall is told. */
export interface HostFirewallProps {
  /**
   * Networks from which one may log in by SSH, among them the machine that runs Terraform or its bastion.
   *
   * @default - anywhere
   */
  readonly sshFrom?: readonly string[];

  /**
   * What else may come in.
   *
   * @default - nothing
   */
  readonly ingress?: readonly FirewallIngress[];
}

/** What a {@link HostFirewall} is made from. */
export interface HostFirewallSettings extends HostFirewallProps {
  /** The port of the host's SSH server. */
  readonly sshPort: number;
}

/** Its name on a host, and its units. */
const NAME = "firewall";
const UNIT = "zato-firewall.service";

/** What takes new rules back: a service, by a timer of its name. */
const REVERT = "zato-firewall-revert";
const UNITS = [UNIT, `${REVERT}.service`, `${REVERT}.timer`];

/** Seconds in which Terraform has to log in again under new rules. */
const ROLLBACK = 60;

/**
 * The firewall of a host: a table of our own in nftables, for IPv4 and IPv6. It lets in what the components of the host
 * expect, SSH, ICMP and answers, and drops the rest. What goes out, what is routed, and other tables are not touched.
 *
 * New rules are taken back by the host itself unless Terraform can log in again under them.
 */
export class HostFirewall extends RemoteComponent {
  /** Keeps its name free on a host that has none: one that is no longer declared is removed by that. */
  public static reserve(host: IRemoteHost): void {
    const { machine } = host.presence;
    machine.register(host, NAME);
    machine.claims.reserve(host, UNITS);
  }

  /**
   * @throws ConstructError when a network is none, nobody could log in, or a port is none
   */
  constructor(host: IRemoteHost, id: string, settings: HostFirewallSettings) {
    super(host, id, { host, kind: "firewall", name: NAME });
    this.machine.claims.claim(this, host, UNITS);
    const { sshFrom, sshPort, ingress = [] } = settings;
    const networks = (what: string, from: readonly string[] | undefined): readonly string[] | undefined =>
      from && requireSources(this, what, from);
    const ssh = networks("network to log in from", sshFrom);
    this.machine.ingress.admit({ protocol: "tcp", port: sshPort, from: () => ssh, purpose: "SSH" });
    for (const { port, protocol = "tcp", from } of ingress) {
      const sources = networks(`network from which port ${port} is reached`, from);
      requirePort(this, "a port of the firewall", port);
      this.machine.ingress.admit({ protocol, port, from: () => sources, purpose: "as declared" });
    }
  }

  protected override state(): ComponentState {
    return {
      parameters: { unit: UNIT, revert: REVERT, rollback_seconds: String(ROLLBACK) },
      files: { ingress: this.machine.ingress.lines().join("\n") },
    };
  }

  /** Over a connection of its own: that it can be opened is what the host waits for. */
  protected override afterConvergence(): RemoteExecProvisioner[] {
    const { host } = this;
    const confirmation = runScript(host, "confirm.sh", "firewall", this.componentName);
    return [overOwnConnection(host, confirmation, `${ROLLBACK / 2}s`)];
  }
}
