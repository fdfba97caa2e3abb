import { inColumns } from "./columns";
import { ContentDialect } from "../zato/release/content-dialect";
import { dialectsOf, ExportedCluster } from "./export-answer";
import { objectsOf } from "./export-objects";

/** A cluster, as the table calls it, and what it has told. */
export interface NamedExport {
  readonly name: string;
  readonly cluster: ExportedCluster;
}

type Fields = Readonly<Record<string, string>>;

/** What differs between clusters, as a table, which has no lines when nothing does. Passwords cannot be compared. */
export function differencesTable(clusters: readonly NamedExport[]): string[] {
  const dialects = dialectsOf(clusters.map(({ cluster }) => cluster));
  const found = clusters.map(({ cluster }) => factsOf(cluster, dialects));
  const things = [...new Set(found.flatMap((facts) => [...facts.keys()]))].sort();
  const rows = things.flatMap((thing) => {
    const those = found.map((facts) => facts.get(thing));
    const names = [...new Set(those.flatMap((fields) => Object.keys(fields ?? {})))].sort();
    const isThere = those.every((fields) => fields !== undefined);
    const shown = isThere ? names.filter((name) => new Set(those.map((fields) => fields[name])).size > 1) : [];
    return isThere && shown.length === 0 ? [] : [[thing, ...those.map((fields) => describe(fields, shown))]];
  });
  return rows.length === 0 ? [] : inColumns([["object", ...clusters.map(({ name }) => name)], ...rows]);
}

function factsOf(cluster: ExportedCluster, dialects: readonly ContentDialect[]): Map<string, Fields> {
  const services = Object.entries(cluster.services).map(
    ([name, hash]) => [`service/${name}`, { sha256: (hash ?? "unknown").slice(0, 12) }] as const,
  );
  const objects = objectsOf(cluster, dialects).map(({ key, fields }) => [key, textsOf(fields)] as const);
  const itself = {
    release: cluster.release,
    scheduler: cluster.schedulerRuns ? "runs" : "does not run",
    servers: String(cluster.folders.length),
  };
  const users = Object.entries(cluster.users).map(
    ([where, names]) => [`users of ${where}`, { names: names.join(", ") }] as const,
  );
  return new Map<string, Fields>([["cluster", itself], ...users, ...services, ...objects]);
}

function textsOf(fields: Readonly<Record<string, unknown>>): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}

function describe(fields: Fields | undefined, shown: readonly string[]): string {
  if (fields === undefined) {
    return "nothing";
  }
  const texts = shown.map((name) => `${name}=${(fields[name] ?? "").replaceAll(/\s+/g, " ").slice(0, 60)}`);
  return texts.join(", ") || "there";
}
