import { IConstruct } from "constructs";
import { UnitLabels } from "../systemd-unit";
import { RenderedDatabase } from "../rendered-database";
import { WorkerAllocation, WorkerClaim } from "../worker-allocation";
import { RedisSettings } from "./redis-settings";
import { ContentDialect } from "./content-dialect";
import { ReleaseCommands } from "./release-commands";
import { ReleaseDemands } from "./release-demands";

/** Where a component runs, as far as its unit has to know. */
export interface ComponentRuntime {
  /** The folder of Zato's code, a virtualenv. */
  readonly zato: string;

  /** Directives by which the unit gets that very code. */
  readonly code: Readonly<Record<string, string>>;

  /** The component's own folder. */
  readonly path: string;

  /** The cluster's folder for what releases keep in the home of their user. */
  readonly home: string;

  /** The cluster's name, for descriptions. */
  readonly cluster: string;

  /** By what its unit is known. */
  readonly labels: UnitLabels;
}

/** A server as its unit and environment see it. */
export interface ServerRuntime extends ComponentRuntime {
  readonly name: string;
  readonly environmentFile: string;
  /** `127.0.0.1:17010` */
  readonly bind: string;
  readonly workers: number;
  /** The first port on which its workers talk to each other, where they do. */
  readonly ipcPort: number | undefined;
  /** The port of the cluster's scheduler. */
  readonly schedulerPort: number;
  /**
   * What is run, as root, around each of its starts: with `before`; with `needed`, which fails while something is missing that the server
   * would not miss; and with `after` and the number of its process.
   */
  readonly startHook: { readonly before: string; readonly needed: string; readonly after: string };
  /** Another text is another unit, and so a restart. */
  readonly restartedAt?: string;
}

/** A web-admin as its unit sees it. */
export interface WebAdminRuntime extends ComponentRuntime {
  /** `127.0.0.1:8183` */
  readonly bind: string;
  readonly environmentFile: string;
}

/** A scheduler as its unit and environment see it. */
export interface SchedulerRuntime extends ComponentRuntime {
  readonly environmentFile: string;
  /** The unit of the Redis that it stops and starts with, where there is one on its host. */
  readonly redisUnit?: string;
}

/** What a process is told by its environment. */
export interface Environment {
  readonly variables: Readonly<Record<string, string>>;
  /** The variables whose values are secrets, each with the name under which the host keeps the secret. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** What of the servers' HTTP a balancer in front of them has to know. */
export interface HttpManners {
  /** Whether a connection that ends without an answer means that the server was lost; else an error of a service may be behind it. */
  readonly answersErrors: boolean;
  /** Seconds that a health check has to give a server that is busy, where a usual one would take it for dead. */
  readonly leastCheckTimeout?: number;
  /** Whether requests may come in chunks, without a length. */
  readonly takesChunks: boolean;
  /** The most bytes of a request's body; any number where there is no limit. */
  readonly largestBody?: number;
}

/** The URL path whose answer 200 means that a server works, in all releases so far: what is asked of clusters of any release. */
export const HEALTH_PATH = "/zato/ping";

/** The port of the first server of a host, in all releases so far. */
export const FIRST_PORT = 17010;

/**
 * All that differs between releases of Zato. The constructs ask this, and nothing else, so that another release is
 * another implementation, and a folder of scripts.
 */
export interface ReleaseBehavior {
  /** The folder of the scripts that know it: `host-scripts/release/SCRIPTS`. Releases may share one. */
  readonly scripts: string;

  /** By what it creates what a cluster consists of. */
  readonly commands: ReleaseCommands;

  /** How it takes services and objects. */
  readonly content: ContentDialect;

  /** How many servers a cluster has on so many CPUs, unless it is said otherwise. */
  serversFor(cpus: number): number;

  /**
   * How many workers each server has.
   *
   * @throws ConstructError when the servers cannot have so many
   */
  workersOf(
    scope: IConstruct,
    allocation: WorkerAllocation,
    cpus: number,
    servers: readonly WorkerClaim[],
  ): Map<string, number>;

  /** The first port on which workers of a server talk to each other, by the port of the server; none where they do not. */
  ipcPortOf(port: number): number | undefined;

  /** What a server with so many workers takes, in MiB. */
  serverMemory(workers: number): number;

  /** The unit of a server. */
  serverUnit(runtime: ServerRuntime): string;

  /** What a server is told by its environment. */
  serverEnvironment(runtime: ServerRuntime): Record<string, string>;

  /** What a server is told of its Redis, by its environment. */
  redisEnvironment(redis: RedisSettings): Record<string, string>;

  /** The variables of a server's environment that are the password of its Redis. */
  readonly redisPasswordVariables: readonly string[];

  /** What a server is told of further databases, which are in that of its cluster. */
  databaseEnvironment(odb: RenderedDatabase): Environment;

  /** What a server is told of how long its audit log is kept, in days; of none with 0. */
  auditEnvironment(days: number): Record<string, string>;

  /** What it takes of what is declared, and of its hosts. */
  readonly demands: ReleaseDemands;

  /** What balancers have to know of its servers, with what these are told by their environment. */
  httpManners(environment: Readonly<Record<string, string>>): HttpManners;

  /** The unit of web-admin. */
  webAdminUnit(runtime: WebAdminRuntime): string;

  /** What web-admin is told by its environment file, if it has one. */
  webAdminEnvironment(odb: RenderedDatabase): Environment | undefined;

  /** Whether web-admin takes its address from its configuration file rather than from its unit. */
  readonly webAdminBindsByConfiguration: boolean;

  /** The URL path of web-admin by which it shows that it works. */
  readonly logInPath: string;

  /** The unit of the scheduler. */
  schedulerUnit(runtime: SchedulerRuntime): string;

  /** What the scheduler is told by its environment file, if it has one. */
  schedulerEnvironment(port: number, redis: RedisSettings | undefined): Environment | undefined;

  /** URL paths of channels that are there out of the box and that nobody should be able to call. */
  readonly closedChannels: readonly string[];

  /** Beginnings of URL paths that are Zato's own, kept from clients but for those that the user opens. */
  readonly privatePaths: readonly string[];

  /** Where a scheduler listens unless it is told otherwise. That of another release may still run when a cluster becomes one of this release. */
  readonly schedulerPort: number;

  /** The URL path whose answer 200 means that a server works. */
  readonly healthPath: string;
}
