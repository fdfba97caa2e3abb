import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FRAMEWORK } from "../framework";
import { ownKeyIn } from "../remote/pinned-keys";
import { literalOf } from "../remote/terraform-text";

/** A component, and how its host is reached. */
export interface DeclaredComponent {
  /** The component's name on its host. */
  readonly name: string;
  /** The host's address. */
  readonly address: string;
  readonly user: string;
  readonly port: number;
  readonly hostKey: string;
  /** The key file, where one is used. */
  readonly keyFile?: string;
  readonly bastion?: {
    readonly address: string;
    readonly port: number;
    readonly user: string;
    readonly hostKey: string;
  };
  readonly sudo: boolean;
  readonly kind: string;
  /** Terraform's addresses of the resources that bring it to its host: one, or the one that comes early too. */
  readonly resources: readonly string[];
  /** The SHA-256 of its manifest as it goes to the host, unless a part of that is only known to Terraform. */
  readonly manifestHash?: string;
}

/** A content component, and what it should be. */
export interface DeclaredContent extends DeclaredComponent {
  /** The manifest, as it goes to the host. */
  readonly manifest: string;
}

interface Resource {
  readonly connection?: Readonly<Record<string, string | number>>;
  readonly provisioner?: readonly {
    readonly "remote-exec"?: { readonly inline?: readonly string[] };
  }[];
}

const SCRIPT = /^(?<sudo>sudo -n )?bash \S+\/scripts\/(?<script>converge|early)\.sh (?<kind>\S+) (?<name>\S+) /;

/**
 * All components of a synthesized stack.
 *
 * @param folder the stack's folder, for example `cdktf.out/stacks/production`
 * @throws Error when there is no synthesized stack in the folder, it declares no component, or an address is only known to
 * Terraform
 */
export function readComponents(folder: string): DeclaredComponent[] {
  const { resources, locals } = readStack(folder);
  const early = resources.flatMap(([address, resource]) => toComponents(address, resource, { script: "early" }));
  const components = resources.flatMap(([address, resource]) =>
    toComponents(address, resource).map((component) => ({
      ...component,
      resources: [component, ...early.filter((one) => isSame(one, component))].flatMap(({ resources }) => resources),
      manifestHash: hashOf(locals[nameOf(address)] ?? ""),
    })),
  );
  if (components.length === 0) {
    throw new Error(`the stack in '${folder}' declares nothing on any host; there is nothing to verify`);
  }
  return components;
}

/**
 * The content components of a synthesized stack.
 *
 * @param folder the stack's folder, for example `cdktf.out/stacks/production`
 * @throws Error when there is no synthesized stack in the folder, or an address or a part of the content is only known to
 * Terraform
 */
export function readDeclaredContent(folder: string): DeclaredContent[] {
  const { resources, locals } = readStack(folder);
  return resources.flatMap(([address, resource]) =>
    toComponents(address, resource, { kind: "content" }).map((component) => ({
      ...component,
      manifest: plain(locals[nameOf(address)] ?? "", component.name, "content"),
    })),
  );
}

/**
 * The ODB of a cluster in a synthesized stack.
 *
 * @param folder the stack's folder, for example `cdktf.out/stacks/production`
 * @throws Error when there is no synthesized stack in the folder, it has no such cluster, or the host's address is only known
 * to Terraform
 */
export function readDeclaredOdb(folder: string, cluster: string): DeclaredComponent {
  const { resources } = readStack(folder);
  const all = resources.flatMap(([address, resource]) => toComponents(address, resource, { kind: "odb" }));
  const found = all.find(({ name }) => name === `${cluster}-odb`);
  if (!found) {
    const names = all.map(({ name }) => `'${name.replace(/-odb$/, "")}'`).join(", ");
    throw new Error(`there is no cluster '${cluster}' in the stack in '${folder}'; it has ${names || "none"}`);
  }
  return found;
}

/** The resources by address, and the manifests by the name of the resource that brings them. */
function readStack(folder: string): { resources: [string, Resource][]; locals: Record<string, string> } {
  const file = join(folder, "cdk.tf.json");
  if (!existsSync(file)) {
    throw new Error(`there is no synthesized stack in '${folder}'; run '${FRAMEWORK.name} synth' before`);
  }
  const { resource = {}, locals = {} } = JSON.parse(readFileSync(file, "utf8")) as {
    resource?: Record<string, Record<string, Resource>>;
    locals?: Record<string, string>;
  };
  const resources = ["null_resource", "terraform_data"].flatMap((type) =>
    Object.entries(resource[type] ?? {}).map(([name, one]): [string, Resource] => [`${type}.${name}`, one]),
  );
  return { resources, locals };
}

function nameOf(address: string): string {
  return address.slice(address.indexOf(".") + 1);
}

/** Of the text that Terraform makes of it, in the normal form that it gives all texts. */
function hashOf(template: string): string | undefined {
  let known = true;
  const text = literalOf(template, () => {
    known = false;
    return "";
  });
  return known ? createHash("sha256").update(text.normalize()).digest("hex") : undefined;
}

function isSame(one: DeclaredComponent, other: DeclaredComponent): boolean {
  return one.address === other.address && one.port === other.port && one.name === other.name;
}

/** The component that a resource brings to its host by a script, if it brings one, of the kind if one is asked for. */
function toComponents(
  resource: string,
  { connection, provisioner = [] }: Resource,
  wanted: { readonly script?: "converge" | "early"; readonly kind?: string } = {},
): DeclaredComponent[] {
  const commands = provisioner.flatMap((one) => one["remote-exec"]?.inline ?? []);
  const found = commands.map((command) => SCRIPT.exec(command)?.groups).find((groups) => groups !== undefined);
  if (!found || !connection || found.script !== (wanted.script ?? "converge")) {
    return [];
  }
  const { kind, name, sudo } = found as { kind: string; name: string; sudo?: string };
  if (wanted.kind !== undefined && kind !== wanted.kind) {
    return [];
  }
  const text = (key: string): string => plain(String(connection[key] ?? ""), name, key);
  return [
    {
      name,
      address: text("host"),
      user: text("user"),
      port: Number(connection.port ?? 22),
      hostKey: ownKeyIn(text("host_key")),
      keyFile: /^\$\{file\("(.*)"\)\}$/.exec(String(connection.private_key ?? ""))?.[1],
      bastion:
        connection.bastion_host === undefined
          ? undefined
          : {
              address: text("bastion_host"),
              port: Number(connection.bastion_port ?? 22),
              user: text("bastion_user") || text("user"),
              hostKey: text("bastion_host_key"),
            },
      sudo: sudo !== undefined,
      kind,
      resources: [resource],
    },
  ];
}

/** A text as Terraform would make it, which must not need anything that only Terraform knows. */
function plain(text: string, name: string, what: string): string {
  return literalOf(text, (expression) => {
    throw new Error(`the ${what} of '${name}' is only known to Terraform: ${expression}; verify needs concrete values`);
  });
}
