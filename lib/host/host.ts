import { Construct } from "constructs";
import { establishOn, HostPresence, requireHostFacts, IRemoteHost, RemoteAccess } from "../remote";
import { ConstructError, requireAll, requireLine, requireOwnFramework } from "../validation";
import { HostFirewall, HostFirewallProps } from "./host-firewall";
import { requireLabels } from "./host-labels";
import { SshAccess, SshAccessProps } from "./ssh-access";

/**
 * A machine that clusters and load balancers are installed on. Whoever has machines of another kind implements it, with
 * `establishOn(this)` as the last thing in the constructor, or extends `HostBase`.
 */
export interface IHost extends IRemoteHost {
  /** What the machine is lost together with: itself, a rack, an availability zone. */
  readonly failureDomain: string;
}

/** What every kind of host is declared with. */
export interface HostProps {
  /**
   * The number of CPUs, as `nproc` counts them. Zato's workers add up to it; the machine is checked to have as many.
   */
  readonly cpus: number;

  /** How the host is reached. */
  readonly ssh: SshAccessProps;

  /**
   * Memory in MiB that the machine must have.
   *
   * @default - what the components on the host need
   */
  readonly memory?: number;

  /**
   * What the machine is lost together with, for example a rack or an availability zone. Clusters of one deployment
   * have to be in different failure domains.
   *
   * @default - the host itself
   */
  readonly failureDomain?: string;

  /**
   * What people know the machine by: `{ rack: "b12", asset: "4711" }`. `status`, `topology` and the stack's document show it; nothing on
   * the machine depends on it, and another value touches nothing.
   *
   * @default - none
   */
  readonly labels?: Readonly<Record<string, string>>;

  /**
   * A firewall on the host that lets in what the program knows of and nothing else: SSH, requests from the load
   * balancer, what the two of a pair tell each other. `{}` takes it as it is.
   *
   * @default - none is set up, and none that is there is touched
   */
  readonly firewall?: HostFirewallProps;

  /**
   * Stands for the machine behind the address: another value brings everything to it again. Change it when the machine
   * was rebuilt or replaced.
   *
   * @default "1"
   */
  readonly revision?: string;

  /**
   * Whether the machine is lost for now: switched off or disconnected for good, so that it cannot come back by itself.
   * Nothing on it is changed or waited for, the scheduler moves to another cluster unless it is elsewhere already, and the
   * other hosts can be deployed to. When the machine is back or replaced, leave it out again: all that has changed meanwhile
   * is then made up for.
   *
   * @default false
   */
  readonly lost?: boolean;
}

/** What the kinds of hosts have in common. */
export abstract class HostBase extends Construct implements IHost {
  /** The name under which the host appears in progress lines: its construct id. */
  public readonly hostName: string;
  public readonly address: string;
  public readonly cpus: number;
  public readonly memory?: number;
  public readonly revision: string;
  public readonly access: RemoteAccess;
  public readonly isLost: boolean;
  public readonly presence: HostPresence;
  public readonly failureDomain: string;
  public readonly labels: Readonly<Record<string, string>>;

  private readonly ownFirewall?: HostFirewall;

  constructor(scope: Construct, id: string, address: string, props: HostProps, sharedWith?: IHost) {
    super(scope, id);
    requireOwnFramework(this);
    this.hostName = id;
    this.address = address;
    this.cpus = props.cpus;
    this.memory = props.memory;
    this.revision = props.revision ?? "1";
    this.isLost = props.lost ?? false;
    const { access, labels, failureDomain } = requireAll({
      facts: () => requireHostFacts(this),
      access: () => new SshAccess(this, props.ssh),
      labels: () => requireLabels(this, props.labels ?? {}),
      failureDomain: () =>
        props.failureDomain === undefined
          ? this.node.path
          : requireLine(this, "the failure domain", props.failureDomain),
    });
    this.access = access;
    this.labels = labels;
    this.failureDomain = failureDomain;
    this.presence = establishOn(this, sharedWith);
    if (sharedWith) {
      requireNoFirewall(this, props, sharedWith);
    } else if (props.firewall) {
      this.ownFirewall = new HostFirewall(this, "firewall", { ...props.firewall, sshPort: props.ssh.port ?? 22 });
    } else {
      HostFirewall.reserve(this);
    }
  }

  /** Its firewall, if it has one. */
  public get firewall(): HostFirewall | undefined {
    return this.ownFirewall;
  }
}

function requireNoFirewall(host: IHost, { firewall }: HostProps, sharedWith: IHost): void {
  if (firewall) {
    throw new ConstructError(
      host,
      `the machine has one firewall, and it is ${sharedWith.node.path} that declares it`,
      "give that host the 'firewall': it lets in what components of both stacks expect",
    );
  }
}
