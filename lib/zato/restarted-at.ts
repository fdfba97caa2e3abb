import { Token } from "cdktf";
import { IConstruct } from "constructs";
import { ConstructError } from "../validation";

/**
 * Refuses what systemd would take for more than the value of a directive.
 *
 * @throws ConstructError when the text is empty or holds other characters than letters, digits and `_ . : + -`
 */
export function requireRestartedAt(scope: IConstruct, text: string | undefined): string | undefined {
  if (text !== undefined && !Token.isUnresolved(text) && !/^[A-Za-z0-9_.:+-]+$/.test(text)) {
    throw new ConstructError(
      scope,
      `'restartedAt' is '${text}'`,
      "give any text of letters, digits and '_ . : + -', such as a date",
    );
  }
  return text;
}
