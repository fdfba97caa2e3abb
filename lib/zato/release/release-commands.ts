import { RenderedDatabase } from "../rendered-database";
import { RedisSettings } from "./redis-settings";

/** What `zato from-config` is told. */
export interface Command {
  /** `create_server` */
  readonly name: string;
  /** Its values by field, in the order in which Zato reads them. */
  readonly fields: Readonly<Record<string, string | number>>;
  /** The fields that are secrets, each with the name under which the host keeps the secret. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** What a component of a cluster is created with. */
export interface ComponentCreation {
  readonly odb: RenderedDatabase;
  /** The component's folder. */
  readonly path: string;
}

/** What a cluster is created with. */
export interface ClusterCreation {
  readonly odb: RenderedDatabase;
  readonly clusterName: string;
  readonly loadBalancerPort: number;
}

/** What a server is created with. */
export interface ServerCreation extends ComponentCreation {
  readonly clusterName: string;
  readonly server: string;
  readonly port: number;
  readonly workers: number;
  /** Where it finds the scheduler: `127.0.0.1:31530`. */
  readonly scheduler: string;
  /** Of the cluster, where there is one. */
  readonly redis?: RedisSettings;
}

/** What a scheduler is created with. */
export interface SchedulerCreation extends ComponentCreation {
  readonly clusterName: string;
  readonly bind: string;
  readonly port: number;
  /** Where it finds the servers. */
  readonly servers: string;
}

/** By which commands, with which fields, a release creates what a cluster consists of. */
export interface ReleaseCommands {
  createOdb(odb: RenderedDatabase): Command;
  createCluster(creation: ClusterCreation): Command;
  createServer(creation: ServerCreation): Command;
  createWebAdmin(creation: ComponentCreation): Command;
  /** None where nothing of a scheduler is created. */
  createScheduler(creation: SchedulerCreation): Command | undefined;
  /** Gives a user of web-admin a password. */
  updatePassword(path: string, username: string): Command;
}
