import { TerraformResource, TerraformStack, Testing } from "cdktf";
import { Node } from "constructs";
import { Manifest, parseManifest } from "./manifest";
import { literalOf } from "./terraform-text";

/** A provisioner as Terraform's JSON syntax has it: one key, its type. */
export interface Provisioner {
  readonly file?: { readonly content?: string; readonly source?: string; readonly destination: string };
  readonly "local-exec"?: { readonly command: string; readonly environment: Record<string, string> };
  readonly "remote-exec"?: {
    readonly inline: string[];
    readonly when?: string;
    readonly on_failure?: string;
    readonly connection?: Record<string, unknown>;
  };
}

/** A carrier resource as Terraform's JSON syntax has it. */
export interface CarrierJson {
  readonly triggers?: Record<string, string>;
  readonly triggers_replace?: Record<string, string>;
  readonly input?: Record<string, string>;
  readonly connection?: Record<string, unknown>;
  readonly provisioner?: Provisioner[];
  readonly depends_on?: string[];
  readonly lifecycle?: Record<string, unknown>;
}

interface StackJson {
  readonly resource?: Record<string, Record<string, CarrierJson>>;
  readonly provider?: Record<string, unknown[]>;
  readonly variable?: Record<string, Record<string, unknown>>;
  readonly output?: Record<string, { readonly value: unknown }>;
  readonly locals?: Record<string, string>;
  readonly terraform?: { readonly required_providers?: Record<string, unknown> };
}

/** A synthesized stack, and questions about it. */
export class Template {
  /** Synthesizes as `cdktf synth` does: with all validations. */
  public static synth(stack: TerraformStack): Template {
    stack.prepareStack();
    return new Template(stack, Testing.synth(stack, true));
  }

  public readonly json: StackJson;

  private constructor(
    private readonly stack: TerraformStack,
    /** The whole `cdk.tf.json`. */
    public readonly text: string,
  ) {
    this.json = JSON.parse(text) as StackJson;
    // Terraform would refuse the whole stack.
    const missing = [...text.matchAll(/\blocal\.([\w-]+)/g)].filter(([, name]) => !(name! in (this.json.locals ?? {})));
    expect(missing.map(([reference]) => reference)).toEqual([]);
  }

  /** All carrier resources by address: `null_resource.…`. */
  public get resources(): Record<string, CarrierJson> {
    const types = Object.entries(this.json.resource ?? {});
    return Object.fromEntries(
      types.flatMap(([type, all]) => Object.entries(all).map(([name, resource]) => [`${type}.${name}`, resource])),
    );
  }

  /** The value of an output. */
  public output(name: string): unknown {
    return this.json.output?.[name]?.value;
  }

  /** The address of the Terraform element at a path below the stack: `zato/host1/server1/state`. */
  public addressOf(path: string): string {
    let node: Node = this.stack.node;
    for (const id of path.split("/")) {
      node = node.findChild(id).node;
    }
    const resource = this.stack.node.findAll().find((construct) => construct.node === node) as TerraformResource;
    return `${resource.terraformResourceType}.${resource.friendlyUniqueId}`;
  }

  /** The resource at a path below the stack. */
  public resource(path: string): CarrierJson {
    const found = this.resources[this.addressOf(path)];
    if (!found) {
      throw new Error(`no resource was synthesized for ${path}`);
    }
    return found;
  }

  /** The resource that carries the state of the component at a path: `zato/host1/server1`. */
  public state(component: string): CarrierJson {
    return this.resource(`${component}/state`);
  }

  /** The resource that stands for the presence of the component at a path. */
  public lifetime(component: string): CarrierJson {
    return this.resource(`${component}/lifetime/Resource`);
  }

  /** What the component at a path is told: the manifest of its resource. */
  public manifest(component: string): Manifest {
    return manifestOf(this.state(component), this.json.locals);
  }

  /** What the preflight of the host at a path is told. */
  public preflight(host: string): Manifest {
    return manifestOf(this.resource(`${host}/preflight/Resource`));
  }

  /** What a resource depends on, directly or through others. */
  public ancestorsOf(address: string): Set<string> {
    const seen = new Set<string>();
    const visit = (one: string): void => {
      for (const next of this.resources[one]?.depends_on ?? []) {
        if (!seen.has(next)) {
          seen.add(next);
          visit(next);
        }
      }
    };
    visit(address);
    return seen;
  }

  /** True when one component is only touched after another. */
  public comesAfter(later: string, earlier: string): boolean {
    return this.ancestorsOf(this.addressOf(`${later}/state`)).has(this.addressOf(`${earlier}/state`));
  }
}

/** The commands of a provisioner, without the guard that stands before them. */
export function commandsOf(provisioner: Provisioner | undefined): string[] {
  return (
    provisioner?.["remote-exec"]?.inline.filter((line) => !/^(set -o errexit$|rm -f -- "\$0"$|test -d )/.test(line)) ??
    []
  );
}

function manifestOf(resource: CarrierJson, locals: Readonly<Record<string, string>> = {}): Manifest {
  const staged = resource.provisioner?.find(({ file }) => file?.destination.endsWith(".manifest"));
  if (staged?.file?.content === undefined) {
    throw new Error("the resource stages no manifest");
  }
  const text = staged.file.content.replace(/\$\{local\.([\w-]+)\}/g, (_, name: string) => locals[name]!);
  return parseManifest(literalOf(text).replace(LINES_MARKED, "${$1}"));
}

/** What only Terraform knows, of whose lines it makes lines of a manifest. */
const LINES_MARKED = /\$\{replace\((.+?), "\\n", "\\n\|"\)\}/g;
