import { PlanReport } from "./plan-report";
import { headOf, nameOf, summaryOf, whatOf, whyOf } from "./plan-text";

/** A plan for a comment on a pull request. */
export function renderMarkdown({ stack, steps, command }: PlanReport): string[] {
  const title = `### What the plan for ${code(stack)} means`;
  if (steps.length === 0) {
    return [title, "", "Nothing to do: what is deployed is what the program declares."];
  }
  return [
    title,
    "",
    `${summaryOf(steps.flatMap(({ parts }) => parts))}.`,
    ...steps.flatMap((step, index) => [
      "",
      `**${headOf(step, index, steps.length).replace(/[\\`*_<>|@]/g, "\\$&")}**`,
      "",
      "| part | what | why |",
      "| --- | --- | --- |",
      ...step.parts.map(
        (part) => `| ${code(nameOf(part))} | ${whatOf(part)} | ${whyOf(part).map(code).join("<br>")} |`,
      ),
    ]),
    "",
    `To do it: ${code(command)}`,
  ];
}

/** In a cell of a table, where no text can be taken for anything else. */
function code(text: string): string {
  return `\`${text.replace(/\s+/g, " ").replaceAll("`", "'").replaceAll("|", "\\|")}\``;
}
