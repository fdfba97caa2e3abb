import { TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { AppRegistry, canonicalAddress, ConstructError } from "../validation";
import { ClaimRegistry } from "./claim-registry";
import { HostFacts } from "./host-facts";
import { HostRequirements } from "./host-requirements";
import { IngressRegistry } from "./ingress-registry";
import { PortRegistry } from "./port-registry";
import { TakenFolders } from "./taken-folders";

const hostsOfApps = new AppRegistry<HostFacts>();

/** A host of which it is known what machine it is. */
interface HostOnMachine extends HostFacts {
  readonly presence: { readonly machine: Machine };
}

/** A machine, by however many stacks of an App it is declared: whatever its components must not have twice. */
export class Machine {
  /**
   * The machine of a host.
   *
   * @param sharedWith the host that is the same machine in another stack
   * @throws ConstructError when another host is the same machine and it is not said that it is meant, or it is said of a host
   * that is another machine or in the same stack
   */
  public static of(host: HostFacts, sharedWith: HostOnMachine | undefined): Machine {
    const known = hostsOfApps.of(host);
    const twin = known.find((other) => identityOf(other) === identityOf(host));
    if (sharedWith) {
      requireShared(host, sharedWith);
    } else if (twin) {
      refuseTwin(host, twin);
    }
    known.push(host);
    const machine = sharedWith?.presence.machine ?? new Machine();
    machine.all.push(host);
    return machine;
  }

  /** The hosts that are declared in the App of a construct so far. */
  public static hostsIn(scope: Construct): readonly HostFacts[] {
    return hostsOfApps.of(scope);
  }

  /** The ports that its components listen on. */
  public readonly ports = new PortRegistry();

  /** Its units, files and folders that are somebody's. */
  public readonly claims = new ClaimRegistry();

  /** Its folders that go with components. */
  public readonly takenFolders = new TakenFolders();

  /** What its components expect to come in from elsewhere. */
  public readonly ingress = new IngressRegistry();

  private readonly all: HostFacts[] = [];
  private readonly componentNames = new Map<string, string>();
  private readonly needs: (() => HostRequirements)[] = [];

  /** Whether it has a firewall of ours, declared in one of the stacks. */
  public get hasFirewall(): boolean {
    return this.all.some(({ firewall }) => firewall !== undefined);
  }

  /** Adds what a component needs; asked for at synth. */
  public require(requirements: () => HostRequirements): void {
    this.needs.push(requirements);
  }

  /** What its components need; only to be asked for at synth. */
  public get requirements(): HostRequirements[] {
    return this.needs.map((produce) => produce());
  }

  /**
   * Notes that a component of this name lives on the machine.
   *
   * @throws ConstructError when another one has the name
   */
  public register(component: Construct, name: string): void {
    const other = this.componentNames.get(name);
    if (other !== undefined) {
      throw new ConstructError(
        component,
        `'${name}' is already the name of ${other} on ${this.all[0]!.hostName}`,
        "name one of the two differently: the name becomes that of its systemd unit and folder",
      );
    }
    this.componentNames.set(name, component.node.path);
  }
}

/** By its address alone a machine is not known: behind one there may be several, by port or bastion. */
function identityOf(host: HostFacts): string {
  const { host: server, port, bastionHost } = host.access.connection(host.address);
  return [canonicalAddress(server), port, bastionHost].join(" ");
}

function isInSameStack(host: HostFacts, other: HostFacts): boolean {
  return TerraformStack.of(host) === TerraformStack.of(other);
}

function requireShared(host: HostFacts, sharedWith: HostFacts): void {
  if (isInSameStack(host, sharedWith)) {
    throw new ConstructError(
      host,
      `it is to be the same machine as ${sharedWith.node.path} of the same stack`,
      "declare each machine of a stack once, and give its construct to all that use it",
    );
  }
  if (identityOf(host) !== identityOf(sharedWith) || host.cpus !== sharedWith.cpus) {
    throw new ConstructError(
      host,
      `it is to be the same machine as ${sharedWith.node.path}, and is not reached as that is or has another number of CPUs`,
      "give both the same address, port, bastion and CPUs, or leave 'sharedWith' out",
    );
  }
}

function refuseTwin(host: HostFacts, twin: HostFacts): never {
  throw new ConstructError(
    host,
    `its address ${host.access.connection(host.address).host} is that of ${twin.node.path}: the two would be one machine`,
    isInSameStack(host, twin)
      ? "declare each machine once, and give its construct to all that use it"
      : "give each stack machines of its own; where both are meant to live on it, set 'sharedWith' to the other host; " +
          "where equal addresses are of separate networks, declare the stacks in two Apps",
  );
}
