import { IConstruct } from "constructs";
import { Quoting } from "../remote";
import { ConstructError, requireAll } from "../validation";
import { warnOfSecrets } from "./environment-secrets";

/** What systemd takes for invalid UTF-8, and fails to start a unit for. */
const NONCHARACTER = /\p{Noncharacter_Code_Point}/u;

const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Refuses what cannot be in the environment of a process, and warns of what looks like a password.
 *
 * @throws ConstructError when a name is no name of an environment variable, or a value holds a NUL or one of
 * Unicode's noncharacters
 */
export function requireEnvironment(
  scope: IConstruct,
  variables: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const checks = Object.entries(variables).map(
    ([name, value]) => [name, () => requireVariable(scope, name, value)] as const,
  );
  requireAll<Record<string, void>>(Object.fromEntries(checks));
  warnOfSecrets(scope, variables);
  return variables;
}

function requireVariable(scope: IConstruct, name: string, value: string): void {
  if (!VARIABLE_NAME.test(name)) {
    throw new ConstructError(
      scope,
      `'${name}' cannot name an environment variable`,
      "use letters, digits and '_', not beginning with a digit",
    );
  }
  if (typeof value !== "string") {
    throw new ConstructError(
      scope,
      `the environment variable '${name}' is ${String(value)}`,
      "give it a text, or leave it out",
    );
  }
  if (value.includes("\0")) {
    throw new ConstructError(
      scope,
      `the environment variable '${name}' holds a NUL character`,
      "give it without: no environment can hold one",
    );
  }
  const [noncharacter] = NONCHARACTER.exec(value) ?? [];
  if (noncharacter !== undefined) {
    throw new ConstructError(
      scope,
      `the environment variable '${name}' holds U+${noncharacter.codePointAt(0)!.toString(16).toUpperCase()}`,
      "give it without: systemd refuses what Unicode defines as no character",
    );
  }
}

/** Renders a file for systemd's `EnvironmentFile=`. */
export function renderEnvironmentFile(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}="${Quoting.ENVIRONMENT.text(value)}"\n`)
    .join("");
}
