import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { App } from "cdktf";
import { writeYaml } from "../content/yaml-writer";
import { FRAMEWORK } from "../framework";
import { renderManifest } from "../remote";
import { hostScripts } from "../remote/host-scripts";
import { ConstructError } from "../validation";
import { ZatoRelease } from "../zato";
import { placeOfOthers, requirePlaceOfOthers } from "../zato/place-of-others";
import { ExportedCluster, readExport } from "./export-answer";
import { declarable, ExportedContent } from "./export-content";
import { differencesTable } from "./export-differences";
import { ClusterPlace, ENMASSE_FILE, ProgramCluster, renderProgram } from "./export-program";
import { renderReadme } from "./export-readme";
import { targetOf } from "./export-target";
import { oldNode } from "./old-node";
import { projectFiles } from "./project-template";
import { exportFromHost } from "./ssh";

/** What `export` is told. */
export interface ExportRequest {
  readonly hosts: readonly string[];
  /** Options that stand once for all hosts, or once for each in their order. */
  readonly each: Readonly<Record<string, readonly string[] | undefined>>;
  readonly values: Readonly<Record<string, string | undefined>>;
}

/**
 * Writes a project that declares clusters as they are, and what they run. Of several, what differs between them is printed first.
 * Nothing is changed on their machines.
 *
 * @throws Error when a host cannot be asked, a cluster is not fit for content, two hosts have one cluster, or the folder has something
 * in it
 */
export async function exportClusters(request: ExportRequest, print: (text: string) => void): Promise<number> {
  const { hosts, values } = request;
  const folder = values.into ?? "zato-export";
  if (existsSync(folder)) {
    throw new Error(`there is already '${folder}'; name a folder that is not there by '--into'`);
  }
  const places = hosts.map((host, number) => placeOf(request, host, number));
  const answers = await Promise.all(places.map(ask));
  const clusters = places.map((place, number) => ({ place, cluster: answers[number]! }));
  requireDifferent(clusters);
  if (clusters.length > 1) {
    const table = differencesTable(clusters.map(({ place, cluster }) => ({ name: place.typed, cluster })));
    print(`${table.length === 0 ? "they run the same" : table.join("\n")}\n\n`);
  }
  const content = write(folder, clusters);
  print(summary(folder, content));
  return 0;
}

function placeOf({ hosts, each, values }: ExportRequest, host: string, number: number): ClusterPlace {
  const option = (name: string): string | undefined => {
    const given = each[name] ?? [];
    if (given.length > 1 && given.length !== hosts.length) {
      throw new Error(
        `'--${name}' stands ${given.length} times for ${hosts.length} hosts; give it once, or once for each host`,
      );
    }
    return given[given.length === 1 ? 0 : number];
  };
  const container = option("container");
  const engine = option("engine");
  if (engine !== undefined && !["docker", "podman"].includes(engine)) {
    throw new Error(`'--engine ${engine}' is no program that is known to run containers; give docker or podman`);
  }
  const where = {
    typed: host,
    servers: option("servers")?.split(":").filter(Boolean) ?? [],
    user: option("user"),
    zato: option("zato"),
    container,
    engine: container === undefined ? undefined : engine,
  };
  requirePlace(where);
  const key = values.key === undefined ? undefined : resolve(values.key);
  return { ...where, ssh: targetOf(host, { key, knownHosts: values["known-hosts"] }) };
}

/** What the host's scripts, and a program, say of where a cluster is; the library's defaults where nobody has said it. */
function toldPlace(place: Omit<ClusterPlace, "ssh">): Parameters<typeof placeOfOthers>[0] {
  const { servers, user = "zato", zato = "/opt/zato/current", container = "", engine = "docker" } = place;
  return { servers, zato, owner: user, container, engine: container === "" ? "" : engine };
}

/** Of what no program could declare, nobody is asked. */
function requirePlace(place: Omit<ClusterPlace, "ssh">): void {
  try {
    requirePlaceOfOthers(new App(), toldPlace(place));
  } catch (error) {
    throw new Error(`${place.typed}: ${(error as ConstructError).finding}`, { cause: error });
  }
}

async function ask(place: ClusterPlace): Promise<ExportedCluster> {
  const { typed, ssh } = place;
  const parameters = {
    ...placeOfOthers(toldPlace(place)),
    releases: ZatoRelease._known.map(({ name }) => name).join("\n"),
    by_release: ZatoRelease._known
      .map(({ name, _behavior: { scripts, content } }) => `${name} ${scripts} ${content.keptIn}`)
      .join("\n"),
    cluster: typed,
    address: ssh.address.includes(":") ? `[${ssh.address}]` : ssh.address,
    // Whether it runs is told, and no obstacle.
    scheduler_runs: "true",
  };
  const work = mkdtempSync(join(tmpdir(), "cdktf-zato-export-"));
  try {
    const { status, stdout, stderr } = await exportFromHost(ssh, archiveIn(work, renderManifest({ parameters })));
    if (status !== 0) {
      throw new Error(`${typed}: ${stderr.trim().split("\n").at(-1) || `ssh ended with status ${status}`}`);
    }
    const cluster = readExport(stdout);
    requirePlace({ ...place, servers: cluster.folders });
    return cluster;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The scripts for hosts and a manifest in one tar archive, which it gives the path of. */
function archiveIn(work: string, manifest: string): string {
  for (const { target, source } of hostScripts()) {
    const copy = join(work, "all", "scripts", target);
    mkdirSync(dirname(copy), { recursive: true });
    cpSync(source, copy);
  }
  writeFileSync(join(work, "all", "manifest"), manifest);
  const archive = join(work, "all.tar");
  // On a Mac, tar would put files of its own beside each.
  const env = { ...process.env, COPYFILE_DISABLE: "1" };
  const { status, stderr, error } = spawnSync("tar", ["-cf", archive, "-C", join(work, "all"), "."], {
    encoding: "utf8",
    env,
  });
  if (status !== 0) {
    throw new Error(`'tar' cannot put the scripts for hosts together: ${error?.message ?? stderr.trim()}`);
  }
  return archive;
}

function requireDifferent(clusters: readonly ProgramCluster[]): void {
  const seen = new Map<string, string>();
  for (const { place, cluster } of clusters) {
    const other = seen.get(cluster.identity);
    if (other !== undefined) {
      throw new Error(
        `'${other}' and '${place.typed}' are one cluster: both name the same servers; name each cluster once`,
      );
    }
    seen.set(cluster.identity, place.typed);
  }
}

function write(folder: string, clusters: readonly ProgramCluster[]): ExportedContent {
  mkdirSync(folder, { recursive: true });
  const content = declarable(
    resolve(folder),
    clusters.map(({ cluster }) => cluster),
  );
  const files = {
    ...projectFiles(),
    "main.ts": renderProgram(clusters, content),
    "README.md": renderReadme(clusters, content),
    ...(Object.keys(content.sections).length > 0 && { [ENMASSE_FILE]: writeYaml(content.sections) }),
  };
  Object.entries(files).forEach(([name, text]) => writeFileSync(join(folder, name), text));
  return content;
}

function summary(folder: string, { files, sections, secrets, leftOut }: ExportedContent): string {
  const objects = Object.values(sections).flat().length;
  const lines = [
    `wrote '${folder}': main.ts; files of services: ${files.length}; objects: ${objects}; passwords to be given: ${secrets.length}`,
    ...leftOut.map(({ what, why }) => `left out: ${what}: ${why}`),
    `next: read README.md there; then 'npm install' and 'npx ${FRAMEWORK.name} synth'`,
  ];
  return `${lines.join("\n")}\n${oldNode(process.versions.node)}`;
}
