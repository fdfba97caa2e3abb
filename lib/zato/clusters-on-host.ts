import type { IHost } from "../host";
import type { Machine } from "../remote";
import { ConstructError } from "../validation";
import type { ZatoCluster } from "./zato-cluster";
import type { ZatoServer } from "./zato-server";

const clusters = new WeakMap<Machine, ZatoCluster[]>();

/**
 * Notes that a cluster lives on its host.
 *
 * @throws ConstructError when it and the others there would have more workers than the host has CPUs
 */
export function joinHost(cluster: ZatoCluster): void {
  const { host } = cluster;
  const all = [...(clusters.get(host.machine) ?? []), cluster];
  const workers = all.map((one) => one._cpus);
  if (workers.reduce((sum, each) => sum + each) > host.cpus) {
    throw new ConstructError(
      cluster,
      `the clusters ${all.map(({ node }) => node.path).join(" and ")} would have ${workers.join(" + ")} workers on the host ` +
        `${host.hostName}, which has ${host.cpus} CPUs`,
      "give each cluster a host of its own, or reserve CPUs in each for the others",
    );
  }
  clusters.set(host.machine, all);
}

/** The servers of all clusters that live on the machine of a host. */
export function serversOn(host: IHost): ZatoServer[] {
  return clusters.get(host.machine)?.flatMap(({ servers }) => servers) ?? [];
}
