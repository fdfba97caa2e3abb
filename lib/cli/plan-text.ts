import { Columns } from "./columns";
import { Effect, EFFECTS } from "./plan-effects";
import { PlanReport, ReportedPart, ReportedStep } from "./plan-report";
import { tell } from "./plan-settings";

const WORDS: Partial<Readonly<Record<Effect, string>>> = {
  noted: "only noted",
  deployed: "hot-deployed",
  again: "brought again",
};

/** As terminals take them: what stops something is seen first, then what goes. */
const COLOURS: Partial<Readonly<Record<Effect, number>>> = {
  restarted: 33,
  stopped: 33,
  moved: 33,
  removed: 31,
  installed: 32,
};

/** A plan in words. */
export function renderText({ steps, command }: PlanReport, hasColours: boolean): string[] {
  if (steps.length === 0) {
    return ["nothing to do: what is deployed is what the program declares"];
  }
  const paint = (text: string, colour: number | undefined): string =>
    hasColours && colour !== undefined ? `\u001b[${colour}m${text}\u001b[0m` : text;
  const parts = steps.flatMap((step) => step.parts);
  const cells = (part: ReportedPart): [name: string, what: string] => [nameOf(part), whatOf(part)];
  const columns = new Columns(parts.map(cells));
  return [
    summaryOf(parts),
    ...steps.flatMap((step, index) => [
      "",
      paint(headOf(step, index, steps.length), 1),
      ...step.parts.map((part) => {
        const [name, what] = columns.pad(cells(part));
        return `  ${name}  ${paint(what!, COLOURS[part.effect])}  ${whyOf(part).join("; ")}`.trimEnd();
      }),
    ]),
    "",
    `to do it: ${command}`,
  ];
}

/** `2 removed, 3 restarted`: the greatest first. */
export function summaryOf(parts: readonly ReportedPart[]): string {
  return EFFECTS.flatMap((effect) => {
    const { length } = parts.filter((part) => part.effect === effect);
    return length > 0 ? [`${length} ${wordOf(effect)}`] : [];
  })
    .reverse()
    .join(", ");
}

/** `3 of 5: the cluster host1; host2 answers`. */
export function headOf(step: ReportedStep, index: number, count: number): string {
  return [`${index + 1} of ${count}: ${step.title}`, ...whoAnswers(step)].join("; ");
}

/** What a part is called, and where it is. */
export function nameOf({ where, name }: ReportedPart): string {
  return [where, name].filter((word) => word !== "").join(" ");
}

/** What happens to it. */
export function whatOf({ effect, remark }: ReportedPart): string {
  return `${wordOf(effect)}${remark === "" ? "" : ` (${remark})`}`;
}

/** Why, a text for each cause. */
export function whyOf({ causes }: ReportedPart): string[] {
  return causes.map(tell);
}

function wordOf(effect: Effect): string {
  return WORDS[effect] ?? effect;
}

function whoAnswers({ answering, pausing }: ReportedStep): string[] {
  if (!answering) {
    return [];
  }
  const names = answering.length > 1 ? `${answering.slice(0, -1).join(", ")} and ${answering.at(-1)}` : answering[0];
  const answers =
    names === undefined ? "no cluster answers" : `${names} ${answering.length > 1 ? "answer" : "answers"}`;
  return [pausing === undefined ? answers : `${pausing} pauses, ${answers}`];
}
