import { Ratio } from "./statistics";

/** A row of the table of results. */
export interface Result {
  readonly what: string;
  readonly peer: string;
  readonly measured: string;
  readonly goal: string;
  /** Undefined where there is no goal. */
  readonly reached?: boolean;
}

/** A row for a ratio, with a goal that its median must not exceed. */
export function ratioResult(what: string, peer: string, ratio: Ratio, goal?: number): Result {
  return {
    what,
    peer,
    measured: `${format(ratio.median)} (${format(ratio.lowerQuartile)}–${format(ratio.upperQuartile)}, ${ratio.pairs} pairs)`,
    goal: goal === undefined ? "none" : `≤ ${goal}`,
    reached: goal === undefined ? undefined : ratio.median <= goal,
  };
}

/** A number as it stands in the table. */
export function format(value: number): string {
  return value.toFixed(2);
}

/** The rows as a Markdown table. */
export function renderTable(results: readonly Result[]): string {
  const rows = results.map(({ what, peer, measured, goal, reached }) => [what, peer, measured, goal, outcome(reached)]);
  return markdownTable(["what", "peer", "ratio", "goal", "outcome"], rows);
}

/** Whether a goal was reached, as it stands in a table. */
export function outcome(reached: boolean | undefined): string {
  return reached === undefined ? "" : reached ? "reached" : "**missed**";
}

/** A Markdown table. */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [header, header.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |\n`).join("");
}
