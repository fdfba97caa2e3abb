import { readFileSync } from "node:fs";
import path from "node:path";
import { applyWithoutChanges } from "./apply-without-changes";
import { importTime } from "./import-time";
import { machine } from "./machine";
import { renderTable, Result } from "./result";
import { writeSection } from "./results-page";
import { synthGrowth } from "./synth-growth";
import { synthTime } from "./synth-time";
import { Workspace } from "./workspace";

async function main(): Promise<void> {
  const workspace = new Workspace();
  try {
    console.log("compiling the library");
    workspace.prepare();
    const results: Result[] = [];
    for (const benchmark of [importTime, synthTime, synthGrowth, applyWithoutChanges]) {
      const found = await benchmark(workspace);
      console.log(renderTable(found));
      results.push(...found);
    }
    await writeSection("Import, synth and plan", renderResults(results));
    process.exitCode = results.some((result) => result.reached === false) ? 1 : 0;
  } finally {
    workspace.remove();
  }
}

function renderResults(results: readonly Result[]): string {
  return `\`npm run bench\` measures and writes this section. It takes some minutes, needs Terraform and no network, and fails where a
goal is missed.

${renderTable(results)}
Everything is a ratio to a peer that was measured in the same run, alternating with it: the median of the ratios of all
pairs, with their quartiles in brackets. Import and synth each run in a fresh process, with the library compiled, and
count the processor time of the step itself; a plan counts the time that passes. A synth includes composing the
constructs. The peer of a synth gets all texts ready-made, while the library renders them.

The last lines are real Terraform with the carrier \`terraform_data\`, on a state in which the whole deployment exists.

Measured on a machine with ${machine()}, cdktf ${versionOf("cdktf")}, constructs ${versionOf("constructs")}.
`;
}

function versionOf(module: string): string {
  const file = path.join(__dirname, "..", "node_modules", module, "package.json");
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

void main();
