import type { Verdict } from "./drift";
import { ClusterReport, differsFromDeclared, findDifferences, renderTable } from "./parity-table";
import { askHost } from "./ssh";
import { readDeclaredContent } from "./stack-file";

/**
 * Asks every cluster of a synthesized stack what it runs, and prints what differs from the declaration or between
 * clusters. Changes nothing.
 * What nobody declared differs too, though a deploy takes it away only where the program's content is exclusive.
 */
export async function verifyContent(stackFolder: string, print: (line: string) => void): Promise<Verdict> {
  const contents = readDeclaredContent(stackFolder);
  if (contents.length === 0) {
    return { status: 0, resources: [] };
  }
  const answers = await Promise.all(
    contents.map(async (content) => ({
      content,
      answer: await askHost(content, `verify.sh ${content.name}`, content.manifest),
    })),
  );
  const silent = answers.filter(({ answer }) => answer.status !== 0);
  for (const { content, answer } of silent) {
    print(`${content.name} at ${content.address} cannot be asked: ${answer.stderr.trim().split("\n").at(-1)}`);
  }
  const reports = Object.fromEntries(
    answers
      .filter(({ answer }) => answer.status === 0)
      .map(({ content, answer }) => [clusterOf(content.name), JSON.parse(answer.stdout) as ClusterReport]),
  );
  const differences = findDifferences(reports);
  if (differences.length > 0) {
    print(renderTable(Object.keys(reports), differences));
  } else if (silent.length === 0) {
    const clusters = Object.keys(reports);
    print(`${clusters.join(" and ")} ${clusters.length === 1 ? "runs" : "run"} exactly what is declared`);
  }
  const different = contents.filter(({ name, manifest }) => {
    const report = reports[clusterOf(name)];
    return report !== undefined && differsFromDeclared(report, manifest.includes("@param exclusive\n|true\n"));
  });
  const resources = different.flatMap((content) => content.resources);
  return { status: silent.length > 0 ? 2 : Math.sign(differences.length), resources };
}

function clusterOf(component: string): string {
  return component.replace(/-content$/, "");
}
