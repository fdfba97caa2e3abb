import { inspect } from "node:util";
import { Token } from "cdktf";
import { IConstruct } from "constructs";
import { ConstructError } from "../../validation";
import { EnmasseValue } from "./enmasse-value";

/**
 * Takes what a program gives as a value of an enmasse file; fields that are undefined are left out.
 *
 * @param convert what each text becomes
 * @throws ConstructError when it is nothing that YAML can hold, or a token that is no text: inside of one cdktf does not resolve it
 */
export function enmasseValue(scope: IConstruct, value: unknown, convert: (text: string) => string): EnmasseValue {
  if (typeof value === "string") {
    return convert(value);
  }
  if (Token.isUnresolved(value)) {
    throw new ConstructError(
      scope,
      "the enmasse objects hold a number, a list or a map that is not known before apply",
      "give a text in its place, or what it is",
    );
  }
  if (value === null || typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value))) {
    return value;
  }
  if (Array.isArray(value)) {
    return value.map((item) => enmasseValue(scope, item, convert));
  }
  if (typeof value === "object" && [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null)) {
    const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
    return Object.fromEntries(entries.map(([key, entry]) => [key, enmasseValue(scope, entry, convert)]));
  }
  throw new ConstructError(
    scope,
    `the enmasse objects hold ${inspect(value, { depth: 0, breakLength: Infinity })}, which no enmasse file can`,
    "give texts, finite numbers, booleans, null, lists and plain objects",
  );
}
