import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { TerraformVariable, type TerraformStack } from "cdktf";
import { DataRemoval, OdbDatabase, Secret, ZatoCluster, ZatoInstallation } from "cdktf-zato";
import type { Lab, MachineOptions } from "../../lab/lab";
import { restore, takeBackup } from "./support/backups";
import { labHost } from "./support/programs";
import { lastLines, Project, type Program } from "./support/project";
import { freshHosts } from "./support/shared-lab";
import { httpStatus, logIn, query, secretOf, words } from "./support/zato";

/** Client programs are newer than the databases: those of Debian 13 ask for more than PostgreSQL 15 and MariaDB 10.11 give. */
const NEWER: MachineOptions = { equipped: true, release: "trixie" };
const OLDER: MachineOptions = { equipped: true, release: "bookworm" };

const PASSWORD = `it's "secret" \\ $HOME %s`;

/** The databases' own administrator makes them ready; the password comes on standard input. */
const SET_UP_POSTGRESQL = `
set -euo pipefail
password=$(sed "s/'/''/g")
systemctl start postgresql
cd / && runuser -u postgres -- psql -q -v ON_ERROR_STOP=1 <<SQL
alter system set listen_addresses = '*';
create role zato_a login password '$password';
create database zato_a owner zato_a encoding 'UTF8' template template0;
SQL
echo 'host zato_a zato_a samenet scram-sha-256' >>/etc/postgresql/*/main/pg_hba.conf
systemctl restart postgresql
`;
const SET_UP_MARIADB = `
set -euo pipefail
password=$(sed "s/\\\\\\\\/\\\\\\\\\\\\\\\\/g; s/'/''/g")
DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends mariadb-server >/dev/null
printf '[mysqld]\\nbind-address = 0.0.0.0\\nskip-name-resolve\\n' >/etc/mysql/mariadb.conf.d/99-lab.cnf
systemctl restart mariadb
mariadb <<SQL
create database zato_b character set utf8mb4;
create user 'zato_b'@'%' identified by '$password';
grant select, insert, update, delete, create, alter, drop, index, references on zato_b.* to 'zato_b'@'%';
SQL
`;

let lab: Lab;
let project: Project;

const options = (name: string, stack: TerraformStack, host: string, revision = "1") => ({
  clusterName: name,
  host: labHost(stack, lab, host, { revision }),
  installation: ZatoInstallation.archive(lab.archive),
  servers: 1,
});

const byReference =
  (revision?: string): Program =>
  (stack) => {
    const password = Secret.fromVariable(new TerraformVariable(stack, "odb_password", { type: "string" }));
    const at = (database: string) => ({ host: lab.host("db").address, database, username: database, password });
    const odb = { a: OdbDatabase.postgresql(at("zato_a")), b: OdbDatabase.mysql(at("zato_b")) };
    new ZatoCluster(stack, "a", { ...options("a", stack, "host1"), odb: odb.a, backup: {} });
    new ZatoCluster(stack, "b", { ...options("b", stack, "host2", revision), odb: odb.b, backup: {} });
  };

function mariadb(statement: string): Promise<string> {
  return lab.execOrThrow("db", ["mariadb", "-N", "-B", "-e", statement]);
}

beforeAll(async () => {
  lab = await freshHosts(["db"], OLDER);
  await lab.freshHosts(["host1", "host2"], NEWER);
});

