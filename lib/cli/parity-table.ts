import { inColumns } from "./columns";

/** Fields of an object, as readable texts. */
export type Fields = Readonly<Record<string, string>>;

/** One object in one cluster: what is declared, and what was found; null where it is not there. */
export interface Comparison {
  readonly declared: Fields | null;
  readonly actual: Fields | null;
}

/** What a cluster answered: `KIND/NAME` and how it compares. */
export type ClusterReport = Readonly<Record<string, Comparison>>;

/** A row of the table: an object that is not everywhere as declared. */
export interface Difference {
  readonly object: string;
  readonly declared: string;
  /** By cluster. */
  readonly found: Readonly<Record<string, string>>;
}

const ABSENT: Comparison = { declared: null, actual: null };

/** An object that is not everywhere as declared, or is there without being declared: by cluster, what it has of it. */
export interface DifferingObject {
  readonly object: string;
  readonly found: Readonly<Record<string, Comparison>>;
}

/** What is not everywhere as declared, or is there without being declared. */
export function differingObjects(reports: Readonly<Record<string, ClusterReport>>): DifferingObject[] {
  const objects = [...new Set(Object.values(reports).flatMap((report) => Object.keys(report)))].sort();
  return objects.flatMap((object) => {
    const rows = Object.entries(reports).map(([cluster, report]) => [cluster, report[object] ?? ABSENT] as const);
    return rows.every(([, row]) => isAsDeclared(row)) ? [] : [{ object, found: Object.fromEntries(rows) }];
  });
}

/** The same, for people to read. */
export function findDifferences(reports: Readonly<Record<string, ClusterReport>>): Difference[] {
  return differingObjects(reports).map(({ object, found: comparisons }) => {
    const rows = Object.entries(comparisons).map(([cluster, row]) => ({ cluster, row }));
    const declared = rows.map(({ row }) => row.declared).find((fields) => fields !== null) ?? null;
    const differing = new Set(rows.flatMap(({ row }) => differingFields(row)));
    const shown = Object.keys(declared ?? {}).filter((field) => differing.size === 0 || differing.has(field));
    const found = rows.map(({ cluster, row }) => [
      cluster,
      row.actual === null ? "nothing" : isAsDeclared(row) ? "same" : describe(row.actual, shown),
    ]);
    return {
      object,
      declared: declared === null ? "not declared" : describe(declared, shown),
      found: Object.fromEntries(found) as Record<string, string>,
    };
  });
}

/** The differences as a table: object, each cluster, declared. */
export function renderTable(clusters: readonly string[], differences: readonly Difference[]): string {
  return inColumns([
    ["object", ...clusters, "declared"],
    ...differences.map(({ object, declared, found }) => [object, ...clusters.map((name) => found[name]!), declared]),
  ]).join("\n");
}

/** Whether a deploy would change something in a cluster. */
export function differsFromDeclared(report: ClusterReport, isExclusive: boolean): boolean {
  return Object.values(report).some((row) => !isAsDeclared(row) && (isExclusive || row.declared !== null));
}

function isAsDeclared(row: Comparison): boolean {
  return (row.declared === null) === (row.actual === null) && differingFields(row).length === 0;
}

/** Of an object that is declared and there. */
function differingFields({ declared, actual }: Comparison): string[] {
  return declared === null || actual === null
    ? []
    : Object.keys(declared).filter((field) => declared[field] !== actual[field]);
}

function describe(fields: Fields, shown: readonly string[]): string {
  const texts = [...shown].sort().map((field) => `${field}=${fields[field] ?? ""}`);
  return texts.length === 0 ? "there" : texts.join(", ");
}
