import { IConstruct } from "constructs";
import { IHost } from "../host";
import { Machine } from "../remote";
import { ConstructError } from "../validation";
import { ZatoServer } from "./zato-server";

/** A cluster as others on the same machine see it. */
interface ClusterOnHost extends IConstruct {
  readonly servers: readonly ZatoServer[];
}

/** A cluster, and the CPUs that its workers take. */
interface Share {
  readonly cluster: ClusterOnHost;
  readonly cpus: number;
}

const clusters = new WeakMap<Machine, Share[]>();

/**
 * Notes that a cluster lives on a host, and takes so many of its CPUs.
 *
 * @throws ConstructError when it and the others there would have more workers than the host has CPUs
 */
export function joinHost(cluster: ClusterOnHost, host: IHost, cpus: number): void {
  const { machine } = host.presence;
  const all = [...(clusters.get(machine) ?? []), { cluster, cpus }];
  if (all.reduce((sum, share) => sum + share.cpus, 0) > host.cpus) {
    throw new ConstructError(
      cluster,
      `the clusters ${all.map((one) => one.cluster.node.path).join(" and ")} would have ${all.map((one) => one.cpus).join(" + ")} ` +
        `workers on the host ${host.hostName}, which has ${host.cpus} CPUs`,
      "give each cluster a host of its own, or reserve CPUs in each for the others",
    );
  }
  clusters.set(machine, all);
}

/** The servers of all clusters that live on the machine of a host. */
export function serversOn({ presence }: IHost): ZatoServer[] {
  return clusters.get(presence.machine)?.flatMap(({ cluster }) => cluster.servers) ?? [];
}
