import { Token } from "cdktf";
import { IConstruct } from "constructs";
import { ConstructError } from "./construct-error";

/**
 * Refuses what is not a whole number within bounds.
 *
 * @throws ConstructError when `value` is not a whole number from `least` to `most`, or a token: in text, which most numbers end
 * up in, cdktf does not resolve it
 */
export function requireWhole(
  scope: IConstruct,
  what: string,
  value: number,
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
): number {
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  if (Token.isUnresolved(value)) {
    throw new ConstructError(scope, `${what} is not known before apply`, `give a whole number ${range}`);
  }
  if (!Number.isInteger(value) || value < least || value > most) {
    const given = typeof value === "string" ? `'${String(value)}', which is text` : value;
    throw new ConstructError(scope, `${what} is ${given}`, `give a whole number ${range}`);
  }
  return value;
}

/**
 * Refuses what is not a TCP port.
 *
 * @throws ConstructError when `port` is not a whole number from 1 to 65535
 */
export function requirePort(scope: IConstruct, what: string, port: number): number {
  return requireWhole(scope, what, port, 1, 65535);
}

/**
 * Refuses what no balancer takes for the seconds that a request may last. The most is a day, as for F5; HAProxy knows no time
 * beyond 24 of them.
 *
 * @throws ConstructError when `seconds` is not a whole number from 1 to 86400
 */
export function requireRequestTimeout(scope: IConstruct, seconds: number): number {
  return requireWhole(scope, "the request timeout in seconds", seconds, 1, 86_400);
}
