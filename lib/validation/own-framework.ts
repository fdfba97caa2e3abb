import { TerraformStack } from "cdktf";
import { IConstruct } from "constructs";
import { FRAMEWORK } from "../framework";
import { ConstructError } from "./construct-error";

/**
 * Refuses a stack of another framework, or of another copy of this one: its elements look alike, and fail at synth by errors
 * that name nobody.
 *
 * @throws ConstructError when the stack's class is not that of the framework that this package has loaded
 */
export function requireOwnFramework(scope: IConstruct): void {
  const { name, library, other } = FRAMEWORK;
  if (!Object.prototype.isPrototypeOf.call(TerraformStack.prototype, TerraformStack.of(scope))) {
    throw new ConstructError(
      scope,
      `its stack is no TerraformStack of the package '${name}' that '${library}' has loaded`,
      `where the program imports '${other.name}', install '${other.library}' in place of '${library}'; ` +
        `where it imports '${name}', let 'npm ls ${name}' show one copy of it`,
    );
  }
}
