import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { arch, availableParallelism, platform, totalmem } from "node:os";
import path from "node:path";
import { format, resolveConfig } from "prettier";
import { applyWithoutChanges } from "./apply-without-changes";
import { importTime } from "./import-time";
import { renderTable, Result } from "./result";
import { synthGrowth } from "./synth-growth";
import { synthTime } from "./synth-time";
import { Workspace } from "./workspace";

const RESULTS_FILE = path.join(__dirname, "RESULTS.md");

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
    const style = await resolveConfig(RESULTS_FILE);
    writeFileSync(RESULTS_FILE, await format(renderResults(results), { ...style, parser: "markdown" }));
    console.log(`written to ${path.relative(process.cwd(), RESULTS_FILE)}`);
    process.exitCode = results.some((result) => result.reached === false) ? 1 : 0;
  } finally {
    workspace.remove();
  }
}

function renderResults(results: readonly Result[]): string {
  return `# Benchmarks

\`npm run bench\` measures and writes this page. It takes some minutes, needs Terraform and no network, and fails where a
goal is missed.

${renderTable(results)}
Everything is a ratio to a peer that was measured in the same run, alternating with it: the median of the ratios of all
pairs, with their quartiles in brackets. Import and synth each run in a fresh process, with the library compiled, and
count the processor time of the step itself; a plan counts the time that passes. A synth includes composing the
constructs. The peer of a synth gets all texts ready-made, while the library renders them.

The last lines are real Terraform with the carrier \`terraform_data\`, on a state in which the whole deployment exists.

Measured on a machine with ${machine()}.
`;
}

/** The machine in words, without anything that tells it from others of its kind. */
function machine(): string {
  const memory = Math.round(totalmem() / 2 ** 30);
  const terraform = JSON.parse(
    execFileSync("terraform", ["version", "-json"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }),
  ) as {
    terraform_version: string;
  };
  return (
    `${availableParallelism()} CPUs and ${memory} GiB of memory (${platform()}, ${arch()}), Node ${process.versions.node}, ` +
    `cdktf ${versionOf("cdktf")}, constructs ${versionOf("constructs")}, Terraform ${terraform.terraform_version}`
  );
}

function versionOf(module: string): string {
  const file = path.join(__dirname, "..", "node_modules", module, "package.json");
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

void main();
