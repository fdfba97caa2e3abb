import { TerraformStack } from "cdktf";
import { IConstruct } from "constructs";
import { AssetFolder } from "./asset-folder";
import { hostScripts } from "./host-scripts";
import { onePerStack } from "./one-per-stack";

/** The scripts as an asset of a stack: one copy, however many hosts there are. */
export class HostScriptsAsset extends AssetFolder {
  /** The one asset of the stack that a construct belongs to. */
  public static of(scope: IConstruct): HostScriptsAsset {
    return onePerStack(scope, "zato-host-scripts", (stack, id) => new HostScriptsAsset(stack, id));
  }

  /** Asked for once for each host, and never another one. */
  private known?: string;

  private constructor(stack: TerraformStack, id: string) {
    super(stack, id);
    hostScripts().forEach(({ target, source }) => this.add(this, target, source));
  }

  public override get hash(): string {
    return (this.known ??= super.hash);
  }
}
