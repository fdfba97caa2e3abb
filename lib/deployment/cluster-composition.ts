import { Construct } from "constructs";
import { IHost } from "../host";
import { ConstructError } from "../validation";
import { ZatoCluster, ZatoClusterOptions } from "../zato";

/** Where the clusters of a deployment come from. */
export interface ClusterSource extends Partial<ZatoClusterOptions> {
  readonly hosts?: readonly IHost[];
  readonly clusters?: readonly ZatoCluster[];
}

/** What only makes a difference to clusters that are made from hosts. */
const OPTIONS_OF_HOSTS: readonly (keyof ZatoClusterOptions)[] = [
  "installation",
  "odb",
  "release",
  "servers",
  "workers",
  "environment",
  "restartedAt",
  "zatoLoadBalancer",
  "webAdmin",
  "schedulerPort",
  "secretKey",
  "jwtSecret",
  "adminInvokePassword",
  "backup",
  "dataRemoval",
];

/**
 * The clusters of a deployment: those that are given, or one for each host.
 *
 * @throws ConstructError when there are none, both or neither of hosts and clusters are given, hosts come without an
 * installation, or clusters with options that only hosts take
 */
export function composeClusters(scope: Construct, source: ClusterSource): ZatoCluster[] {
  if ((source.hosts === undefined) === (source.clusters === undefined)) {
    throw new ConstructError(
      scope,
      source.hosts ? "'hosts' and 'clusters' are both given" : "there are no clusters",
      "give either 'hosts', from which clusters are made, or 'clusters' that you composed",
    );
  }
  const clusters = source.hosts ? clustersOf(scope, source, source.hosts) : givenClusters(scope, source);
  if (clusters.length === 0) {
    throw new ConstructError(scope, "there are no clusters", "give at least two hosts in different failure domains");
  }
  return clusters;
}

function clustersOf(scope: Construct, source: ClusterSource, hosts: readonly IHost[]): ZatoCluster[] {
  const { installation } = source;
  if (!installation) {
    throw new ConstructError(
      scope,
      "it is not said how Zato gets onto the hosts",
      "give an 'installation', for example ZatoInstallation.archive({ url, sha256 })",
    );
  }
  const names = hosts.map(({ hostName }) => hostName);
  const twice = names.find((name, position) => names.indexOf(name) !== position);
  if (twice !== undefined) {
    throw new ConstructError(
      scope,
      `two of the hosts are '${twice}', after which their clusters are named`,
      "give each host once, and each an id of its own",
    );
  }
  return hosts.map((host) => new ZatoCluster(scope, host.hostName, { ...source, installation, host }));
}

function givenClusters(scope: Construct, source: ClusterSource): ZatoCluster[] {
  const ignored = OPTIONS_OF_HOSTS.filter((option) => source[option] !== undefined);
  if (ignored.length > 0) {
    throw new ConstructError(
      scope,
      `'${ignored.join("' and '")}' would be ignored, since the clusters are composed already`,
      "give it to each ZatoCluster",
    );
  }
  return [...(source.clusters ?? [])];
}
