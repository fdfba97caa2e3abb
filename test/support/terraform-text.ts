import { literalOf as evaluated } from "../../lib/remote";

/** What Terraform makes of a string; expressions of cdktf's, such as references, stay what they are. */
export function literalOf(template: string): string {
  return evaluated(template, (expression) => expression);
}

/** The expressions that Terraform would evaluate. */
export function expressionsIn(template: string): string[] {
  const expressions: string[] = [];
  evaluated(template, (expression) => {
    expressions.push(expression);
    return "";
  });
  return expressions;
}
