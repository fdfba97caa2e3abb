import { Construct } from "constructs";
import { Annotations, TerraformResource } from "cdktf";
import { ConstructError, requireAddress, requireLine, requireName, requireWhole } from "../validation";
import type { CarrierContent } from "./carrier";
import { IngressRegistry } from "./ingress-registry";
import { Lifetime } from "./lifetime";
import { PortRegistry } from "./port-registry";
import { Preflight } from "./preflight";
import { RemoteAccess } from "./remote-access";
import type { RemoteComponent } from "./remote-component";

/** What the remote layer needs to know of a host. */
export interface RemoteHostProps {
  readonly address: string;
  readonly cpus: number;
  /**
   * Memory in MiB that the host must have.
   *
   * @default - what its components need
   */
  readonly memory?: number;
  readonly revision: string;
  /**
   * Whether the machine is lost, so that nothing on it is touched.
   *
   * @default false
   */
  readonly lost?: boolean;
  /** Makes the access, given the host for messages. */
  readonly access: (host: RemoteHost) => RemoteAccess;
}

/**
 * A machine that components are installed on. It runs a preflight first, and its lifetime ends last: what is left of
 * ours is removed then.
 */
export abstract class RemoteHost extends Construct {
  /** The name under which the host appears in progress lines: its construct id. */
  public readonly hostName: string;
  public readonly address: string;
  public readonly cpus: number;
  public readonly memory?: number;
  public readonly revision: string;
  public readonly access: RemoteAccess;

  /** Whether the machine is lost, so that nothing on it is touched. */
  public readonly isLost: boolean;

  /** The ports that components of this host listen on. */
  public readonly ports = new PortRegistry();

  /** What components of this host expect to come in from elsewhere. */
  public readonly ingress = new IngressRegistry();

  /** The checks that run before anything is changed. */
  public readonly preflight: Preflight;

  /** Stands for the presence of ours on the host as a whole. */
  public readonly lifetime: TerraformResource;

  private readonly componentNames = new Map<string, string>();

  constructor(scope: Construct, id: string, props: RemoteHostProps) {
    super(scope, id);
    this.hostName = requireName(this, "id of a host", id);
    this.address = requireAddress(this, "host address", props.address);
    this.cpus = requireWhole(this, "the number of CPUs", props.cpus, 1, 4096);
    this.memory = props.memory === undefined ? undefined : requireWhole(this, "the memory in MiB", props.memory, 1);
    this.revision = requireLine(this, "the revision", props.revision);
    this.access = props.access(this);
    this.ports.reserve(this, this.access.connection(this.address).port ?? 22, "SSH");
    this.isLost = props.lost ?? false;
    if (this.isLost) {
      Annotations.of(this).addWarning(
        `${this.node.path}: the host is declared lost: nothing on it is changed, and its scheduler must not come back by itself`,
      );
    }
    this.preflight = new Preflight(this, "preflight");
    this.lifetime = new Lifetime(this, "lifetime", {
      host: this,
      kind: "host",
      name: id,
      dependsOn: () => [],
    }).resource;
  }

  /**
   * What a resource that brings something to this host is rendered from. Of a lost host all of them stay as they are; one
   * that is made meanwhile brings nothing, and differs from what it is when the host is back.
   *
   * @internal
   */
  public _carry(content: CarrierContent): CarrierContent {
    return this.isLost
      ? {
          triggers: { ...content.triggers, host_lost: "true" },
          connection: undefined,
          provisioners: [],
          dependsOn: content.dependsOn,
          ignoresChanges: true,
        }
      : content;
  }

  /**
   * Its firewall, if it has one, which every other component comes after: what they need is let in before they start.
   */
  public get firewall(): RemoteComponent | undefined {
    return undefined;
  }

  /**
   * Notes that a component of this name lives on the host.
   *
   * @throws ConstructError when another one has the name
   * @internal
   */
  public _register(component: Construct, name: string): void {
    const other = this.componentNames.get(name);
    if (other !== undefined) {
      throw new ConstructError(
        component,
        `'${name}' is already the name of ${other} on ${this.hostName}`,
        "name one of the two differently: the name becomes that of its systemd unit and folder",
      );
    }
    this.componentNames.set(name, component.node.path);
  }
}
