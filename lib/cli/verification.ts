import { DeclaredStack } from "./declared-stack";
import { DifferingObject, differingObjects, findDifferences, renderTable } from "./parity-table";
import { quoted } from "./quoted";
import { terraformProgram } from "./terraform-program";
import { ContentReport, verifyContent } from "./verify-content";
import { HostReport, verifyHosts } from "./verify-hosts";

/** What `verify` has found out, as `--json` prints it; docs/verify.schema.json says the same. Another version is another format. */
export interface Verification {
  readonly version: 1;
  /** The stack's folder. */
  readonly stack: string;
  /** As the exit status: 0 as declared, 1 something differs, 2 a host or a cluster could not be asked. */
  readonly status: 0 | 1 | 2;
  readonly hosts: readonly Omit<HostReport, "where" | "replace">[];
  readonly clusters: readonly { readonly path: string; readonly name: string; readonly reason: string }[];
  /** Objects that are not everywhere as declared, and what each cluster that was asked has of them. */
  readonly differences: readonly DifferingObject[];
  /** Terraform's addresses of what a deploy would have to bring again. */
  readonly replace: readonly string[];
  /** The command that puts right what differs; empty where nothing does that a deploy would change. */
  readonly command: string;
}

/** The same for people and for machines. */
export interface VerificationResult {
  readonly verification: Verification;
  readonly lines: readonly string[];
}

/** Asks hosts and clusters of a stack; changes nothing. */
export async function verify(stack: DeclaredStack): Promise<VerificationResult> {
  const hosts = await verifyHosts(stack);
  const contents = await verifyContent(stack);
  const reports = Object.fromEntries(contents.flatMap(({ cluster, report }) => (report ? [[cluster, report]] : [])));
  const differences = differingObjects(reports);
  const replace = [...new Set([...hosts, ...contents].flatMap((one) => one.replace))];
  const words = [
    `${terraformProgram()} -chdir=${quoted(stack.folder)} apply`,
    ...replace.map((one) => `-replace=${quoted(one)}`),
  ];
  const command = replace.length === 0 ? "" : words.join(" ");
  const isSilent = [...hosts, ...contents].some(({ reason }) => reason !== "");
  const differs = differences.length > 0 || hosts.some(({ findings }) => findings.length > 0);
  return {
    verification: {
      version: 1,
      stack: stack.folder,
      status: isSilent ? 2 : differs ? 1 : 0,
      hosts: hosts.map(({ path, name, reason, findings }) => ({ path, name, reason, findings })),
      clusters: contents.map(({ path, cluster: name, reason }) => ({ path, name, reason })),
      differences,
      replace,
      command,
    },
    lines: [...linesOfHosts(hosts), ...linesOfContents(contents), ...(command ? [`to put it right: ${command}`] : [])],
  };
}

function linesOfHosts(hosts: readonly HostReport[]): string[] {
  const lines = [
    ...hosts.flatMap(({ where, reason }) => (reason ? [`the host ${where} cannot be asked: ${reason}`] : [])),
    ...hosts.flatMap(({ where, findings }) =>
      findings.map(({ component, text }) => `${component} at ${where}: ${text}`),
    ),
  ];
  return lines.length > 0 ? lines : [`${hosts.length === 1 ? "the host is" : "all hosts are"} as deployed`];
}

function linesOfContents(contents: readonly ContentReport[]): string[] {
  const silent = contents.flatMap(({ component, where, reason }) =>
    reason ? [`${component} at ${where} cannot be asked: ${reason}`] : [],
  );
  const reports = Object.fromEntries(contents.flatMap(({ cluster, report }) => (report ? [[cluster, report]] : [])));
  const clusters = Object.keys(reports);
  const differences = findDifferences(reports);
  if (differences.length > 0) {
    return [...silent, renderTable(clusters, differences)];
  }
  return silent.length > 0 || clusters.length === 0
    ? silent
    : [`${clusters.join(" and ")} ${clusters.length === 1 ? "runs" : "run"} exactly what is declared`];
}
