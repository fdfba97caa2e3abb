import { IHost } from "../host";
import { Secret } from "../remote";
import { BackupOptions } from "./backup";
import { DataRemoval } from "./data-removal";
import { OdbDatabase } from "./odb-database";
import { RedisConnection } from "./redis-connection";
import { ZatoRelease } from "./release";
import { WebAdminOptions } from "./web-admin";
import { WorkerAllocation } from "./worker-allocation";
import { ZatoInstallation } from "./zato-installation";
import { ZatoLoadBalancerOptions } from "./zato-load-balancer-options";

/** What clusters can be told, whether they are composed by hand or by a deployment. */
export interface ZatoClusterOptions {
  /** How Zato gets onto the host. */
  readonly installation: ZatoInstallation;

  /**
   * The release of Zato that the installation brings.
   *
   * @default ZatoRelease.V3_3
   */
  readonly release?: ZatoRelease;

  /**
   * The number of servers, named `server1`, `server2`, and so on. With 0 all servers come from `addServer()`.
   *
   * @default - 2, or 1 on a host with one CPU to give; with 4.1 as many as CPUs
   */
  readonly servers?: number;

  /**
   * Where the cluster keeps its operational database. Clusters that are made from hosts have a local one each; one by
   * reference is for a cluster of its own.
   *
   * @default OdbDatabase.localPostgresql()
   */
  readonly odb?: OdbDatabase;

  /**
   * How the host's CPUs become workers of the servers.
   *
   * @default WorkerAllocation.matchCpus()
   */
  readonly workers?: WorkerAllocation;

  /**
   * Environment variables of all servers; see `ZatoServerOptions.environment`.
   *
   * @default - none
   */
  readonly environment?: Readonly<Record<string, string>>;

  /**
   * Another text restarts all servers without any other change, one after the other, each drained: the date, for example.
   *
   * @default - servers are restarted when something about them changes
   */
  readonly restartedAt?: string;

  /**
   * What the load-balancer inside the cluster is told.
   *
   * @default - its defaults
   */
  readonly zatoLoadBalancer?: ZatoLoadBalancerOptions;

  /**
   * What web-admin is told.
   *
   * @default - its defaults
   */
  readonly webAdmin?: WebAdminOptions;

  /**
   * The port on which the scheduler listens on loopback.
   *
   * @default - 31530, or 35100 with Zato 4.1
   */
  readonly schedulerPort?: number;

  /**
   * The port on which the cluster's own Redis listens on loopback, where its release needs one and none is declared.
   *
   * @default 17009
   */
  readonly redisPort?: number;

  /**
   * The password of the cluster's own Redis.
   *
   * @default Secret.generated()
   */
  readonly redisPassword?: Secret;

  /**
   * For how many days the cluster's audit log is kept, which has each request and what was in it: 0 to 3650, and 0 keeps none. Not for
   * 3.2 and 3.3, which have no such log.
   *
   * @default - 30 days, as Zato has it
   */
  readonly auditLogDays?: number;

  /**
   * The key that encrypts secrets in the ODB, a Fernet key (32 bytes in URL-safe base64).
   *
   * @default Secret.generated()
   */
  readonly secretKey?: Secret;

  /**
   * The secret that signs JWT. Clusters that share it accept each other's tokens, so that a log-in survives a failover;
   * for that it comes from a variable. 4.1 has no JWT.
   *
   * @default Secret.generated()
   */
  readonly jwtSecret?: Secret;

  /**
   * The password of the admin API's user `admin.invoke`.
   *
   * @default Secret.generated()
   */
  readonly adminInvokePassword?: Secret;

  /**
   * Backups of the ODB and of the keys that decrypt it, by a timer on the host; `{}` for one a day.
   *
   * @default - none are made
   */
  readonly backup?: BackupOptions;

  /**
   * What happens to the cluster's data when it is destroyed.
   *
   * @default DataRemoval.KEEP
   */
  readonly dataRemoval?: DataRemoval;
}

/** What a {@link ZatoCluster} is declared with. */
export interface ZatoClusterProps extends ZatoClusterOptions {
  /** The machine that the whole cluster lives on. */
  readonly host: IHost;

  /**
   * The cluster's name in Zato.
   *
   * @default - the construct id
   */
  readonly clusterName?: string;

  /**
   * A Redis that somebody else runs, for this cluster alone.
   *
   * @default - none with 3.2 and 3.3, which need none; with 4.1 one of the cluster's own, on its host
   */
  readonly redis?: RedisConnection;
}
