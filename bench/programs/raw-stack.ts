import { NullProvider } from "@cdktf/provider-null/lib/provider";
import { Resource } from "@cdktf/provider-null/lib/resource";
import {
  App,
  AssetType,
  DataResource,
  LocalBackend,
  SSHProvisionerConnection,
  TerraformAsset,
  TerraformLocal,
  TerraformOutput,
  TerraformResource,
  TerraformResourceConfig,
  TerraformStack,
} from "cdktf";
import { measure, readInput } from "./program";

/** A resource as one writes it in raw cdktf. */
export interface RawResource {
  readonly type: "null_resource" | "terraform_data";
  readonly id: string;
  readonly triggers: Record<string, string>;
  readonly connection?: SSHProvisionerConnection;
  readonly provisioners: NonNullable<TerraformResourceConfig["provisioners"]>;
  /** Ids of resources that stand before this one in the list. */
  readonly dependsOn: readonly string[];
}

/** A stack of resources whose texts are all ready-made. */
export interface RawStackInput {
  readonly outdir: string;
  readonly stateFile: string;
  /** A folder that provisioners upload. */
  readonly assetFolder: string;
  readonly resources: readonly RawResource[];
  /** Texts that resources refer to. */
  readonly locals: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, unknown>>;
}

const input = readInput<RawStackInput>();

measure(() => {
  const app = new App({ outdir: input.outdir });
  const stack = new TerraformStack(app, "bench");
  new LocalBackend(stack, { path: input.stateFile });
  new NullProvider(stack, "null");
  new TerraformAsset(stack, "scripts", { path: input.assetFolder, type: AssetType.DIRECTORY });
  for (const [name, text] of Object.entries(input.locals)) {
    new TerraformLocal(stack, `text-of-${name}`, text).overrideLogicalId(name);
  }
  const resources = new Map<string, TerraformResource>();
  for (const { type, id, dependsOn: others, triggers, ...config } of input.resources) {
    const dependsOn = others.map((other) => resources.get(other)!);
    const resource =
      type === "null_resource"
        ? new Resource(stack, id, { ...config, triggers, dependsOn })
        : new DataResource(stack, id, { ...config, triggersReplace: triggers, dependsOn });
    resources.set(id, resource);
  }
  for (const [name, value] of Object.entries(input.outputs)) {
    new TerraformOutput(stack, name, { value });
  }
  app.synth();
});
