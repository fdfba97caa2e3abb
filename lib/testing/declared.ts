import { strict as assert } from "node:assert";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { TerraformStack, Testing } from "cdktf";
import { DOCUMENT_FILE, StackDocument } from "../document";
import { literalTexts } from "../remote";
import { ConstructError } from "../validation";

/** A part of what is declared: some properties of an object, some elements of a list, in any order. */
export type PartOf<T> = T extends readonly (infer Element)[]
  ? readonly PartOf<Element>[]
  : T extends object
    ? { readonly [Name in keyof T]?: PartOf<T[Name]> }
    : T;

/**
 * What a stack declares, for the matchers of any test runner: hosts, clusters, components, content and deployments, as the stack's
 * `zato.json` has them. Checks all that synth checks.
 *
 * @throws Error when synth would fail
 * @throws ConstructError when the stack declares nothing of Zato
 */
export function declaredBy(stack: TerraformStack): StackDocument {
  stack.prepareStack();
  Testing.synth(stack, true);
  const folder = Testing.fullSynth(stack);
  try {
    const file = join(folder, "stacks", stack.node.id, DOCUMENT_FILE);
    if (!existsSync(file)) {
      throw new ConstructError(stack, "the stack declares nothing of Zato", "give the one with the hosts");
    }
    return literalTexts(JSON.parse(readFileSync(file, "utf8"))) as StackDocument;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * Passes when a stack declares at least what is expected. Elements of a list are found by their `name`, and texts by themselves.
 *
 * @example
 * assertDeclares(stack, {
 *   clusters: [{ name: "host1", schedulerIsActive: true }],
 *   contents: [{ objects: ["channel_rest/Orders"] }],
 * });
 *
 * @throws AssertionError with a line for each difference: `clusters.host1.schedulerIsActive is false, and not true`
 */
export function assertDeclares(stack: TerraformStack, expected: PartOf<StackDocument>): void {
  const lines = differences("", declaredBy(stack), expected);
  if (lines.length > 0) {
    assert.fail(`${stack.node.path} does not declare what is expected:\n${lines.join("\n")}`);
  }
}

function differences(place: string, actual: unknown, expected: unknown): string[] {
  if (Array.isArray(expected)) {
    return expected.flatMap((element, position) => differencesOfElement(place, actual, element, position));
  }
  if (typeof expected === "object" && expected !== null) {
    return Object.entries(expected).flatMap(([name, part]) =>
      differences(
        place === "" ? name : `${place}.${name}`,
        (actual as Record<string, unknown> | undefined)?.[name],
        part,
      ),
    );
  }
  return Object.is(actual, expected) ? [] : [`${place} is ${shown(actual)}, and not ${shown(expected)}`];
}

/** By its name, or by all of it that is expected. */
function differencesOfElement(place: string, actual: unknown, expected: unknown, position: number): string[] {
  const elements: unknown[] = Array.isArray(actual) ? actual : [];
  const name = nameOf(expected);
  if (typeof name === "string") {
    const found = elements.find((element) => nameOf(element) === name);
    return found === undefined ? [`${place} has no '${name}'`] : differences(`${place}.${name}`, found, expected);
  }
  const outcomes = elements.map((element) => differences(`${place}[${position}]`, element, expected));
  if (outcomes.some((lines) => lines.length === 0)) {
    return [];
  }
  return elements.length === 1 && typeof expected === "object" ? outcomes[0]! : [`${place} has no ${shown(expected)}`];
}

function nameOf(element: unknown): unknown {
  return typeof element === "object" && element !== null ? (element as { readonly name?: unknown }).name : undefined;
}

function shown(value: unknown): string {
  return value === undefined ? "not there" : JSON.stringify(value);
}
