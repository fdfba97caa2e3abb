import { FileProvisioner, RemoteExecProvisioner, TerraformResource } from "cdktf";
import { Construct, IConstruct } from "constructs";
import { DeclaredComponent } from "../document";
import { requireLine } from "../validation";
import { CarrierResource, textOf } from "./carrier";
import { carryTo } from "./carry";
import { DocumentWriter } from "./document-writer";
import { HostRequirements } from "./host-requirements";
import { Lifetime } from "./lifetime";
import { Machine } from "./machine";
import { ManifestEntries, renderManifest } from "./manifest";
import { Predecessor } from "./predecessor";
import { PreflightBarrier } from "./preflight-barrier";
import { runScript, stageFolder, stageText, STAGING, stagingName } from "./provisioners";
import { hostKeyOf, IRemoteHost } from "./remote-host";
import { requireSecret, Secret, secretValue } from "./secret";
import { terraformAddress } from "./terraform-address";
import { terraformText } from "./terraform-text";

/** Where a component lives and what it is. */
export interface RemoteComponentProps {
  /** The machine that it lives on. */
  readonly host: IRemoteHost;
  /** The script that brings it to a host and removes it: `kinds/KIND.sh` among the host scripts of its layer. */
  readonly kind: string;
  /** Unique on the host. */
  readonly name: string;
}

/** The desired state of a component. */
export interface ComponentState extends ManifestEntries {
  /**
   * Secrets by the name under which the host keeps them. A generated one is made on the host.
   *
   * @default - none
   */
  readonly secrets?: Readonly<Record<string, Secret>>;

  /**
   * Whether the host is told Terraform's id of the component, which stays the same however often that is deployed: whose it is.
   *
   * @default false
   */
  readonly tellsOwner?: boolean;

  /**
   * A folder that goes along, as a path that Terraform reads.
   *
   * @default - none
   */
  readonly folder?: string;

  /**
   * What else a change of which brings the state to the host again, for example hashes of the folder's files.
   *
   * @default - none
   */
  readonly triggers?: Readonly<Record<string, string>>;
}

/**
 * Something that is installed on a host and kept as declared. Two Terraform resources stand for it: its *desired state* is
 * replaced, and converges the host, whenever the desired state changes; its *lifetime* removes it from the host when it is
 * destroyed.
 */
export abstract class RemoteComponent extends Construct implements Predecessor {
  /** The host that it lives on. */
  public readonly host: IRemoteHost;

  /** Its name on the host, unique there. */
  public readonly componentName: string;

  /** Carries the desired state. Whatever must come after this component depends on it. */
  public readonly desiredState: TerraformResource;

  /** Stands for its presence on the host. */
  public readonly lifetime: TerraformResource;

  /** What a change of which brings the state to the host again; only to be asked for at synth. @internal */
  public readonly _triggers: () => Readonly<Record<string, string>>;

  private readonly kind: string;
  private readonly earlier: (() => readonly Predecessor[])[] = [];
  private early?: TerraformResource;
  private told?: ManifestEntries;

  constructor(scope: Construct, id: string, props: RemoteComponentProps) {
    super(scope, id);
    const { host, kind, name } = props;
    this.host = host;
    this.componentName = name;
    this.kind = kind;
    this.machine.register(this, name);
    this.machine.require(() => this.requirements());
    this.lifetime = new Lifetime(this, "lifetime", {
      host,
      kind,
      name,
      dependsOn: () => [
        host.presence.lifetime,
        ...this.predecessors.flatMap((other) => (other.host === host ? [other.lifetime] : [])),
      ],
    }).resource;
    const carrier = new CarrierResource(this, "state", () => {
      const state = this.state();
      const { parameters, files = {}, secrets = {}, folder, triggers = {} } = state;
      Object.entries(secrets).forEach(([secret, value]) => requireSecret(this, `the secret '${secret}'`, value));
      const staged = stagingName(name);
      const manifest = this.manifest(state);
      this.told = manifest;
      return carryTo(host, {
        triggers: {
          host_key: hostKeyOf(host),
          host_revision: terraformText(host.revision),
          ...prefixed("", parameters, terraformText),
          ...prefixed("file_", files, terraformText),
          ...prefixed("", triggers, terraformText),
          ...prefixed("secret_", secrets, (secret) => terraformText(secret.version)),
        },
        provisioners: [
          stageText(
            `${staged}.manifest`,
            [textOf(this.desiredState), ...this.allPredecessorsOnHost().map((other) => other.forSuccessors)].join(""),
          ),
          ...(folder ? [stageFolder(`${staged}.files`, folder)] : []),
          ...this.stageSecrets(staged, secrets),
          ...(state.tellsOwner ? [stageText(`${staged}.owner`, this.lifetime.getStringAttribute("id"))] : []),
          runScript(host, "converge.sh", kind, name, `${STAGING}/${staged}`),
          ...this.afterConvergence(),
        ],
        dependsOn: [
          PreflightBarrier.of(this).resource,
          this.lifetime,
          ...(this.early ? [this.early] : []),
          ...this.predecessors.map((other) => other.desiredState),
        ],
        text: terraformText(renderManifest(manifest)),
      });
    });
    this.desiredState = carrier;
    this._triggers = () => carrier.triggers;
    DocumentWriter.of(this).add("components", () => this.describe());
  }

