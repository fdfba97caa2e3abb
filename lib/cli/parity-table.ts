/** One object in one cluster: what is declared, and what was found. */
export interface Comparison {
  readonly declared: string | null;
  readonly actual: string | null;
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

/** What is not everywhere as declared, or is there without being declared. */
export function findDifferences(reports: Readonly<Record<string, ClusterReport>>): Difference[] {
  const objects = [...new Set(Object.values(reports).flatMap((report) => Object.keys(report)))].sort();
  return objects.flatMap((object) => {
    const rows = Object.entries(reports).map(([cluster, report]) => ({ cluster, row: report[object] }));
    const declared = rows.map(({ row }) => row?.declared ?? null).find((text) => text !== null) ?? null;
    if (declared !== null && rows.every(({ row }) => row?.actual === declared)) {
      return [];
    }
    const found = rows.map(({ cluster, row }) => [cluster, row?.actual ?? "nothing"] as const);
    return [{ object, declared: declared ?? "not declared", found: Object.fromEntries(found) }];
  });
}

/** The differences as a table: object, each cluster, declared. */
export function renderTable(clusters: readonly string[], differences: readonly Difference[]): string {
  const rows = [
    ["object", ...clusters, "declared"],
    ...differences.map(({ object, declared, found }) => [
      object,
      ...clusters.map((cluster) => (found[cluster] === declared ? "same" : found[cluster]!)),
      declared,
    ]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
