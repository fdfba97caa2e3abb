import { AppRegistry, ConstructError } from "../validation";
import type { ZatoCluster } from "./zato-cluster";

const clustersOfApps = new AppRegistry<ZatoCluster>();

/** Something that two clusters must not have in common. */
interface Possession {
  /** What it is, or nothing where the cluster has none. */
  readonly of: (cluster: ZatoCluster) => string | undefined;
  readonly consequence: string;
  readonly wayOut: string;
}

const POSSESSIONS: readonly Possession[] = [
  {
    of: ({ odb }) => `ODB ${odb.identity}`,
    consequence:
      'which is where Zato\'s "Cluster name already exists" comes from: an ODB knows one cluster, and its scheduler, ' +
      "roles and rule engine take the first for every other",
    wayOut: "give each a database of its own, by default a local PostgreSQL",
  },
  {
    of: ({ redis, host }) => redis && `Redis ${redis._identityOn(host)}`,
    consequence: "in which they would overwrite each other's keys",
    wayOut: "give each a Redis of its own",
  },
];

/**
 * Refuses a database or a Redis that another cluster of the App has already, in whatever deployment and stack.
 *
 * @throws ConstructError naming both clusters and what they share
 */
export function requireSoleOwner(cluster: ZatoCluster): void {
  const others = clustersOfApps.of(cluster);
  for (const { of, consequence, wayOut } of POSSESSIONS) {
    const what = of(cluster);
    const owner = what === undefined ? undefined : others.find((other) => of(other) === what);
    if (owner) {
      throw new ConstructError(
        cluster,
        `the clusters ${owner.node.path} and ${cluster.node.path} have the same ${what}, ${consequence}`,
        wayOut,
      );
    }
  }
  others.push(cluster);
}