  /**
   * Adds a resource that brings the state to the host without waiting for what this component comes after, where its kind's
   * script finds that nothing is lost by it: what answers clients need not wait until all of what it stands before is as declared.
   *
   * @param after what it comes after all the same; asked for at synth
   */
  protected bringEarly(after: () => RemoteComponent[]): TerraformResource {
    const { host, kind, componentName: name, desiredState } = this;
    const early = new CarrierResource(this, "early", () => {
      const { secrets = {} } = this.state();
      const staged = `${stagingName(name)}.early`;
      return carryTo(host, {
        triggers: {
          host_key: hostKeyOf(host),
          host_revision: terraformText(host.revision),
          state: `\${sha256(${textOf(desiredState).slice(2, -1)})}`,
          ...prefixed("secret_", secrets, (secret) => terraformText(secret.version)),
        },
        provisioners: [
          stageText(`${staged}.manifest`, textOf(desiredState)),
          ...this.stageSecrets(staged, secrets),
          runScript(host, "early.sh", kind, name, `${STAGING}/${staged}`),
        ],
        dependsOn: [
          PreflightBarrier.of(this).resource,
          this.lifetime,
          ...(host.firewall ? [host.firewall.desiredState] : []),
          ...after().flatMap(({ early: other }) => (other ? [other] : [])),
        ],
      });
    });
    this.early = early;
    return early;
  }

  /** Lets this component be touched only after others are as declared; asked for at synth. */
  public after(earlier: () => readonly Predecessor[]): void {
    this.earlier.push(earlier);
  }

  public get forSuccessors(): string {
    return `@component ${this.kind} ${this.componentName} ${terraformAddress(this.desiredState)}\n${textOf(this.desiredState)}`;
  }

  /** What it is a part of: a cluster, a balancer, a host. */
  protected get whole(): IConstruct {
    return this.node.scope!;
  }

  public get predecessors(): readonly Predecessor[] {
    const { firewall } = this.host;
    const first = firewall === undefined || firewall === this ? [] : [firewall];
    return [...new Set([...first, ...this.earlier.flatMap((produce) => produce())])];
  }

  /** What the host has in common with hosts of other stacks that are the same machine. @internal */
  protected get machine(): Machine {
    return this.host.presence.machine;
  }

  /** What it is called in progress lines, behind the host's name. */
  protected get label(): string {
    return this.componentName;
  }

  /** What it should be; asked for at synth. */
  protected abstract state(): ComponentState;

  /** What runs, over a new connection each, when the host has converged. */
  protected afterConvergence(): RemoteExecProvisioner[] {
    return [];
  }

  /** What it needs of its host; asked for at synth. */
  protected requirements(): HostRequirements {
    return {};
  }

  /** Each in a provisioner of its own: Terraform prints nothing of one that has a secret. */
  private stageSecrets(staged: string, secrets: Readonly<Record<string, Secret>>): FileProvisioner[] {
    return Object.entries(secrets).flatMap(([secret, { _variable }]) =>
      _variable ? [stageText(`${staged}.secret.${secret}`, secretValue(this, _variable))] : [],
    );
  }

  private manifest({ parameters, files = {}, secrets = {} }: ComponentState): ManifestEntries {
    return {
      parameters: { host: this.host.hostName, label: this.label, ...parameters, secrets: this.listSecrets(secrets) },
      files,
    };
  }

  /** What the stack's document says of it, as its host was told it when the configuration was rendered. */
  private describe(): DeclaredComponent {
    const { desiredState, lifetime, early, told: { parameters = {}, files = {} } = {} } = this;
    return {
      path: this.node.path,
      kind: this.kind,
      name: this.componentName,
      host: this.host.node.path,
      partOf: this.whole.node.path,
      resources: {
        state: terraformAddress(desiredState),
        lifetime: terraformAddress(lifetime),
        ...(early && { early: terraformAddress(early) }),
      },
      parameters,
      files,
    };
  }

  /** Those of predecessors too, which several killed runs in a row may all have left out; in their order. */
  private allPredecessorsOnHost(): Predecessor[] {
    const found = new Set<Predecessor>();
    const collect = ({ predecessors }: Predecessor): void => {
      for (const other of predecessors) {
        if (other.host === this.host && !found.has(other)) {
          collect(other);
          found.add(other);
        }
      }
    };
    collect(this);
    return [...found];
  }

  /** A line each: `NAME given`, `NAME generated` or `NAME generated VERSION`. */
  private listSecrets(secrets: Readonly<Record<string, Secret>>): string {
    return Object.entries(secrets)
      .map(([name, { isGenerated, version }]) => {
        const line = requireLine(this, `the version of the secret '${name}'`, version);
        return `${name} ${isGenerated ? line : "given"}`;
      })
      .join("\n");
  }
}

/** Whether a construct is a {@link RemoteComponent}. */
export function isComponent(construct: IConstruct): construct is RemoteComponent {
  return "_triggers" in construct;
}

function prefixed<T>(
  prefix: string,
  values: Readonly<Record<string, T>>,
  render: (value: T) => string,
): Record<string, string> {
  // A name may be that of a file, and Terraform takes names for templates, too.
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [prefix + terraformText(name), render(value)]),
  );
}
