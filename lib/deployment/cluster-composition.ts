import { Construct } from "constructs";
import { ConstructError } from "../validation";
import { ICluster, ZatoCluster, ZatoClusterOptions, ZatoInstallation } from "../zato";
import {
  DeploymentOfClustersProps,
  DeploymentOfHostsProps,
  HighAvailabilityDeploymentProps,
} from "./high-availability-deployment-props";

/** The id of a deployment's content, which no cluster of its own can have. */
export const CONTENT = "content";

/** Ids of a deployment's outputs, which none of its clusters can have either. */
const OUTPUTS = ["entry_address", "entry_port", "entry_url", "web_admin", "pool", "clusters", "metrics_targets"];

/** What only clusters that are made from hosts can be told here: all that clusters can be told. */
const OPTIONS_OF_HOSTS = Object.keys({
  installation: true,
  odb: true,
  release: true,
  servers: true,
  workers: true,
  environment: true,
  restartedAt: true,
  zatoLoadBalancer: true,
  webAdmin: true,
  schedulerPort: true,
  redisPort: true,
  redisPassword: true,
  auditLogDays: true,
  secretKey: true,
  jwtSecret: true,
  adminInvokePassword: true,
  backup: true,
  dataRemoval: true,
} satisfies Record<keyof ZatoClusterOptions, true>) as (keyof ZatoClusterOptions)[];

/**
 * The clusters of a deployment: those that are given, or one for each host. What the types refuse is refused here too, for
 * JavaScript.
 *
 * @throws ConstructError when there are none, both or neither of hosts and clusters are given, hosts come without an
 * installation, or clusters with options that only hosts take
 */
export function composeClusters<Cluster extends ICluster>(
  scope: Construct,
  props: HighAvailabilityDeploymentProps<Cluster>,
): Cluster[] {
  if ((props.hosts === undefined) === (props.clusters === undefined)) {
    throw new ConstructError(
      scope,
      props.hosts ? "'hosts' and 'clusters' are both given" : "there are no clusters",
      "give either 'hosts', from which clusters are made, or 'clusters' that you composed",
    );
  }
  // Whoever gives hosts gets the library's own clusters, which the deployment's type says too.
  const clusters = props.hosts ? (clustersOf(scope, props) as ICluster[] as Cluster[]) : givenClusters(scope, props);
  if (clusters.length === 0) {
    throw new ConstructError(scope, "there are no clusters", "give at least two hosts in different failure domains");
  }
  return clusters;
}

function clustersOf(scope: Construct, props: DeploymentOfHostsProps): ZatoCluster[] {
  const { hosts } = props;
  if ((props.installation as ZatoInstallation | undefined) === undefined) {
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
  const taken = names.find((name) => name === CONTENT || OUTPUTS.includes(name));
  if (taken !== undefined) {
    throw new ConstructError(
      scope,
      `a host is '${taken}', as is ${taken === CONTENT ? "what all clusters run" : "an output of the deployment"}`,
      "give the host another id, after which its cluster is named",
    );
  }
  return hosts.map((host) => new ZatoCluster(scope, host.hostName, { ...props, host }));
}

function givenClusters<Cluster extends ICluster>(
  scope: Construct,
  props: DeploymentOfClustersProps<Cluster>,
): Cluster[] {
  const ignored = OPTIONS_OF_HOSTS.filter((option) => props[option] !== undefined);
  if (ignored.length > 0) {
    throw new ConstructError(
      scope,
      `'${ignored.join("' and '")}' would be ignored, since the clusters are composed already`,
      "give it to each ZatoCluster",
    );
  }
  return [...props.clusters];
}
