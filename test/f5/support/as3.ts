import { Template } from "../../support/template";
import { literalOf, Quoting } from "../../../lib/remote";

/** An AS3 application: its objects by name. */
export type Application = Record<string, Record<string, unknown>>;

/** What is posted to the device for the balancer at a path below the stack. */
export function declarationOf(template: Template, path = "edge"): Record<string, unknown> {
  const resource = template.resource(`${path}/Resource`) as { as3_json?: string };
  return JSON.parse(bare(resource.as3_json!)) as Record<string, unknown>;
}

/** The one application of a declaration, however it is wrapped. */
export function applicationOf(declaration: Record<string, unknown>): Application {
  const found = applicationsIn(declaration);
  if (found.length !== 1) {
    throw new Error(`the declaration has ${found.length} applications`);
  }
  return found[0]!;
}

function applicationsIn(value: unknown): Application[] {
  if (typeof value !== "object" || value === null) {
    return [];
  }
  return (value as { class?: string }).class === "Application"
    ? [value as Application]
    : Object.values(value).flatMap(applicationsIn);
}

/** What Terraform makes of a declaration, where expressions stay without what quotes their values. */
function bare(template: string): string {
  return literalOf(template, (expression) => Quoting.evaluate(expression, (quoted) => quoted));
}
