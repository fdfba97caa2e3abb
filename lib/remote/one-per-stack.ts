import { TerraformStack } from "cdktf";
import { Construct, IConstruct } from "constructs";

/** The construct of which a stack has one, made when it is first asked for. */
export function onePerStack<T extends Construct>(
  scope: IConstruct,
  id: string,
  create: (stack: TerraformStack, id: string) => T,
): T {
  const stack = TerraformStack.of(scope);
  return (stack.node.tryFindChild(id) as T | undefined) ?? create(stack, id);
}
