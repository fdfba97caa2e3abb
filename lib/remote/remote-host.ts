import { Construct } from "constructs";
import { Annotations, TerraformResource } from "cdktf";
import { DeclaredHost } from "../document";
import { requireAddress, requireLine, requireName, requireOwnFramework, requireWhole } from "../validation";
import type { CarrierContent } from "./carrier";
import { ClaimRegistry } from "./claim-registry";
import { DocumentWriter } from "./document-writer";
import { IngressRegistry } from "./ingress-registry";
import { Lifetime } from "./lifetime";
import { Machine } from "./machine";
import { PortRegistry } from "./port-registry";
import { Preflight } from "./preflight";
import { requireAnswer } from "./provisioners";
import { RemoteAccess } from "./remote-access";
import type { RemoteComponent } from "./remote-component";
import { terraformAddress } from "./terraform-address";

/** Seconds that a host gets to answer which is there already. */
const ANSWER_SECONDS = 15;

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
  /**
   * The same machine in another stack of the App.
   *
   * @default - no other stack has it
   */
  readonly sharedWith?: RemoteHost;
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

  /** What it has in common with hosts of other stacks that are the same machine. */
  public readonly machine: Machine;

  /** The checks that run before anything is changed. */
  public readonly preflight: Preflight;

  /** Stands for the presence of ours on the host as a whole. */
  public readonly lifetime: TerraformResource;

  private readonly presence: Lifetime;

  constructor(scope: Construct, id: string, props: RemoteHostProps) {
    super(scope, id);
    requireOwnFramework(this);
    this.hostName = requireName(this, "id of a host", id);
    this.address = requireAddress(this, "host address", props.address);
    this.cpus = requireWhole(this, "the number of CPUs", props.cpus, 1, 4096);
    this.memory = props.memory === undefined ? undefined : requireWhole(this, "the memory in MiB", props.memory, 1);
    this.revision = requireLine(this, "the revision", props.revision);
    this.access = props.access(this);
    this.machine = Machine.of(this, props.sharedWith);
    this.ports.reserve(this, this.access.connection(this.address).port ?? 22, "SSH");
    this.isLost = props.lost ?? false;
    if (this.isLost) {
      Annotations.of(this).addWarning(
        `${this.node.path}: the host is declared lost: nothing on it is changed, and its scheduler must not come back by itself`,
      );
    }
    this.preflight = new Preflight(this, "preflight");
    this.presence = new Lifetime(this, "lifetime", { host: this, kind: "host", name: id, dependsOn: () => [] });
    this.lifetime = this.presence.resource;
    DocumentWriter.of(this).add("hosts", () => this._describe());
  }

  /** The ports that components of this machine listen on. */
  public get ports(): PortRegistry {
    return this.machine.ports;
  }

  /** The units, files and folders of this machine that are somebody's. */
  public get claims(): ClaimRegistry {
    return this.machine.claims;
  }

  /** What components of this machine expect to come in from elsewhere. */
  public get ingress(): IngressRegistry {
    return this.machine.ingress;
  }

  /**
   * What a resource that brings something to this host is rendered from. Of a lost host all of them stay as they are; one
   * that is made meanwhile brings nothing, and differs from what it is when the host is back.
   *
   * @param answersWithin seconds after which a host that does not answer is given up
   * @internal
   */
  public _carry(content: CarrierContent, answersWithin = ANSWER_SECONDS): CarrierContent {
    const { triggers, provisioners = [] } = content;
    if (this.isLost) {
      return { ...content, triggers: { ...triggers, host_lost: "true" }, provisioners: [], ignoresChanges: true };
    }
    const connection = this.access.connection(this.address);
    return {
      ...content,
      connection,
      provisioners: [...requireAnswer(this, connection, answersWithin), ...provisioners],
    };
  }

  /**
   * What tells the machine from any other, however it is reached: its host key, without the comment.
   *
   * @internal
   */
  public get _hostKey(): string {
    return this.access.hostKey.split(" ").slice(0, 2).join(" ");
  }

  /** What the stack's document says of it; asked for at synth. @internal */
  public _describe(): DeclaredHost {
    const { access, preflight, lifetime } = this;
    const connection = this.presence.recall(access.connection(this.address));
    const { host, port = 22, user = access.user, bastionHost, bastionHostKey = access.hostKey } = connection;
    const { bastionPort = 22, bastionUser = user } = connection;
    return {
      path: this.node.path,
      name: this.hostName,
      address: this.address,
      cpus: this.cpus,
      lost: this.isLost,
      ssh: {
        address: host,
        port,
        user,
        hostKey: access.hostKey,
        sudo: access.sudo,
        keyFile: access.keyFile,
        ...(bastionHost !== undefined && {
          bastion: { address: bastionHost, port: bastionPort, user: bastionUser, hostKey: bastionHostKey },
        }),
      },
      resources: { preflight: terraformAddress(preflight.resource), lifetime: terraformAddress(lifetime) },
    };
  }

  /**
   * Its firewall, if it has one, which every other component comes after: what they need is let in before they start.
   */
  public get firewall(): RemoteComponent | undefined {
    return undefined;
  }
}
