import { writeFileSync } from "node:fs";
import path from "node:path";
import type { Lab } from "../../../lab/lab";
import { run, type CommandResult } from "../../../lab/process";
import type { Project } from "./project";
import { words } from "./zato";

const ROOT = path.join(__dirname, "../../..");

/** Where a cluster's backups are, unless it is told otherwise. */
export function backupsOf(cluster: string): string {
  return `/var/backups/cdktf-zato/${cluster}`;
}

/** The names of files in a folder of a host; none where there is no such folder. */
export async function filesIn(lab: Lab, host: string, folder: string): Promise<string[]> {
  return words((await lab.exec(host, ["ls", folder])).stdout);
}

/** Makes a backup of a cluster, and brings it to this machine. */
export async function takeBackup(lab: Lab, host: string, cluster: string, folder: string): Promise<string> {
  await lab.execOrThrow(host, `systemctl start zato-${cluster}-backup.service`);
  const newest = (await filesIn(lab, host, backupsOf(cluster))).at(-1)!;
  const text = await lab.execOrThrow(host, `base64 -w 0 ${backupsOf(cluster)}/${newest}`);
  writeFileSync(path.join(folder, newest), Buffer.from(text, "base64"));
  return path.join(folder, newest);
}

/** Runs `cdktf-zato restore`. */
export function restore(project: Project, ...args: string[]): Promise<CommandResult> {
  const main = path.join(ROOT, "lib/cli/main.ts");
  return run(process.execPath, ["--import", "tsx", main, "restore", project.folder, ...args], { cwd: ROOT });
}
