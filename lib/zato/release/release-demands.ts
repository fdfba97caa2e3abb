import { IConstruct } from "constructs";
import { RenderedDatabase } from "../rendered-database";
import { RedisSettings } from "./redis-settings";

/** What is declared for a cluster, as far as a release may not have it. */
export interface Declared {
  readonly odb: RenderedDatabase;
  /** Of a Redis that somebody else runs. */
  readonly redis?: RedisSettings;
  readonly hasJwtSecret: boolean;
  readonly hasAuditLogDays: boolean;
  readonly retriesPosts: boolean;
}

/** A server, as far as a release may not have it. */
export interface DeclaredServer {
  readonly name: string;
  readonly port: number;
  readonly hasIpcPort: boolean;
}

/** What a release takes of what is declared, and what of hosts. */
export interface ReleaseDemands {
  /** The secrets that its components are created with, by the names under which hosts keep them. */
  readonly sharedSecrets: readonly string[];

  /** What the names of clusters' databases begin with: releases that cannot take over each other's have others. */
  readonly databasePrefix: string;

  /** Whether each cluster has a Redis, of its own where none is declared. */
  readonly needsRedis: boolean;

  /** Packages of the distribution by which hosts serve it. */
  readonly hostPackages: readonly string[];

  /** Libraries that its code opens: the file, and the package of Debian's that has it. */
  readonly libraries: Readonly<Record<string, string>>;

  /**
   * Refuses what the release cannot have.
   *
   * @throws ConstructError with what would happen
   */
  require(cluster: IConstruct, declared: Declared): void;

  /**
   * The same of a server.
   *
   * @throws ConstructError with what would happen
   */
  requireServer(server: IConstruct, declared: DeclaredServer): void;
}
