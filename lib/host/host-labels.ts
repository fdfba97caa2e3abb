import { IConstruct } from "constructs";
import { ConstructError } from "../validation";

const NAME = /^[A-Za-z0-9]([A-Za-z0-9._/-]{0,61}[A-Za-z0-9])?$/;
const VALUE = /^[^\p{C}\p{Zl}\p{Zp}]{1,128}$/u;

/**
 * Refuses labels that would not stay on a line, or that nobody could tell from other text.
 *
 * @throws ConstructError when a name is none of 1 to 63 letters, digits and `. _ / -`, or a value is not 1 to 128 printable
 * characters; it names all of them
 */
export function requireLabels(
  scope: IConstruct,
  labels: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const wrong = Object.entries(labels).filter(
    ([name, value]) => !NAME.test(name) || typeof value !== "string" || !VALUE.test(value),
  );
  if (wrong.length > 0) {
    const texts = wrong.map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`);
    throw new ConstructError(
      scope,
      `${texts.join(", ")} cannot be labels of a host`,
      "give names of 1 to 63 letters, digits and '. _ / -', and values of 1 to 128 printable characters",
    );
  }
  return { ...labels };
}
