import { DeclaredStack } from "./declared-stack";
import { StatusAdvice } from "./status-advice";
import { columnsOf, StatusColumn } from "./status-aspects";
import { balancersOf, EntryStatus, Measured, StatusFinding, StatusReport } from "./status-report";
import { withoutControls } from "./terminal";

/** A report, and how it is shown. */
export interface JudgedStatus {
  readonly report: StatusReport;
  readonly columns: readonly StatusColumn[];
}

/** Says what of that which was measured is not well, and what to do. */
export function judge(stack: DeclaredStack, measured: Measured, now: number): JudgedStatus {
  const clean = inLines(measured);
  const advice = new StatusAdvice(stack);
  const columns = columnsOf(clean, advice, now);
  const differences = differencesOf(stack, clean);
  const aspects = columns.flatMap((column) => column.aspects);
  const ofMachines = aspects.filter(({ row }) => row === "machine").flatMap((aspect) => aspect.findings);
  // A load-balancer that a server keeps waiting is mute, too: the cause comes before what follows from it.
  const ofParts = columns.flatMap((column) =>
    column.aspects
      .filter(({ row }) => row !== "machine")
      .sort((one, other) => other.rank - one.rank)
      .flatMap((aspect) => aspect.findings),
  );
  const findings = [
    ...clean.entries.flatMap((entry) => findingsOfEntry(stack, clean, advice, entry, [...ofParts, ...ofMachines])),
    ...once(ofMachines),
    ...once(ofParts),
    ...differences.map((text) => ({ host: "", component: "", text, ...advice.byVerify() })),
  ];
  const asked = clean.hosts.filter(({ isLost }) => !isLost);
  const isSilent = asked.length > 0 && asked.every(({ reason }) => reason !== "");
  const report: StatusReport = {
    version: 1,
    stack: stack.folder,
    time: new Date(now * 1000).toISOString().replace(/\.\d+Z$/, "Z"),
    status: isSilent ? 2 : findings.length > 0 ? 1 : 0,
    ...clean,
    differences,
    findings,
    command: findings[0]?.command ?? "",
  };
  return { report, columns };
}

/** What hosts say comes from Zato, too, where anybody may have written it: each text is a line, and nothing that a terminal obeys. */
function inLines(measured: Measured): Measured {
  return JSON.parse(JSON.stringify(measured), (_, value: unknown) =>
    typeof value === "string" ? withoutControls(value).replace(/\s+/g, " ") : value,
  ) as Measured;
}

/** Clusters that share a host have its findings too. */
function once(findings: readonly StatusFinding[]): StatusFinding[] {
  return findings.filter(({ text }, index) => findings.findIndex((other) => other.text === text) === index);
}

/** What is wrong with the whole of an entry comes from its balancers, so what helps them helps it. */
function findingsOfEntry(
  stack: DeclaredStack,
  { hosts }: Measured,
  advice: StatusAdvice,
  entry: EntryStatus,
  others: readonly StatusFinding[],
): StatusFinding[] {
  const { document } = stack;
  const nodes = balancersOf(
    document,
    document.deployments.find(({ path }) => path === entry.path)!,
  );
  const isAsked = (host: string): boolean =>
    hosts.some(({ path, reason, isLost }) => path === host && !reason && !isLost);
  // Who cannot be asked at all says nothing of the entry either.
  if (!nodes.some(({ host }) => isAsked(host))) {
    return [];
  }
  const isComplete = nodes.every(({ host }) => isAsked(host));
  const problem = advice.entry(entry, nodes[0]!.name, isComplete);
  const cause = others.find(({ host, component }) =>
    nodes.some((node) => node.host === host && (component === node.name || component === "")),
  );
  return problem
    ? [
        {
          host: "",
          component: "",
          text: problem.text,
          advice: (cause ?? problem).advice,
          command: (cause ?? problem).command,
        },
      ]
    : [];
}

/** What should be the same in all clusters of a deployment. */
function differencesOf({ document }: DeclaredStack, { clusters, components }: Measured): string[] {
  return document.deployments.flatMap((deployment) => {
    const own = clusters.filter(({ path }) => deployment.clusters.includes(path));
    const codeOf = (cluster: string): string[] =>
      components.flatMap(({ partOf, services }) =>
        partOf === cluster && services ? [services.code.slice(0, 12)] : [],
      );
    const aspects: [string, (cluster: (typeof own)[number]) => readonly string[]][] = [
      ["release", ({ release }) => [release]],
      ["build", ({ builds }) => builds.map((build) => build.slice(0, 12))],
      ["code of services", ({ path }) => codeOf(path)],
    ];
    return aspects.flatMap(([name, valuesOf]) => {
      const found = own.flatMap((cluster) => {
        const values = [...new Set(valuesOf(cluster))].filter(Boolean).sort();
        return values.length > 0 ? [{ cluster: cluster.name, value: values.join(" and ") }] : [];
      });
      return new Set(found.map(({ value }) => value)).size > 1 || found.some(({ value }) => value.includes(" and "))
        ? [`the ${name} differs: ${found.map(({ cluster, value }) => `${cluster} ${value}`).join(", ")}`]
        : [];
    });
  });
}
