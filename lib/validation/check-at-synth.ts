import { IConstruct } from "constructs";
import { ConstructError, isConstructError } from "./construct-error";

/**
 * Looks at a construct when the program has said all, at synth. All findings of all constructs are reported at once, each behind
 * the path of its construct, which the framework puts there.
 *
 * @param check gives what it finds, or throws the first of it
 */
export function checkAtSynth(scope: IConstruct, check: () => readonly ConstructError[]): void {
  scope.node.addValidation({
    validate: () => findingsOf(check).map((error) => (error.scope === scope ? error.finding : error.message)),
  });
}

function findingsOf(check: () => readonly ConstructError[]): readonly ConstructError[] {
  try {
    return check();
  } catch (error) {
    if (isConstructError(error)) {
      return [error];
    }
    throw error;
  }
}
