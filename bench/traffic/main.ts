import { machine } from "../machine";
import { renderTable, type Result } from "../result";
import { writeSection } from "../results-page";
import { ROUNDS } from "./comparison";
import { compareOnHosts } from "./on-hosts";
import { compareOnLoopback } from "./on-loopback";
import { haproxyVersion } from "./processes";

async function main(): Promise<void> {
  const results = [...(await compareOnHosts()), ...(await compareOnLoopback())];
  console.log(renderTable(results));
  await writeSection("Traffic", renderResults(results));
  process.exitCode = results.some(({ reached }) => reached === false) ? 1 : 0;
}

function renderResults(results: readonly Result[]): string {
  return `\`npm run bench:traffic\` measures and writes this section, in ten minutes, and fails where a goal is missed. It boots a lab, so it runs as root on
Linux, and needs \`haproxy\`, \`wrk\` and \`openssl\`.

${renderTable(results)}
GET requests through the two HAProxies that a request passes, against a plain pair that only balances: keep-alive, \`http-reuse safe\`, no rules. Both run
at the same time with the same servers behind, and are asked in turns, ${ROUNDS} times two seconds each; the ratio is the median of those of the rounds. A goal
counts as missed when a single request failed.

The first rows are those of a deployment: two hosts of the lab as a deploy leaves them, with two servers of the stand-in on each, and the plain pair in front of
the same servers. The others are the most that our rules can cost: on loopback, in front of an HAProxy that answers at once.

Measured on a machine with ${machine()}, HAProxy ${haproxyVersion()}.
`;
}

void main();
