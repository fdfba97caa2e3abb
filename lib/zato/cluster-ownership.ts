import { TerraformStack } from "cdktf";
import { ConstructError } from "../validation";
import type { ZatoCluster } from "./zato-cluster";

/** Whose each ODB and each Redis is, for each stack. */
const owners = new WeakMap<TerraformStack, Map<string, ZatoCluster>>();

/**
 * Refuses a database or a Redis that another cluster of the stack has already, in whatever deployment.
 *
 * @throws ConstructError naming both clusters and what they share
 */
export function requireSoleOwner(cluster: ZatoCluster): void {
  const { odb, redis, host } = cluster;
  claim(
    cluster,
    `ODB ${odb.identity}`,
    'which is where Zato\'s "Cluster name already exists" comes from: an ODB knows one cluster, and its scheduler, ' +
      "roles and rule engine take the first for every other",
    "give each a database of its own, by default a local PostgreSQL",
  );
  if (redis) {
    claim(
      cluster,
      `Redis ${redis._identityOn(host)}`,
      "in which they would overwrite each other's keys",
      "give each a Redis of its own",
    );
  }
}

function claim(cluster: ZatoCluster, what: string, consequence: string, wayOut: string): void {
  const stack = TerraformStack.of(cluster);
  const owned = owners.get(stack) ?? new Map<string, ZatoCluster>();
  const other = owned.get(what);
  if (other) {
    throw new ConstructError(
      cluster,
      `the clusters ${other.node.path} and ${cluster.node.path} have the same ${what}, ${consequence}`,
      wayOut,
    );
  }
  owners.set(stack, owned.set(what, cluster));
}
