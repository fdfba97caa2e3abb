import { parseManifest, type Manifest } from "../../test/support/manifest";
import { literalOf } from "../../test/support/terraform-text";

interface Resource {
  readonly provisioner?: readonly {
    readonly file?: { readonly content?: string };
    readonly "remote-exec"?: { readonly inline: readonly string[] };
  }[];
}

interface Stack {
  readonly resource: { readonly null_resource: Readonly<Record<string, Resource>> };
  /** The manifests of components by the names of their resources. */
  readonly locals: Readonly<Record<string, string>>;
}

/** A component as the playbook has it: parameters, and whole files. */
type Component = Readonly<Record<string, string | Texts>>;

type Texts = Readonly<Record<string, string>>;

/** The playbook's variables of a host: what the library would bring there, in a rendered stack. */
export function hostVariables(stack: string, host: string): Record<string, Component | Component[]> {
  const variables: Record<string, Component> = {};
  const servers: Component[] = [];
  const { resource: resources, locals } = JSON.parse(stack) as Stack;
  for (const [name, resource] of Object.entries(resources.null_resource)) {
    const kind = kindOf(resource);
    const manifest = kind && parseManifest(literalOf(locals[name] ?? stagedText(resource)));
    if (!manifest || manifest.parameters.host !== host) {
      continue;
    }
    if (kind === "server") {
      servers.push(component(manifest));
    } else {
      variables[kind.replace("-", "_")] = component(manifest);
    }
  }
  return { ...variables, servers };
}

/** The kind of a component that a resource brings to its state; undefined for other resources. */
function kindOf({ provisioner = [] }: Resource): string | undefined {
  const commands = provisioner.flatMap((one) => one["remote-exec"]?.inline ?? []).join("\n");
  const [, kind, preflight] = /converge\.sh (\S+)|(preflight)\.sh/.exec(commands) ?? [];
  return kind ?? preflight;
}

function stagedText({ provisioner = [] }: Resource): string {
  return provisioner.map((one) => one.file?.content).find((content) => content?.startsWith("@"))!;
}

function component({ parameters, files }: Manifest): Component {
  const variables: Record<string, string | Texts> = { ...parameters, files };
  for (const name of Object.keys(parameters).filter((one) => one.endsWith("_secrets"))) {
    variables[name] = firstWords(parameters[name]!);
  }
  return variables;
}

/** Lines "KEY SECRET", with or without more. */
function firstWords(lines: string): Texts {
  const found: Record<string, string> = {};
  for (const [key, secret] of lines.split("\n").map((line) => line.split(" "))) {
    if (key && secret) {
      found[key] = secret;
    }
  }
  return found;
}
