import { IConstruct } from "constructs";
import { ConstructError } from "../validation";

/** AWS compares at most so many texts in one condition. */
const PATTERNS_PER_RULE = 3;

/** A pattern has at most 128 characters, one of which is the `*` at its end. */
const PATH = /^\/[A-Za-z0-9_.$/~:@+-]{0,126}$/;

/**
 * Refuses what a rule of an Application Load Balancer cannot compare paths with.
 *
 * @throws ConstructError when `path` does not begin with `/`, holds characters that AWS does not take or that are
 * wildcards to it, or is longer than 127 characters
 */
export function requirePathPattern(scope: IConstruct, what: string, path: string): string {
  if (!PATH.test(path)) {
    throw new ConstructError(
      scope,
      `'${path}' is no ${what} for an Application Load Balancer`,
      "give its beginning, from '/' on, in up to 127 letters, digits and '_ . $ / ~ : @ + -'",
    );
  }
  return path;
}

/** The pattern of all paths that begin so. */
export function beginningOf(path: string): string {
  return `${path}*`;
}

/** Patterns, as many together as a rule takes. */
export function inRules(patterns: readonly string[]): string[][] {
  const rules = Math.ceil(patterns.length / PATTERNS_PER_RULE);
  return Array.from({ length: rules }, (_, rule) =>
    patterns.slice(rule * PATTERNS_PER_RULE, (rule + 1) * PATTERNS_PER_RULE),
  );
}
