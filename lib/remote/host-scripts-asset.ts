import { AssetType, TerraformAsset, TerraformStack } from "cdktf";
import { IConstruct } from "constructs";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The scripts that run on hosts, beside this file in the sources as in the package. */
const FOLDER = join(__dirname, "host-scripts");

/** The scripts as an asset of a stack: one copy, however many hosts there are. */
export class HostScriptsAsset extends TerraformAsset {
  /** The one asset of the stack that a construct belongs to. */
  public static of(scope: IConstruct): HostScriptsAsset {
    const stack = TerraformStack.of(scope);
    const existing = stack.node.tryFindChild(HostScriptsAsset.ID) as HostScriptsAsset | undefined;
    return existing ?? new HostScriptsAsset(stack);
  }

  private static readonly ID = "zato-host-scripts";

  private constructor(stack: TerraformStack) {
    super(stack, HostScriptsAsset.ID, { path: FOLDER, type: AssetType.DIRECTORY, assetHash: hashOf(FOLDER) });
  }
}

/** Names and contents of all files below a folder, so that a copy in another place has the same hash. */
function hashOf(folder: string): string {
  const hash = createHash("sha256");
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const name of names) {
    hash.update(name.slice(folder.length)).update("\0").update(readFileSync(name)).update("\0");
  }
  return hash.digest("hex").slice(0, 16);
}
