import { statSync } from "node:fs";
import { restoreOnHost } from "./ssh";
import { readDeclaredOdb } from "./stack-file";

/** What is restored, and where. */
export interface RestoreOptions {
  /** The folder of the synthesized stack. */
  readonly stackFolder: string;
  readonly cluster: string;
  /** A backup, as a file on this machine. */
  readonly backup: string;
  /** For `restore.sh`. */
  readonly options: readonly string[];
}

/**
 * Brings a cluster that is deployed back to what a backup of it holds.
 *
 * @returns 0 when it is back, 1 when it is not
 * @throws Error when there is no such stack, cluster or file
 */
export async function restore(options: RestoreOptions, print: (text: string) => void): Promise<number> {
  const { stackFolder, cluster, backup } = options;
  const odb = readDeclaredOdb(stackFolder, cluster);
  if (!statSync(backup, { throwIfNoEntry: false })?.isFile()) {
    throw new Error(`there is no backup '${backup}'`);
  }
  const { status, stderr } = await restoreOnHost(odb, backup, options.options, print);
  if (status !== 0) {
    print(
      `${cluster} at ${odb.address} was not restored${stderr === "" ? "" : `: ${stderr.trim().split("\n").at(-1)}`}\n`,
    );
  }
  return status === 0 ? 0 : 1;
}
