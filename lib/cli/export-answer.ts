import { createHash } from "node:crypto";
import { ZatoRelease } from "../zato";
import { ContentDialect } from "../zato/release/content-dialect";

/** A row that a cluster lists, or an object that enmasse exports; a secret in it is hidden. */
export type ExportedObject = Readonly<Record<string, unknown>>;

/** What a host has told of a cluster. */
export interface ExportedCluster {
  /** The release of Zato: `3.3`. */
  readonly release: string;

  /** The CPUs of the machine. */
  readonly cpus: number;

  /** The public keys of its SSH server, in the order in which Terraform asks for them. */
  readonly hostKeys: readonly string[];

  /** Where the cluster answers from outside; nothing where it does not. */
  readonly port?: number;

  /** The folders of its servers. */
  readonly folders: readonly string[];

  /** Whether a scheduler runs beside them. */
  readonly schedulerRuns: boolean;

  /** What tells this cluster from any other one. */
  readonly identity: string;

  /** The hash of the file of each service. */
  readonly services: Readonly<Record<string, string | null>>;

  /** Files of services by their hash. */
  readonly files: Readonly<Record<string, { readonly path: string | null; readonly source: string | null }>>;

  /** Objects as they are listed, by `KIND/NAME`. */
  readonly rows: Readonly<Record<string, ExportedObject>>;

  /** The keys of those that Zato has made for itself. */
  readonly own: readonly string[];

  /** Objects as enmasse exports them, by section. */
  readonly objects: Readonly<Record<string, readonly ExportedObject[]>>;

  /** The names of those who may log in, by what to. */
  readonly users: Readonly<Record<string, readonly string[]>>;
}

/** How clusters take what is declared for all of them, each way once. */
export function dialectsOf(clusters: readonly ExportedCluster[]): ContentDialect[] {
  return [...new Set(clusters.map(({ release }) => ZatoRelease.of(release)._behavior.content))];
}

/** Reads what `export.sh` prints. */
export function readExport(said: string): ExportedCluster {
  const told = Object.fromEntries(
    said.split("\n").map((line) => {
      const [word = "", ...rest] = line.split("\t");
      return [word, rest.join("\t")];
    }),
  );
  const json = (word: string): object => JSON.parse(told[word] ?? "{}") as object;
  const port = Number(told.port);
  return {
    ...(json("content") as Pick<ExportedCluster, "identity" | "services" | "files" | "rows" | "own">),
    release: told.release ?? "",
    cpus: Number(told.cpus),
    hostKeys: (told.keys ?? "").split(",").filter(Boolean),
    ...(port > 0 && { port }),
    folders: (told.folders ?? "").split("\t").filter(Boolean),
    schedulerRuns: Number(told.scheduler) > 0,
    objects: json("objects") as ExportedCluster["objects"],
    users: json("users") as ExportedCluster["users"],
  };
}

/** The file of that hash, if the cluster has given it, and not another one. */
export function sourceOf({ files }: ExportedCluster, hash: string): Buffer | undefined {
  const source = Buffer.from(files[hash]?.source ?? "", "base64");
  return createHash("sha256").update(source).digest("hex") === hash ? source : undefined;
}