describe("a database by reference", () => {
  beforeAll(async () => {
    await lab.execOrThrow("db", SET_UP_POSTGRESQL, { input: PASSWORD });
    await lab.execOrThrow("db", SET_UP_MARIADB, { input: PASSWORD });
    project = new Project(lab, { env: { TF_VAR_odb_password: PASSWORD } });
    await project.synth(byReference()).apply();
  });

  afterAll(() => project?.remove());

  test.each([
    ["a", "host1", "PostgreSQL"],
    ["b", "host2", "MariaDB"],
  ])("of cluster %s on %s: %s", async (_, host) => {
    expect(await httpStatus(lab, `http://${lab.host(host).address}:11223/zato/ping`)).toBe(200);
    expect(await lab.exec(host, "systemctl is-active postgresql")).toMatchObject({ stdout: "inactive\n" });
  });

  test("holds the cluster", async () => {
    expect(await query(lab, "db", "select name from cluster", "zato_a")).toEqual(["a"]);
    expect(await mariadb("select name from zato_b.cluster")).toBe("b\n");
  });

  test("makes no work when nothing changes", async () => {
    expect(await project.planStatus()).toBe(0);
  });

  test("comes back from a backup, though PostgreSQL's programs are newer than it", async () => {
    // GIVEN
    const folder = mkdtempSync(path.join(tmpdir(), "zato-older-"));
    const backup = await takeBackup(lab, "host1", "a", folder);
    await query(lab, "db", "set role zato_a; create table later (x int)", "zato_a");

    // WHEN
    const restored = await restore(project, "a", backup);
    rmSync(folder, { recursive: true });

    // THEN
    expect(restored).toMatchObject({ status: 0, stdout: expect.stringContaining("restore: restored\n") as string });
    expect(await query(lab, "db", "select to_regclass('later')", "zato_a")).toEqual([]);
    expect(await query(lab, "db", "select id, name from cluster", "zato_a")).toEqual(["1|a"]);
    expect(await httpStatus(lab, `http://${lab.host("host1").address}:11223/zato/ping`)).toBe(200);
  });

  test("is of no use to a rebuilt host without its keys, which come back from a backup", async () => {
    // GIVEN
    const folder = mkdtempSync(path.join(tmpdir(), "zato-keys-"));
    const keyOf = () => lab.execOrThrow("host2", "cat /etc/cdktf-zato/secrets/b/secret_key");
    const [backup, key] = [await takeBackup(lab, "host2", "b", folder), await keyOf()];
    await mariadb("create table zato_b.later (x int)");
    await lab.rebuild("host2", NEWER);

    // WHEN
    const refused = await project.synth(byReference("2")).tryApply();
    const restored = await restore(project, "b", backup, "--keys-only");
    await project.apply();

    // THEN
    expect(refused.status).not.toBe(0);
    expect(lastLines(refused)).toContain("its keys are not on this host");
    expect(restored).toMatchObject({ status: 0, stdout: expect.stringContaining("brought the keys back") as string });
    expect(await keyOf()).toBe(key);
    expect(await mariadb("show tables from zato_b like 'later'")).toBe("later\n");
    expect(await httpStatus(lab, `http://${lab.host("host2").address}:11223/zato/ping`)).toBe(200);

    // WHEN the whole backup is restored
    const whole = await restore(project, "b", backup);
    rmSync(folder, { recursive: true });

    // THEN
    expect(whole).toMatchObject({ status: 0, stdout: expect.stringContaining("restore: restored\n") as string });
    expect(await mariadb("show tables from zato_b like 'later'")).toBe("");
    expect(await mariadb("select id, name from zato_b.cluster")).toBe("1\tb\n");
    expect(await httpStatus(lab, `http://${lab.host("host2").address}:11223/zato/ping`)).toBe(200);
  });

  test("stays when its cluster is destroyed, which says where it is, and is found again", async () => {
    // WHEN
    const { status, stdout } = await project.destroy();

    // THEN
    expect(status).toBe(0);
    const { address } = lab.host("db");
    expect(stdout).toContain(`kept: the database zato_a at ${address}:5432, and its keys in /etc/cdktf-zato/secrets/a`);
    expect(stdout).toContain(`kept: the database zato_b at ${address}:3306, and its keys in /etc/cdktf-zato/secrets/b`);
    expect(await query(lab, "db", "select name from cluster", "zato_a")).toEqual(["a"]);

    // WHEN
    await project.apply();

    // THEN
    expect(await query(lab, "db", "select id, name from cluster", "zato_a")).toEqual(["1|a"]);
    expect(await mariadb("select id, name from zato_b.cluster")).toBe("1\tb\n");
    for (const host of ["host1", "host2"]) {
      expect(await httpStatus(lab, `http://${lab.host(host).address}:11223/zato/ping`)).toBe(200);
    }
  });
});

describe("a local database", () => {
  const local =
    (dataRemoval?: DataRemoval): Program =>
    (stack) =>
      void new ZatoCluster(stack, "c", { ...options("host1", stack, "host1"), dataRemoval });

  afterAll(() => project?.remove());

  test("stays with its keys when the cluster is destroyed, and is found by another state", async () => {
    // GIVEN
    lab = await freshHosts(["host1"], { equipped: true });
    const former = new Project(lab).synth(local());
    await former.apply();
    const password = await secretOf(lab, "host1", "web_admin_password");

    // WHEN
    const { stdout } = await former.destroy();
    former.remove();

    // THEN
    expect(stdout).toContain("kept: the database zato_host1 at 127.0.0.1:5432");
    expect(words((await lab.exec("host1", "ls /opt/zato /etc/systemd/system | grep -i zato")).stdout)).toEqual([]);

    // WHEN
    project = new Project(lab).synth(local());
    await project.apply();

    // THEN
    expect(await secretOf(lab, "host1", "web_admin_password")).toBe(password);
    expect((await logIn(lab, "host1", password)).status).toBe(302);
    expect(await query(lab, "host1", "select id, name from cluster")).toEqual(["1|host1"]);
    expect(await httpStatus(lab, `http://${lab.host("host1").address}:11223/zato/ping`)).toBe(200);
  });

  test("goes with its keys when that is what is declared", async () => {
    await project.synth(local(DataRemoval.DROP)).apply();
    expect(await project.destroy()).toMatchObject({ status: 0 });
    await lab.execOrThrow("host1", "systemctl start postgresql"); // it was off before us
    expect(await query(lab, "host1", "select datname from pg_database where datname like 'zato%'", "postgres")).toEqual(
      [],
    );
    expect((await lab.exec("host1", "ls -d /etc/cdktf-zato /var/lib/cdktf-zato /home/ops/.cdktf-zato")).stdout).toBe(
      "",
    );
  });
});
