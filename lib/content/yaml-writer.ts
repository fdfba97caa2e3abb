import { EnmasseValue } from "./objects/enmasse-value";

/**
 * Writes sections of objects in the way that a reader of YAML 1.1 and one of 1.2 take for the same: every text in double quotes, and
 * in it nothing but printable ASCII.
 */
export function writeYaml(
  sections: Readonly<Record<string, readonly Readonly<Record<string, EnmasseValue>>[]>>,
): string {
  return Object.entries(sections)
    .map(([section, objects]) => `${keyOf(section)}:\n${objects.map(objectOf).join("")}`)
    .join("");
}

function objectOf(fields: Readonly<Record<string, EnmasseValue>>): string {
  const lines = Object.entries(fields).map(([key, value]) => `${keyOf(key)}: ${flow(value)}\n`);
  return `  - ${lines.join("    ")}`;
}

/** A list or a map stands on one line, like JSON. */
function flow(value: EnmasseValue): string {
  if (typeof value === "string") {
    return quoted(value);
  }
  if (typeof value === "number") {
    return numeral(value);
  }
  if (typeof value !== "object" || value === null) {
    return String(value);
  }
  return isList(value)
    ? `[${value.map(flow).join(", ")}]`
    : `{${Object.entries(value)
        .map(([key, entry]) => `${quoted(key)}: ${flow(entry)}`)
        .join(", ")}}`;
}

/** Plain where nobody can take it for anything else. */
function keyOf(key: string): string {
  return /^[a-z]+(_[a-z]+)+$|^(name|type|host|port|user|username|password|service|security|scheduler)$/.test(key)
    ? key
    : quoted(key);
}

function quoted(text: string): string {
  return JSON.stringify(text).replace(/[^ -~]/gu, (character) => {
    const code = character.codePointAt(0)!.toString(16);
    return code.length > 4 ? `\\U${code.padStart(8, "0")}` : `\\u${code.padStart(4, "0")}`;
  });
}

/** YAML 1.1 knows a number with an exponent by its point. */
function numeral(value: number): string {
  return Object.is(value, -0) ? "0" : String(value).replace(/^(-?\d+)e/, "$1.0e");
}

function isList(value: object): value is readonly EnmasseValue[] {
  return Array.isArray(value);
}
