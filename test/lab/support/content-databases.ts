import type { Lab } from "../../../lab/lab";

/** Awkward to shells, SQL, YAML, INI files and Terraform. PyMySQL sends nothing right that is not ASCII. */
export const DATABASE_PASSWORD = `p'w "x" $d \\z #%{`;

const HOST = "db";

const INSTALL = `
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
if ! [ -f /var/lib/content-databases ]; then
    apt-get install -y -q --no-install-recommends postgresql mariadb-server
    version=$(ls /etc/postgresql)
    echo "listen_addresses='*'" >/etc/postgresql/$version/main/conf.d/lab.conf
    echo 'host all all 10.0.0.0/8 scram-sha-256' >>/etc/postgresql/$version/main/pg_hba.conf
    sed -i 's/^bind-address.*/bind-address=0.0.0.0/' /etc/mysql/mariadb.conf.d/50-server.cnf
    systemctl restart postgresql mariadb
    touch /var/lib/content-databases
fi
for database in billing audit; do runuser -u postgres -- dropdb --if-exists --force $database; done
`;

/** Gives host `db` a PostgreSQL with orders and heartbeats, and a MariaDB with goods, both for the user `zato_example`. */
export async function setUpDatabases(lab: Lab): Promise<void> {
  await lab.execOrThrow(HOST, INSTALL);
  await setDatabasePassword(lab, DATABASE_PASSWORD);
  await postgresql(lab, "create database billing owner zato_example");
  await postgresql(lab, "create database audit owner zato_example");
  await postgresql(
    lab,
    "set role zato_example; create table orders (id int, customer text); insert into orders values (1, 'A'), (2, 'B')",
    "billing",
  );
  await postgresql(
    lab,
    "set role zato_example; create table heartbeats (at timestamptz default clock_timestamp(), cluster text)",
    "audit",
  );
  await mariadb(
    lab,
    "drop database if exists stock; create database stock; use stock; create table goods (amount int); " +
      "insert into goods values (3), (4); grant all on stock.* to zato_example",
  );
}

/** Lets the user of both databases have another password. */
export async function setDatabasePassword(lab: Lab, password: string): Promise<void> {
  const literal = `'${password.replaceAll("'", "''")}'`;
  await postgresql(
    lab,
    "do $$ begin create role zato_example login; exception when duplicate_object then null; end $$; " +
      `alter role zato_example password ${literal}`,
  );
  await mariadb(lab, `create or replace user zato_example identified by ${literal.replaceAll("\\", "\\\\")}`);
  await mariadb(lab, "grant all on `stock`.* to zato_example");
}

/** Rows of a query, or nothing, of the PostgreSQL on host `db`. */
export async function postgresql(lab: Lab, statement: string, database = "postgres"): Promise<string[]> {
  const psql = [
    "runuser",
    "-u",
    "postgres",
    "--",
    "psql",
    "-X",
    "-A",
    "-t",
    "-q",
    "-v",
    "ON_ERROR_STOP=1",
    "-d",
    database,
  ];
  const output = await lab.execOrThrow(HOST, psql, { input: `${statement}\n` });
  return output.split("\n").filter((line) => line !== "");
}

async function mariadb(lab: Lab, statement: string): Promise<void> {
  await lab.execOrThrow(HOST, ["mariadb", "--default-character-set=utf8mb4"], { input: `${statement}\n` });
}

/** One execution of the job of examples/content. */
export interface Heartbeat {
  /** In seconds since 1970. */
  readonly at: number;
  readonly cluster: string;
}

/** All executions of the job so far, the first one first. */
export async function heartbeats(lab: Lab): Promise<Heartbeat[]> {
  const rows = await postgresql(lab, "select extract(epoch from at), cluster from heartbeats order by at", "audit");
  return rows.map((row) => {
    const [at, cluster] = row.split("|");
    return { at: Number(at), cluster: cluster! };
  });
}
