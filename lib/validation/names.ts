import { Token } from "cdktf";
import { IConstruct } from "constructs";
import { ConstructError } from "./construct-error";

const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,31}$/;

/**
 * Refuses what Zato, systemd, PostgreSQL or Terraform cannot take as a name. Terraform ids silently lose other
 * characters, so that `host.1` and `host1` would become one resource; a systemd unit gives `.`, `@` and `%` a
 * meaning of their own.
 *
 * @throws ConstructError when `name` is a token, or is not 1 to 32 letters, digits, `-` or `_` beginning with a letter
 */
export function requireName(scope: IConstruct, what: string, name: string): string {
  if (Token.isUnresolved(name)) {
    throw new ConstructError(
      scope,
      `the ${what} is not known before apply`,
      "give a concrete name: it becomes part of Terraform addresses, units and paths",
    );
  }
  if (!NAME.test(name)) {
    throw new ConstructError(
      scope,
      `'${name}' cannot be used as ${what}`,
      "use 1 to 32 letters, digits, '-' or '_', beginning with a letter",
    );
  }
  return name;
}
