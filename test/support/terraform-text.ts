/** What Terraform makes of a string without expressions: the inverse of `terraformText`. */
export function literalOf(template: string): string {
  return template.replace(/([$%])\1\{/g, "$1{");
}

/** The beginnings of expressions that Terraform would evaluate. */
export function expressionsIn(template: string): string[] {
  return [...template.matchAll(/(?<escape>[$%]*)[$%]\{/g)]
    .filter((match) => match.groups?.escape?.at(-1) !== match[0].at(-2))
    .map((match) => template.slice(match.index, match.index + 20));
}
