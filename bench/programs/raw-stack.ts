import { NullProvider } from "@cdktf/provider-null/lib/provider";
import { Resource } from "@cdktf/provider-null/lib/resource";
import {
  App,
  AssetType,
  LocalBackend,
  SSHProvisionerConnection,
  TerraformAsset,
  TerraformLocal,
  TerraformOutput,
  TerraformResourceConfig,
  TerraformStack,
} from "cdktf";
import { measure, readInput } from "./program";

/** A null resource as one writes it in raw cdktf. */
export interface RawResource {
  readonly id: string;
  readonly triggers: Record<string, string>;
  readonly connection?: SSHProvisionerConnection;
  readonly provisioners: NonNullable<TerraformResourceConfig["provisioners"]>;
  /** Ids of resources that stand before this one in the list. */
  readonly dependsOn: readonly string[];
}

/** A stack of null resources whose texts are all ready-made. */
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
  const resources = new Map<string, Resource>();
  for (const { id, dependsOn, ...config } of input.resources) {
    const earlier = dependsOn.map((other) => resources.get(other)!);
    resources.set(id, new Resource(stack, id, { ...config, dependsOn: earlier }));
  }
  for (const [name, value] of Object.entries(input.outputs)) {
    new TerraformOutput(stack, name, { value });
  }
  app.synth();
});
