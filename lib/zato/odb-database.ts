import { isIPv6 } from "node:net";
import { Token } from "cdktf";
import { IConstruct } from "constructs";
import { requireSecret, Secret } from "../remote";
import { ConstructError, KIND, LOOPBACK, requireAddress, requirePort } from "../validation";
import { RenderedDatabase } from "./rendered-database";

/** What a database that exists already is referred to by. */
export interface ExistingDatabaseProps {
  /** Where the database server is reached: IP address or DNS name. */
  readonly host: string;

  /** The database, used by this cluster alone. */
  readonly database: string;

  /** The user that owns the database. */
  readonly username: string;

  /** The user's password. */
  readonly password: Secret;

  /**
   * The server's port.
   *
   * @default - 5432 for PostgreSQL, 3306 for MySQL
   */
  readonly port?: number;
}

/** What the local PostgreSQL can be told. */
export interface LocalPostgresqlProps {
  /**
   * The name of both database and user.
   *
   * @default - `zato_` and the cluster's name; `zato4_` with 4.1, whose tables are others
   */
  readonly database?: string;

  /**
   * The database user's password.
   *
   * @default Secret.generated()
   */
  readonly password?: Secret;
}

/** Names that go into SQL and command files: no quoting needed anywhere. */
const SQL_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;

/**
 * Where a cluster keeps its operational database (ODB). Every cluster has one of its own: with two clusters on one
 * database Zato's scheduler and rule engine mistake one for the other, or fail with "Cluster name already exists".
 */
export class OdbDatabase {
  /** A database in a PostgreSQL on the cluster's own host, installed and initialised by us. Nothing is shared. */
  public static localPostgresql(props: LocalPostgresqlProps = {}): OdbDatabase {
    return new OdbDatabase((scope, clusterName, prefix) => {
      const name = props.database ?? `${prefix}_${clusterName.toLowerCase().replaceAll("-", "_")}`;
      requireSqlName(scope, "database", name);
      requireOwnName(scope, name);
      return {
        engine: "postgresql",
        host: LOOPBACK,
        port: 5432,
        database: name,
        username: name,
        password: requireSecret(scope, `the password of the database '${name}'`, props.password ?? Secret.generated()),
        isLocal: true,
      };
    });
  }

  /** A PostgreSQL database that exists already, empty or with this cluster's ODB. */
  public static postgresql(props: ExistingDatabaseProps): OdbDatabase {
    return new OdbDatabase((scope) => existing(scope, "postgresql", 5432, props));
  }

  /** A MySQL or MariaDB database that exists already, empty or with this cluster's ODB. */
  public static mysql(props: ExistingDatabaseProps): OdbDatabase {
    return new OdbDatabase((scope) => existing(scope, "mysql", 3306, props));
  }

  private constructor(
    /** @internal */ readonly _render: (scope: IConstruct, clusterName: string, prefix: string) => RenderedDatabase,
  ) {}

  /** @hidden */
  protected get [KIND](): "OdbDatabase" {
    return "OdbDatabase";
  }
}

/** Of the databases and the role that every PostgreSQL has, the host's other databases depend. */
function requireOwnName(scope: IConstruct, name: string): void {
  if (["postgres", "template0", "template1"].includes(name)) {
    throw new ConstructError(scope, `'${name}' belongs to PostgreSQL itself`, "give the database a name of its own");
  }
}

function existing(
  scope: IConstruct,
  engine: "postgresql" | "mysql",
  port: number,
  props: ExistingDatabaseProps,
): RenderedDatabase {
  requireSqlName(scope, "database", props.database);
  requireSqlName(scope, "database user", props.username);
  if (requireSecret(scope, `the password of the database '${props.database}'`, props.password).isGenerated) {
    throw new ConstructError(
      scope,
      `the password of the database '${props.database}' at ${props.host} cannot be generated on the Zato host`,
      "the database has it already: give it by Secret.fromVariable()",
    );
  }
  return {
    engine,
    host: requireNoV6(scope, requireAddress(scope, "address of a database server", props.host)),
    port: requirePort(scope, "the port of the ODB", props.port ?? port),
    database: props.database,
    username: props.username,
    password: props.password,
    isLocal: false,
  };
}

/** Zato puts what it is given into a URL, where IPv6 needs brackets, and web-admin into Django's settings, where they do harm. */
function requireNoV6(scope: IConstruct, address: string): string {
  if (!Token.isUnresolved(address) && isIPv6(address)) {
    throw new ConstructError(
      scope,
      `Zato cannot keep its database at the IPv6 address ${address}`,
      "give the database server's name; one in /etc/hosts will do",
    );
  }
  return address;
}

function requireSqlName(scope: IConstruct, what: string, name: string): void {
  if (typeof name !== "string" || !SQL_NAME.test(name)) {
    throw new ConstructError(
      scope,
      `'${name}' cannot be used as ${what}`,
      "use 1 to 63 letters, digits or '_', not beginning with a digit",
    );
  }
}
