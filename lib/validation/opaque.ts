import { IConstruct } from "constructs";
import { ConstructError } from "./construct-error";

/**
 * The getter by which a value says what it is. It is not public, so that nothing else has the type, whatever its shape; and
 * it is found in the values of another copy of the library too.
 */
export const KIND: unique symbol = Symbol.for("cdktf-zato/kind");

/** A class whose values are only made by itself, with the getter {@link KIND}. */
export interface OpaqueClass<T> {
  readonly prototype: T;
}

/** Whether a value is one of a class, or of its twin in another copy of the library. */
export function isOpaque<T>(type: OpaqueClass<T>, value: unknown): value is T {
  return value !== null && typeof value === "object" && kindOf(value) === kindOf(type.prototype);
}

/**
 * Refuses what is no value of a class. TypeScript does too; this is for JavaScript, where a text would otherwise be taken for
 * a value that says nothing.
 *
 * @throws ConstructError naming the value, and how one is made
 */
export function requireOpaque<T>(scope: IConstruct, what: string, type: OpaqueClass<T>, value: T): T {
  if (!isOpaque(type, value)) {
    throw new ConstructError(
      scope,
      `${what} is ${describe(value)}, and no ${String(kindOf(type.prototype))}`,
      `give ${waysToMake(type).join(" or ")}`,
    );
  }
  return value;
}

/**
 * The same for what may be left out.
 *
 * @throws ConstructError naming the value, and how one is made
 */
export function requireOpaqueIfGiven<T>(
  scope: IConstruct,
  what: string,
  type: OpaqueClass<T>,
  value: T | undefined,
): T | undefined {
  return value === undefined ? undefined : requireOpaque(scope, what, type, value);
}

function kindOf(value: unknown): unknown {
  return (value as { readonly [KIND]?: unknown })[KIND];
}

/** Without a text of several lines, which might be a key. */
function describe(value: unknown): string {
  if (typeof value === "string" && !value.includes("\n")) {
    return `'${value}'`;
  }
  return value === undefined ? "not given" : `of the type ${typeof value}`;
}

/** What the class offers: `SshKey.agent(…)`, `F5Snat.AUTO`. */
function waysToMake<T>(type: OpaqueClass<T>): string[] {
  const name = String(kindOf(type.prototype));
  return Object.entries(Object.getOwnPropertyDescriptors(type)).flatMap(([member, { value }]) => {
    if (member === "prototype" || member.startsWith("_")) {
      return [];
    }
    return typeof value === "function" ? `${name}.${member}(…)` : isOpaque(type, value) ? `${name}.${member}` : [];
  });
}
