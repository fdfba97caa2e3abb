import { IConstruct } from "constructs";
import { ConstructError } from "../../../validation";
import { WorkerClaim } from "../../worker-allocation";

/**
 * One worker for each server, since it is one process with one thread.
 *
 * @param cpus those that are left for workers
 * @throws ConstructError when a server is to have more, or there are more or fewer servers than CPUs
 */
export function allocateServers(scope: IConstruct, cpus: number, servers: readonly WorkerClaim[]): Map<string, number> {
  for (const { server, workers = 1 } of servers) {
    if (workers !== 1) {
      throw new ConstructError(
        scope,
        `${server} is to have ${workers} workers, and a server of zato 4 is one process with one thread, whatever it is told`,
        "declare as many servers as CPUs, by leaving 'servers' and 'workers' out",
      );
    }
  }
  if (servers.length !== cpus) {
    throw new ConstructError(
      scope,
      `the cluster has ${servers.length} servers for ${cpus} CPUs, and a server of zato 4 uses one`,
      "leave 'servers' out, let them be as many as the CPUs, or reserve CPUs for other software: WorkerAllocation.matchCpus({ reservedCpus })",
    );
  }
  return new Map(servers.map(({ server }) => [server, 1]));
}
