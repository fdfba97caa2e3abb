import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { STAGING, stagingName } from "../remote";
import { literalOf } from "../remote/terraform-text";

/** How a content component is reached, and what it should be. */
export interface DeclaredContent {
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
  /** The manifest, as it goes to the host. */
  readonly manifest: string;
}

interface Resource {
  readonly connection?: Readonly<Record<string, string | number>>;
  readonly provisioner?: readonly {
    readonly file?: { readonly content?: string; readonly destination: string };
    readonly "remote-exec"?: { readonly inline?: readonly string[] };
  }[];
}

const CONVERGE = /^(sudo -n )?bash \S+\/scripts\/converge\.sh content (\S+) /;

/**
 * The content components of a synthesized stack.
 *
 * @param folder the stack's folder, for example `cdktf.out/stacks/production`
 * @throws Error when there is no synthesized stack in the folder, it declares no content, or an address or a part of the
 * content is only known to Terraform
 */
export function readDeclaredContent(folder: string): DeclaredContent[] {
  const file = join(folder, "cdk.tf.json");
  if (!existsSync(file)) {
    throw new Error(`there is no synthesized stack in '${folder}'; run 'cdktf synth' before`);
  }
  const { resource = {} } = JSON.parse(readFileSync(file, "utf8")) as {
    resource?: Record<string, Record<string, Resource>>;
  };
  const carriers = [...Object.values(resource.null_resource ?? {}), ...Object.values(resource.terraform_data ?? {})];
  const contents = carriers.flatMap(toDeclaredContent);
  if (contents.length === 0) {
    throw new Error(`the stack in '${folder}' declares no content of clusters; there is nothing to verify`);
  }
  return contents;
}

function toDeclaredContent({ connection, provisioner = [] }: Resource): DeclaredContent[] {
  const commands = provisioner.flatMap((one) => one["remote-exec"]?.inline ?? []);
  const converge = commands.map((command) => CONVERGE.exec(command)).find((match) => match !== null);
  if (!converge || !connection) {
    return [];
  }
  const name = converge[2]!;
  const staged = `${STAGING}/${stagingName(name)}.manifest`;
  const manifest = provisioner.find((one) => one.file?.destination === staged)?.file?.content ?? "";
  const text = (key: string): string => plain(String(connection[key] ?? ""), name, key);
  return [
    {
      name,
      address: text("host"),
      user: text("user"),
      port: Number(connection.port ?? 22),
      hostKey: text("host_key"),
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
      sudo: converge[1] !== undefined,
      manifest: plain(manifest, name, "content"),
    },
  ];
}

/** A text as Terraform would make it, which must not need anything that only Terraform knows. */
function plain(text: string, name: string, what: string): string {
  return literalOf(text, (expression) => {
    throw new Error(`the ${what} of '${name}' is only known to Terraform: ${expression}; verify needs concrete values`);
  });
}
