import type { LoadSummary } from "../../../lab/load-summary";

/** What a fault has cost those who sent requests meanwhile. */
export interface FaultCost {
  readonly requests: number;
  readonly lost: number;
  readonly slowest: number;
  /** The longest span, in seconds, without a request that was begun and answered. */
  readonly outage: number;
}

/** Sums a load up. */
export function costOf(load: LoadSummary): FaultCost {
  const answered = load.requests.filter(({ status }) => status === 200).map(({ start }) => start);
  const spans = answered.slice(1).map((start, position) => start - answered[position]!);
  return { requests: load.total, lost: load.failed, slowest: load.slowest, outage: Math.max(0, ...spans) };
}

/** The measured costs, as rows of a table for people: the one in `docs/failures.md`. */
export class FaultReport {
  private readonly rows: string[] = [];

  public add(fault: string, cost: FaultCost, healedAfter: number): void {
    const { requests, lost, slowest, outage } = cost;
    const figures = [slowest, outage, healedAfter].map((seconds) => seconds.toFixed(1));
    this.rows.push(`| ${[fault, `${lost} of ${requests}`, ...figures].join(" | ")} |`);
  }

  public print(): void {
    const head = "| fault | lost | slowest (s) | without answers (s) | whole again after (s) |";
    process.stdout.write(`\n${[head, "| --- | --- | --- | --- | --- |", ...this.rows].join("\n")}\n\n`);
  }
}
