import { IConstruct } from "constructs";
import { ConstructError } from "../../../validation";
import { FIRST_PORT } from "../release-behavior";
import { Declared, DeclaredServer, ReleaseDemands } from "../release-demands";

/** The server that the dashboard talks to, at an address that is written into its code. */
const FIRST_SERVER = "server1";

/** What Zato 4.x takes of what is declared. */
export class Demands4 implements ReleaseDemands {
  public readonly sharedSecrets = ["secret_key", "admin_invoke_password"];
  public readonly databasePrefix = "zato4";
  public readonly needsRedis = true;

  /** By it hosts ask a Redis whether it answers. */
  public readonly hostPackages = ["redis-tools"];

  /** Without it each page of the dashboard is an error. */
  public readonly libraries = { "libmagic.so.1": "libmagic1" };

  public require(cluster: IConstruct, declared: Declared): void {
    const { odb, redis } = declared;
    if (odb.engine !== "postgresql") {
      throw new ConstructError(
        cluster,
        `the ODB is in ${odb.engine}, in which everything is created and no server of zato 4 ever starts: it asks for locks in a way that MariaDB refuses`,
        "use OdbDatabase.localPostgresql() or OdbDatabase.postgresql()",
      );
    }
    if (redis && redis.database !== 0) {
      throw new ConstructError(
        cluster,
        `the database of the Redis is number ${redis.database}, and zato 4 keeps its jobs in number 0, whatever it is told`,
        "leave 'database' out, and give the cluster a Redis of its own",
      );
    }
    if (declared.hasJwtSecret) {
      throw new ConstructError(
        cluster,
        "'jwtSecret' is given, and zato 4 has no JWT",
        "leave it out; bearer tokens, API keys and basic auth are what takes its place",
      );
    }
    if (declared.retriesPosts) {
      throw new ConstructError(
        cluster,
        "'retryPosts' is true, and zato 4 closes the connection when a service fails: a request would run up to four times",
        "leave it out",
      );
    }
  }

  public requireServer(server: IConstruct, { name, port, hasIpcPort }: DeclaredServer): void {
    if (hasIpcPort) {
      throw new ConstructError(
        server,
        `'ipcPort' of ${name} is given, and a server of zato 4 is one process, which talks to no others`,
        "leave it out",
      );
    }
    if ((name === FIRST_SERVER) !== (port === FIRST_PORT)) {
      throw new ConstructError(
        server,
        `${name} listens on port ${port}, and the dashboard of zato 4 asks ${FIRST_SERVER} on port ${FIRST_PORT}, which is written into its code`,
        `leave that port to ${FIRST_SERVER}, and have no other server on it`,
      );
    }
  }
}
