import { Construct } from "constructs";
import { IHost } from "../host";
import { Secret } from "../remote";
import { ClusterPaths } from "./cluster-paths";
import { DataRemoval } from "./data-removal";
import { InstalledZato } from "./installed-zato";
import { RenderedDatabase } from "./rendered-database";
import { RedisSettings } from "./release/redis-settings";
import { HttpManners, ReleaseBehavior } from "./release/release-behavior";

/** The load-balancer of a cluster, as the other components know it. */
interface LoadBalancerFacts {
  readonly port: number;
  /** Its HAProxy's, by which servers are drained. */
  readonly socket: string;
  /** The back end that all servers are in. */
  readonly backEnd: string;
}

/** The scheduler of a cluster, as the other components know it. */
interface SchedulerFacts {
  readonly port: number;
  /** `127.0.0.1:31530` */
  readonly address: string;
}

/** The Redis of a cluster, as the other components know it. */
export interface RedisFacts extends RedisSettings {
  /** The unit of the cluster's own, where nobody else runs it. */
  readonly ownUnit?: string;
}

/**
 * What the components of a cluster know of it, whoever it is made by. It is there before any of them is: they are made from it,
 * and do not know each other. What is known only when all of them are is a function.
 */
export interface ClusterFrame {
  /** The construct that they are children of. */
  readonly cluster: Construct;
  readonly clusterName: string;
  readonly host: IHost;
  readonly release: ReleaseBehavior;
  readonly paths: ClusterPaths;
  /** The code that they run. */
  readonly installation: InstalledZato;
  readonly database: RenderedDatabase;
  readonly dataRemoval: DataRemoval;
  /** Whether backups of it are made. */
  readonly isBackedUp: boolean;
  /** What they are created with and the registration brings, by the name under which the host keeps it. */
  readonly sharedSecrets: Readonly<Record<string, Secret>>;
  /** Those, and the ones that a component has to itself. */
  readonly secrets: Readonly<Record<string, Secret>>;
  /** Environment variables of all servers. */
  readonly environment: Readonly<Record<string, string>>;
  /** Another text restarts all servers. */
  readonly restartedAt?: string;
  readonly loadBalancer: LoadBalancerFacts;
  readonly scheduler: SchedulerFacts;
  /** What balancers know of the servers' HTTP. */
  readonly httpManners: HttpManners;
  /** Where there is one. */
  readonly redis?: RedisFacts;
  /** The workers of a server; asked for at synth. */
  readonly workersOf: (server: string) => number;
}
