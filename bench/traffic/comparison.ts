import { format, type Result } from "../result";
import { median } from "../statistics";
import { measure, type Measured } from "./processes";

/** How often each pair is asked. */
export const ROUNDS = 9;

/** What is compared: the addresses of our pair and of the plain one, and where they are. */
export interface Comparison {
  readonly ours: string;
  readonly plain: string;
  readonly where: string;
  /** Whether a ratio that misses the goals is a fault. */
  readonly hasGoals: boolean;
}

/** Asks both pairs in turns; they run at the same time, with the same servers behind them. */
export async function compare({ ours, plain, where, hasGoals }: Comparison): Promise<Result[]> {
  const many = await inTurns([ours, plain], 32);
  const one = await inTurns([ours, plain], 1);
  const throughput = median(many.map(([our, their]) => our.perSecond / their.perSecond));
  const p50 = median(one.map(([our, their]) => our.p50 / their.p50));
  const failed = [...many, ...one].flat().reduce((sum, each) => sum + each.failed, 0);
  const typical = (index: 0 | 1): string =>
    `${Math.round(median(many.map((round) => round[index].perSecond)))}/s, ${format(median(one.map((round) => round[index].p50)))} ms`;
  const row = (what: string, measured: number, goal: string, reached: boolean): Result => ({
    what: `${what}, ${where}`,
    peer: `${typical(1)}; ours ${typical(0)}`,
    measured: format(measured),
    goal: hasGoals ? goal : "none",
    reached: hasGoals ? reached && failed === 0 : undefined,
  });
  return [
    row("requests a second, 32 connections", throughput, "≥ 0.9", throughput >= 0.9),
    row("p50 of a request, one connection", p50, "≤ 1.1", p50 <= 1.1),
  ];
}

/** A B A B …, after a first round that does not count. */
async function inTurns(addresses: readonly [string, string], connections: number): Promise<[Measured, Measured][]> {
  const rounds: [Measured, Measured][] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    rounds.push([await measure(addresses[0], connections), await measure(addresses[1], connections)]);
  }
  return rounds.slice(1);
}
