import type { Lab } from "../../lab/lab";
import { twoHosts } from "../../test/lab/support/programs";
import type { Program } from "../../test/lab/support/project";

/** The hosts of the lab that are deployed to. */
export const HOSTS = ["host1", "host2"] as const;

/** The servers of each cluster. */
export const SERVERS = ["server1", "server2"] as const;

/** The settings that change from step to step: environment variables of servers. */
export interface Settings {
  /** BENCH_ALL of all servers. */
  readonly all: string;
  /** BENCH_ONE of one server. */
  readonly one: string;
}

/** The environment variables that a server is to have. */
export function environmentOf(host: string, server: string, { all, one }: Settings): Record<string, string> {
  return { BENCH_ALL: all, ...(host === "host1" && server === "server2" ? { BENCH_ONE: one } : {}) };
}

/** Two hosts with a cluster of two servers on each, and a virtual address in front: what both deploy. */
export function program(lab: Lab, settings: Settings): Program {
  return (stack) => {
    const { clusters } = twoHosts(stack, lab, { deployment: { servers: 0 } });
    for (const cluster of clusters) {
      for (const server of SERVERS) {
        cluster.addServer(server, { environment: environmentOf(cluster.clusterName, server, settings) });
      }
    }
  };
}
