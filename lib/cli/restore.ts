import { statSync } from "node:fs";
import { DeclaredStack } from "./declared-stack";
import { requireCluster } from "./require-cluster";
import { restoreOnHost } from "./ssh";

/** What is restored, and where. */
export interface RestoreOptions {
  readonly stack: DeclaredStack;
  /** Its name, or its construct path. */
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
 * @throws Error when there is no such cluster or file, several clusters have the name, the host is declared lost, or only
 * Terraform knows its address and does not say
 */
export async function restore(options: RestoreOptions, print: (text: string) => void): Promise<number> {
  const { stack, backup } = options;
  const cluster = requireCluster(stack, options.cluster);
  if (!statSync(backup, { throwIfNoEntry: false })?.isFile()) {
    throw new Error(`there is no backup '${backup}'`);
  }
  const host = stack.host(cluster.host);
  if (host.lost) {
    throw new Error(
      `the host '${host.name}' of the cluster '${cluster.name}' is declared lost, and its scheduler may run elsewhere; ` +
        "leave 'lost' out, and deploy, before you restore",
    );
  }
  const access = stack.accessTo(host);
  const { status, stderr } = await restoreOnHost(access, cluster.name, backup, options.options, print);
  if (status !== 0) {
    print(
      `${cluster.name} at ${access.address} was not restored${stderr === "" ? "" : `: ${stderr.trim().split("\n").at(-1)}`}\n`,
    );
  }
  return status === 0 ? 0 : 1;
}
