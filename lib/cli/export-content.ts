import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { App, TerraformStack, TerraformVariable } from "cdktf";
import { ClusterContent, ContentObject, EnmasseObjects, EnmasseValue } from "../content";
import { clashingDefinitions } from "../content/clashing-definitions";
import { danglingNames } from "../content/dangling-names";
import { openChannels } from "../content/open-channels";
import { sharedPaths } from "../content/shared-paths";
import { Secret } from "../remote";
import { isConstructError } from "../validation/construct-error";
import { refusedObjects } from "../content/dialects";
import { ContentDialect } from "../zato/release/content-dialect";
import { dialectsOf, ExportedCluster, sourceOf } from "./export-answer";
import { FoundObject, objectsOf, settingsIn } from "./export-objects";

/** Something that no program can declare as it is, and why. */
interface LeftOut {
  readonly what: string;
  readonly why: string;
}

/** A secret that a program asks for: its variable, and what it is of. */
export interface AskedSecret {
  readonly variable: string;
  readonly field: string;
  readonly key: string;
}

/** What a program declares of clusters, and what it cannot. */
export interface ExportedContent {
  /** The names of the files of services. */
  readonly files: readonly string[];
  readonly sections: Readonly<Record<string, readonly Readonly<Record<string, EnmasseValue>>[]>>;
  readonly secrets: readonly AskedSecret[];
  readonly leftOut: readonly LeftOut[];
}

/** The folder of the files with services, in that of the project. */
export const SERVICES = "services";

/** The folder of files that cannot be declared. */
const OTHER_FILES = "left-out";

/** A trial with an object: what it is declared by, and what comes of it. */
interface Tried {
  readonly found: FoundObject;
  readonly secrets: readonly AskedSecret[];
  readonly entry: Readonly<Record<string, EnmasseValue>>;
  readonly object: ContentObject;
}

/**
 * Finds out what a program can declare: the library's own checks say of each file and each object whether it takes it. Of what differs
 * between clusters, the first one's counts. Files of services are written into the folder.
 */
export function declarable(folder: string, clusters: readonly ExportedCluster[]): ExportedContent {
  const stack = new TerraformStack(new App(), "export");
  const content = new ClusterContent(stack, "content", { clusters: [] });
  const leftOut: LeftOut[] = [];
  const files = tryFiles(content, folder, clusters, leftOut);
  const services = content._files().services.map(({ name }) => name);
  const objects = new Map<string, FoundObject>();
  const dialects = dialectsOf(clusters);
  clusters
    .flatMap((cluster) => objectsOf(cluster, dialects))
    .forEach((found) => objects.has(found.key) || objects.set(found.key, found));
  const kept = tryObjects(content, [...objects.values()], services, dialects, leftOut);
  for (const { rows, own, objects: sections } of clusters) {
    settingsIn(sections).forEach((what) => leftOut.push({ what, why: "these are settings, not a list of objects" }));
    const missing = Object.keys(rows).filter((key) => !objects.has(key) && !own.includes(key));
    missing.forEach((what) => leftOut.push({ what, why: "enmasse does not export it" }));
  }
  return {
    files,
    sections: sectionsOf(kept),
    secrets: kept.flatMap(({ secrets }) => secrets),
    leftOut: [...new Map(leftOut.map((one) => [`${one.what} ${one.why}`, one])).values()],
  };
}

/** Files may import each other: what is refused at first may be taken after others. */
function tryFiles(
  content: ClusterContent,
  folder: string,
  clusters: readonly ExportedCluster[],
  leftOut: LeftOut[],
): string[] {
  const names = writeFiles(folder, clusters, leftOut);
  const complaints = new Map<string, string>();
  const taken: string[] = [];
  let left = names;
  for (let before = -1; before !== left.length;) {
    before = left.length;
    left = left.filter((name) => {
      const complaint = complaintOf(() => content.addServices(join(folder, SERVICES, name)));
      complaints.set(name, complaint ?? "");
      taken.push(...(complaint === undefined ? [name] : []));
      return complaint !== undefined;
    });
  }
  for (const name of left) {
    mkdirSync(join(folder, OTHER_FILES), { recursive: true });
    renameSync(join(folder, SERVICES, name), join(folder, OTHER_FILES, name));
    leftOut.push({ what: `${OTHER_FILES}/${name}`, why: complaints.get(name)! });
  }
  return taken.sort();
}

