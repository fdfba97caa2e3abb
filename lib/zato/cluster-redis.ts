import { IConstruct } from "constructs";
import { ConstructError, LOOPBACK, requirePort } from "../validation";
import { RedisFacts } from "./cluster-frame";
import { ClusterPaths } from "./cluster-paths";
import { ReleaseBehavior } from "./release/release-behavior";
import { ZatoClusterProps } from "./zato-cluster-props";

/** The port of a cluster's own Redis: below those of servers. */
const OWN_PORT = 17009;

/**
 * The Redis of a cluster: the one that is declared, or else one of its own where its release needs one.
 *
 * @throws ConstructError when something is said of one of its own, and there is none
 */
export function redisOf(
  cluster: IConstruct,
  { redis, redisPort, redisPassword }: Pick<ZatoClusterProps, "redis" | "redisPort" | "redisPassword">,
  { demands }: ReleaseBehavior,
  paths: ClusterPaths,
): RedisFacts | undefined {
  if (demands.needsRedis && redis === undefined) {
    const port = requirePort(cluster, "'redisPort'", redisPort ?? OWN_PORT);
    return { host: LOOPBACK, port, database: 0, ownUnit: paths.unit("redis") };
  }
  if (redisPort !== undefined || redisPassword !== undefined) {
    throw new ConstructError(
      cluster,
      `${redisPort === undefined ? "'redisPassword' is given" : `'redisPort' is ${redisPort}`}, and the cluster has no Redis of its own`,
      redis === undefined ? "leave it out: its release needs no Redis" : "say it of the one that 'redis' refers to",
    );
  }
  return redis?._settings(cluster);
}
