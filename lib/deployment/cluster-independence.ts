import { IConstruct } from "constructs";
import { ConstructError, hostPort } from "../validation";
import { IPoolCluster } from "../zato";

interface Rule {
  /** What two clusters must not have in common. */
  readonly shared: (cluster: IPoolCluster) => string;
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
    shared: ({ memberAddress, memberPort }) => hostPort(memberAddress, memberPort),
    describe: (address) => `are both reached at '${address}', and would be one`,
    wayOut: "name each cluster once, by an address of its own",
  },
  {
    shared: (cluster) => cluster.failureDomain,
    describe: (domain) => `are both in the failure domain '${domain}', and would be lost together`,
    wayOut: "put each on a host in a failure domain of its own",
  },
];

/**
 * Clusters of one deployment have nothing in common that could fail for both. What no two clusters may have in common, an
 * ODB for example, they refuse themselves.
 *
 * @throws ConstructError naming the two clusters and what they share
 */
export function validateClusters(scope: IConstruct, clusters: readonly IPoolCluster[]): void {
  for (const rule of RULES) {
    const seen = new Map<string, IPoolCluster>();
    for (const cluster of clusters) {
      const value = rule.shared(cluster);
      const other = seen.get(value);
      if (other) {
        throw new ConstructError(
          scope,
          `the clusters ${other.node.path} and ${cluster.node.path} ${rule.describe(value)}`,
          rule.wayOut,
        );
      }
      seen.set(value, cluster);
    }
  }
}

const deployments = new WeakMap<IPoolCluster, IConstruct>();

/**
 * Notes that a cluster belongs to a deployment.
 *
 * @throws ConstructError when it belongs to another one
 */
export function joinDeployment(deployment: IConstruct, cluster: IPoolCluster): void {
  const other = deployments.get(cluster);
  if (other) {
    throw new ConstructError(
      deployment,
      `the cluster ${cluster.node.path} already belongs to ${other.node.path}`,
      "give each deployment clusters of its own",
    );
  }
  deployments.set(cluster, deployment);
}
