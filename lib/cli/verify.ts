import { ClusterReport, findDifferences, renderTable } from "./parity-table";
import { askHost } from "./ssh";
import { readDeclaredContent } from "./stack-file";

/**
 * Asks every cluster of a synthesized stack what it runs, and prints what differs from the declaration or between
 * clusters. Changes nothing.
 *
 * @returns 0 when all clusters are as declared or there is no content, 1 when something differs, 2 when a cluster cannot be asked
 */
export async function verifyContent(stackFolder: string, print: (line: string) => void): Promise<number> {
  const contents = readDeclaredContent(stackFolder);
  if (contents.length === 0) {
    return 0;
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
  return silent.length > 0 ? 2 : Math.sign(differences.length);
}

function clusterOf(component: string): string {
  return component.replace(/-content$/, "");
}
