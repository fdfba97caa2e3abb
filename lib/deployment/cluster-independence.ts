import { IConstruct } from "constructs";
import { ConstructError } from "../validation";
import { ZatoCluster } from "../zato";

interface Rule {
  /** What two clusters must not have in common, or undefined where a cluster has none. */
  readonly shared: (cluster: ZatoCluster) => string | undefined;
  readonly describe: (value: string) => string;
  readonly wayOut: string;
}

const RULES: readonly Rule[] = [
  {
    shared: (cluster) => cluster.clusterName,
    describe: (name) => `are both named '${name}'`,
    wayOut: "give each a name of its own",
  },
  {
    shared: (cluster) => cluster.host.failureDomain,
    describe: (domain) => `are both in the failure domain '${domain}', and would be lost together`,
    wayOut: "put each on a host in a failure domain of its own",
  },
  {
    shared: (cluster) => cluster.odb.identity,
    describe: (odb) =>
      `have the same ODB ${odb}, which is where Zato's "Cluster name already exists" comes from: ` +
      "an ODB knows one cluster, and its scheduler, roles and rule engine take the first for every other",
    wayOut: "give each a database of its own, by default a local PostgreSQL",
  },
  {
    shared: (cluster) => cluster.redis?.identity,
    describe: (redis) => `have the same Redis ${redis}, in which they would overwrite each other's keys`,
    wayOut: "give each a Redis of its own",
  },
];

/**
 * Clusters of one deployment have nothing in common that could fail for both.
 *
 * @throws ConstructError naming the two clusters and what they share
 */
export function validateClusters(scope: IConstruct, clusters: readonly ZatoCluster[]): void {
  for (const rule of RULES) {
    const seen = new Map<string, ZatoCluster>();
    for (const cluster of clusters) {
      const value = rule.shared(cluster);
      const other = value === undefined ? undefined : seen.get(value);
      if (other) {
        throw new ConstructError(
          scope,
          `the clusters ${other.node.path} and ${cluster.node.path} ${rule.describe(value!)}`,
          rule.wayOut,
        );
      }
      if (value !== undefined) {
        seen.set(value, cluster);
      }
    }
  }
}
