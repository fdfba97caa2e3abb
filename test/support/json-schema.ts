import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv";

/** What of a document a schema in docs/ does not allow, or does not tell of; empty where there is nothing. */
export function complaintsOf(schema: string, document: unknown): string[] {
  const text = readFileSync(join(__dirname, "..", "..", "docs", schema), "utf8");
  const validate = new Ajv({ allErrors: true, strict: true }).compile(closed(JSON.parse(text)) as object);
  validate(document);
  return (validate.errors ?? []).map(({ instancePath, message, params }) =>
    [instancePath, message, JSON.stringify(params)].join(" "),
  );
}

/** Readers pass over what they do not know; a test must not. */
function closed(schema: unknown): unknown {
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) {
    return schema;
  }
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return "properties" in schema && inner.type === "object" ? { additionalProperties: false, ...inner } : inner;
}
