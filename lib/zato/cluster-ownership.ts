import { IConstruct } from "constructs";
import { AppRegistry, ConstructError } from "../validation";

/** What a cluster has that no other one may have, as what tells it from others. */
interface Possessions {
  /** Its ODB. */
  readonly odb: string;

  /** Its Redis, if it has one. */
  readonly redis?: string;
}

interface Owner {
  readonly cluster: IConstruct;
  readonly possessions: Possessions;
}

const ownersInApps = new AppRegistry<Owner>();

const RULES: Readonly<
  Record<keyof Possessions, { readonly name: string; readonly consequence: string; readonly wayOut: string }>
> = {
  odb: {
    name: "ODB",
    consequence:
      'which is where Zato\'s "Cluster name already exists" comes from: an ODB knows one cluster, and its scheduler, ' +
      "roles and rule engine take the first for every other",
    wayOut: "give each a database of its own, by default a local PostgreSQL",
  },
  redis: {
    name: "Redis",
    consequence: "in which they would overwrite each other's keys",
    wayOut: "give each a Redis of its own",
  },
};

/**
 * Refuses a database or a Redis that another cluster of the App has already, in whatever deployment and stack.
 *
 * @throws ConstructError naming both clusters and what they share
 */
export function requireSoleOwner(cluster: IConstruct, possessions: Possessions): void {
  const others = ownersInApps.of(cluster);
  for (const kind of ["odb", "redis"] as const) {
    const identity = possessions[kind];
    const owner = others.find((other) => identity !== undefined && other.possessions[kind] === identity);
    if (owner) {
      const { name, consequence, wayOut } = RULES[kind];
      throw new ConstructError(
        cluster,
        `the clusters ${owner.cluster.node.path} and ${cluster.node.path} have the same ${name} ${identity}, ${consequence}`,
        wayOut,
      );
    }
  }
  others.push({ cluster, possessions });
}