/** One file for each hash, under the name that it has in the cluster as far as a module of Python can have it. */
function writeFiles(folder: string, clusters: readonly ExportedCluster[], leftOut: LeftOut[]): string[] {
  const hashes = new Map<string, string>();
  const names = new Map<string, string>();
  for (const cluster of clusters) {
    for (const [service, hash] of Object.entries(cluster.services)) {
      const source = hash === null ? undefined : sourceOf(cluster, hash);
      if (hashes.has(service) || hash === null || source === undefined) {
        const why = "the cluster does not give the file that it has deployed";
        leftOut.push(...(hashes.has(service) ? [] : [{ what: `service/${service}`, why }]));
        continue;
      }
      hashes.set(service, hash);
      if (!names.has(hash)) {
        const name = freeName(basename(cluster.files[hash]!.path ?? service, ".py"), [...names.values()], ".py");
        names.set(hash, name);
        mkdirSync(join(folder, SERVICES), { recursive: true });
        writeFileSync(join(folder, SERVICES, name), source);
      }
    }
  }
  return [...names.values()];
}

function tryObjects(
  content: ClusterContent,
  objects: readonly FoundObject[],
  services: readonly string[],
  dialects: readonly ContentDialect[],
  leftOut: LeftOut[],
): Tried[] {
  const variables: string[] = [];
  let kept: Tried[] = [];
  const others = (): ContentObject[] => kept.map(({ object }) => object);
  for (const found of objects) {
    found.lost.forEach((path) => leftOut.push({ what: `${path} of ${found.key}`, why: "it looks like a secret" }));
    const secrets = found.secrets.map((field) => {
      const variable = freeName(`${found.name}_${field}`.toLowerCase(), variables);
      variables.push(variable);
      return { variable, field, key: found.key };
    });
    const hidden = secrets.map(({ variable, field }) => [field, `Zato_Enmasse_Env.${variable}`] as const);
    const entry = { name: found.name, ...found.fields, ...Object.fromEntries(hidden) };
    const why = complaintOf(() => {
      const object = enmasseObject(content, found.section, entry, secrets, dialects);
      const among = [...others(), object];
      const [clash] = [...sharedPaths(content, among), ...clashingDefinitions(content, among)];
      if (clash) {
        throw clash;
      }
      kept.push({ found, secrets, entry, object });
    });
    leftOut.push(...(why === undefined ? [] : [{ what: found.key, why }]));
  }
  // What is left out is missing to others.
  for (let before = -1; before !== kept.length;) {
    before = kept.length;
    kept = kept.filter(({ found, object }) => {
      const problems = [
        ...danglingNames(content, [object], services, others()),
        ...openChannels(content, [object], others()),
      ];
      leftOut.push(...problems.slice(0, 1).map(({ finding }) => ({ what: found.key, why: finding })));
      return problems.length === 0;
    });
  }
  return kept;
}

function enmasseObject(
  content: ClusterContent,
  section: string,
  entry: Readonly<Record<string, EnmasseValue>>,
  asked: readonly AskedSecret[],
  dialects: readonly ContentDialect[],
): ContentObject {
  const secrets = asked.map(({ variable }) => {
    const declared = new TerraformVariable(content, variable, { type: "string" });
    return [variable, Secret.fromVariable(declared)] as const;
  });
  const objects = EnmasseObjects.fromObject({ [section]: [entry] }, { secrets: Object.fromEntries(secrets) });
  const [object] = objects._objects(content, dialects);
  const [refusal] = refusedObjects(content, dialects, [object!]);
  if (refusal) {
    throw refusal;
  }
  return object!;
}

/** What the library says against it; nothing where it takes it. */
function complaintOf(work: () => void): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (!isConstructError(error)) {
      throw error;
    }
    return error.findings.join("; ");
  }
}

function sectionsOf(kept: readonly Tried[]): ExportedContent["sections"] {
  const sections: Record<string, Tried["entry"][]> = {};
  kept.forEach(({ found, entry }) => (sections[found.section] ??= []).push(entry));
  return sections;
}

/** A name of letters, digits and `_`, which none of the others is. */
function freeName(wanted: string, others: readonly string[], ending = ""): string {
  const plain = wanted.replace(/\W+/g, "_").replace(/^(?![A-Za-z])/, "x_");
  for (let number = 1; ; number++) {
    const name = `${plain}${number === 1 ? "" : `_${number}`}${ending}`;
    if (!others.includes(name)) {
      return name;
    }
  }
}
