import { TerraformProvider, TerraformStack } from "cdktf";
import { IConstruct } from "constructs";
import { onePerStack } from "./one-per-stack";

/** The provider that a stack has where its author gave none of the kind. */
export function standInProvider<T extends TerraformProvider>(
  scope: IConstruct,
  kind: string,
  create: (stack: TerraformStack, id: string) => T,
): T {
  return onePerStack(scope, `cdktf-zato-${kind}`, create);
}

/** Whether the author of the stack gives a provider of the type that resources take who choose none: a stand-in is not rendered then. */
export function standsBack(standIn: TerraformProvider): boolean {
  return TerraformStack.of(standIn)
    .node.findAll()
    .filter((node): node is TerraformProvider => TerraformProvider.isTerraformProvider(node))
    .some(
      (provider) =>
        provider !== standIn && provider.terraformResourceType === standIn.terraformResourceType && !provider.alias,
    );
}
