import { IConstruct } from "constructs";
import { Secret } from "../../remote";
import {
  bracketed,
  KIND,
  requireAddress,
  requireAll,
  requireEach,
  requireLine,
  requireOpaque,
  requirePort,
  requireWhole,
} from "../../validation";
import { ContentObject } from "./content-object";

/** A kind of SQL database that Zato's outgoing connections know. */
export class SqlEngine {
  /** PostgreSQL, by pg8000. */
  public static readonly POSTGRESQL = new SqlEngine("postgresql+pg8000", 5432);

  /** MySQL and MariaDB, by PyMySQL. */
  public static readonly MYSQL = new SqlEngine("mysql+pymysql", 3306);

  /** Oracle. */
  public static readonly ORACLE = new SqlEngine("oracle", 1521);

  /** Microsoft SQL Server. */
  public static readonly MSSQL = new SqlEngine("zato+mssql1", 1433);

  private constructor(
    /** Zato's name of the engine. */
    public readonly zatoName: string,
    /** The port on which such a database usually listens. */
    public readonly defaultPort: number,
  ) {}

  /** @hidden */
  protected get [KIND](): "SqlEngine" {
    return "SqlEngine";
  }
}

/** What an outgoing SQL connection is declared with. */
export interface SqlConnectionProps {
  /** The kind of database. */
  readonly engine: SqlEngine;

  /** Where the database is reached: IP address or DNS name. */
  readonly host: string;

  /** The database's name. */
  readonly database: string;

  /** The user that logs in. */
  readonly username: string;

  /** The user's password. */
  readonly password: Secret;

  /**
   * The database server's port.
   *
   * @default - the engine's usual one
   */
  readonly port?: number;

  /**
   * The number of connections that each worker may hold open.
   *
   * @default 10
   */
  readonly poolSize?: number;

  /**
   * Further options of the driver, by name.
   *
   * @default - none
   */
  readonly extra?: Readonly<Record<string, string>>;

  /**
   * Whether the apply fails unless the connection really connects.
   *
   * @default true
   */
  readonly ping?: boolean;
}

/** An outgoing SQL connection. */
export class SqlConnection extends ContentObject {
  /** Whether the apply fails unless it connects. */
  public readonly ping: boolean;

  /** @throws ConstructError when an address, a port or a number cannot be one */
  constructor(scope: IConstruct, name: string, props: SqlConnectionProps) {
    const engine = requireOpaque(scope, `the engine of '${name}'`, SqlEngine, props.engine);
    const values = requireAll({
      // Zato puts it into a URL.
      host: () => bracketed(requireAddress(scope, `address of the database of '${name}'`, props.host)),
      port: () => requirePort(scope, `the port of '${name}'`, props.port ?? engine.defaultPort),
      db_name: () => requireLine(scope, `the database of '${name}'`, props.database),
      username: () => requireLine(scope, `the user of '${name}'`, props.username),
      pool_size: () => requireWhole(scope, `the pool size of '${name}'`, props.poolSize ?? 10, 1),
    });
    const compared = { engine: engine.zatoName, ...values, is_active: true };
    const extra = requireEach(Object.entries(props.extra ?? {}), ([key, value]) =>
      requireLine(scope, `the option '${key}' of '${name}'`, `${key}=${value}`),
    );
    super(scope, {
      section: "outconn_sql",
      name,
      fields: { ...compared, ...(extra.length > 0 ? { extra: extra.join("\n") } : {}) },
      secrets: { password: props.password },
      expected: compared,
    });
    this.ping = props.ping ?? true;
  }
}
