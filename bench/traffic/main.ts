import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { machine } from "../machine";
import { format, renderTable, type Result } from "../result";
import { writeSection } from "../results-page";
import { median } from "../statistics";
import { plainPair, renderedPair, type Pair } from "./pairs";
import { haproxyVersion, measure, startAll, type Measured } from "./processes";

const ROUNDS = 9;

/** Both pairs run at the same time on the same servers, and are asked in turns. */
async function compare(memberTls: boolean, folder: string): Promise<Result[]> {
  const what = memberTls ? "with TLS to the clusters" : "without TLS";
  const pairs = [renderedPair(folder, memberTls), plainPair(folder, memberTls)] as const;
  const stop = await startAll([pairs[0].servers, ...pairs.flatMap((pair: Pair) => pair.layers)], folder);
  try {
    const many = await inTurns(pairs, 32);
    const one = await inTurns(pairs, 1);
    const throughput = median(many.map(([ours, theirs]) => ours.perSecond / theirs.perSecond));
    const p50 = median(one.map(([ours, theirs]) => ours.p50 / theirs.p50));
    const failed = [...many, ...one].flat().reduce((sum, { failed }) => sum + failed, 0);
    const typical = (index: 0 | 1): string =>
      `${Math.round(median(many.map((round) => round[index].perSecond)))}/s, ${format(median(one.map((round) => round[index].p50)))} ms`;
    const peer = `two plain HAProxies with keep-alive and \`http-reuse safe\` (${typical(1)}; ours ${typical(0)})`;
    return [
      {
        what: `requests a second, 32 connections, ${what}`,
        peer,
        measured: format(throughput),
        goal: "≥ 0.9",
        reached: throughput >= 0.9 && failed === 0,
      },
      {
        what: `p50 of a request, one connection, ${what}`,
        peer: "the same",
        measured: format(p50),
        goal: "≤ 1.1",
        reached: p50 <= 1.1 && failed === 0,
      },
    ];
  } finally {
    await stop();
  }
}

/** A B A B …, after a first round that does not count. */
async function inTurns(pairs: readonly [Pair, Pair], connections: number): Promise<[Measured, Measured][]> {
  const rounds: [Measured, Measured][] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    rounds.push([await measure(pairs[0].port, connections), await measure(pairs[1].port, connections)]);
  }
  return rounds.slice(1);
}

async function main(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), "cdktf-zato-traffic-"));
  try {
    const results = [...(await compare(false, folder)), ...(await compare(true, folder))];
    console.log(renderTable(results));
    await writeSection("Traffic", renderResults(results));
    process.exitCode = results.some(({ reached }) => reached === false) ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function renderResults(results: readonly Result[]): string {
  return `\`npm run bench:traffic\` measures and writes this section, on loopback, in three minutes, and fails where a goal is missed. It needs \`haproxy\`,
\`wrk\` and \`openssl\`.

${renderTable(results)}
GET requests through the two HAProxies that a request passes, with the configurations as they are rendered, against a plain pair that only
balances: keep-alive, \`http-reuse safe\`, no rules. Both run at the same time with the same two servers behind each inner HAProxy, and are asked in
turns, ${ROUNDS} times two seconds each; the ratio is the median of those of the rounds. A goal counts as missed when a single request failed.

Measured on a machine with ${machine()}, HAProxy ${haproxyVersion()}.
`;
}

void main();
