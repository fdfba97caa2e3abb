import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { renderManifest } from "../../lib/remote/manifest";
import { bash, BashResult, HOST_SCRIPTS, temporaryFolder } from "../support/bash";
import { runbookBlocks } from "../support/runbook";
import { Sandbox } from "../support/sandbox";

const folder = temporaryFolder();
const path = (...names: string[]): string => join(folder(), ...names);

/** Runs with the library for backups, on a host whose database is played by functions. */
function withBackups(program: string): BashResult {
  return bash(
    `CONFIG=$2/config STATE=$2/state work=$2/work entries=$2/entries scripts=$1
     . "$1/lib/manifest.sh"; . "$1/lib/backup.sh"
     umask 077
     secret_file() { printf '%s' "$CONFIG/secrets/a/$1"; }
     odb_size() { echo 100; }
     odb_dump() { echo "dump of the ODB" >"$1"; }
     odb_dump_is_whole() { grep -q dump "$1"; }
     ${program}`,
    [HOST_SCRIPTS, folder()],
  );
}

function write(text: string, ...names: string[]): void {
  mkdirSync(path(...names.slice(0, -1)), { recursive: true });
  writeFileSync(path(...names), text);
}

beforeEach(() => {
  Object.entries({ cluster: "a", odb_engine: "postgresql", retain: "2" }).forEach(([name, value]) =>
    write(value, "entries", "param", name),
  );
  write("the key", "config", "secrets", "a", "secret_key");
  write("2", "config", "secrets", "a", "jwt_secret.version");
  write("of the database", "config", "secrets", "a", "odb_password");
  write("of the database", "config", "secrets", "a", "odb_password.former");
  write("of Redis", "config", "secrets", "a", "redis_password");
  write("2", "config", "secrets", "a", "redis_password.version");
  write("0a1b2c3d", "config", "secrets", "a", "identity");
  write("4711", "state", "deployment-a");
  write("{}", "state", "baseline-a.json");
  write("service/x\n", "state", "components", "a-content", "owned");
  mkdirSync(path("work"));
  mkdirSync(path("backups"));
});

const backups = (): string[] => readdirSync(path("backups")).sort();

describe("a backup", () => {
  test("is one file, for its owner alone, with the ODB, the keys, and what we noted; not the database user's password", () => {
    // WHEN
    const { status, stdout } = withBackups('write_backup "$2/backups"');

    // THEN
    expect(status).toBe(0);
    const [name] = backups();
    expect(stdout).toBe(`${path("backups", name!)}\n`);
    expect(name).toMatch(/^a-0a1b2c3d-000001-\d{8}T\d{6}Z\.tar$/);
    expect(statSync(path("backups", name!)).mode & 0o777).toBe(0o600);
    const listed = bash('tar -tf "$1" | grep -v /$ | LC_ALL=C sort', [path("backups", name!)]).stdout.split("\n");
    expect(listed.filter((line) => line !== "")).toEqual([
      "./SHA256SUMS",
      "./about",
      "./odb",
      "./secrets/identity",
      "./secrets/jwt_secret.version",
      "./secrets/secret_key",
      "./state/baseline-a.json",
      "./state/owned",
    ]);
  });

  test("passes its own check, and is unpacked by it for its owner alone, since keys are in it", () => {
    withBackups('write_backup "$2/backups"');
    const { status } = withBackups('check_backup "$2/backups"/a-*.tar "$2/unpacked"');
    expect(status).toBe(0);
    expect(readFileSync(path("unpacked", "secrets", "secret_key"), "utf8")).toBe("the key");
    expect(statSync(path("unpacked")).mode & 0o777).toBe(0o700);
    expect(readFileSync(path("unpacked", "about"), "utf8")).toMatch(
      /^cluster a\nengine postgresql\ntaken \d{4}-.*Z\ndeployment 4711\ndata 0a1b2c3d\n$/,
    );
  });

  test("has a mark in its name where it is told so, and the next one is not confused by it", () => {
    expect(withBackups('write_backup "$2/backups" replaced').stdout).toMatch(/a-0a1b2c3d-000001-\w+-replaced\.tar\n$/);
    expect(withBackups('write_backup "$2/backups"').stdout).toMatch(/a-0a1b2c3d-000001-\w+\.tar\n$/);
    expect(backups()).toHaveLength(2);
  });

  test.each([
    ["the database cannot be dumped", "odb_dump() { return 3; }"],
    ["the dump is cut short", 'odb_dump() { : >"$1"; }'],
    ["a key cannot be read", "cp() { return 1; }"],
    ["the disk is full", "tar() { return 2; }"],
  ])("that fails, where %s, looks like none and costs no former one", (_, fault) => {
    // GIVEN
    [1, 2, 3].forEach((number) => write("x", "backups", `a-0a1b2c3d-00000${number}-20260103T000000Z.tar`));

    // WHEN
    const { status } = withBackups(`${fault}; write_backup "$2/backups" || { echo failed; exit 9; }`);

    // THEN
    expect(status).toBe(9);
    expect(backups().map((name) => name.slice(0, 18))).toEqual([1, 2, 3].map((number) => `a-0a1b2c3d-00000${number}-`));

    // WHEN it is made again
    expect(withBackups('write_backup "$2/backups"').status).toBe(0);

    // THEN
    expect(backups().at(-1)).toMatch(/^a-0a1b2c3d-000004-/);
    expect(existsSync(path("backups", "unfinished"))).toBe(false);
  });
});

test.each(["postgresql", "mysql"])("what a database of %s says in place of its size is never run", (engine) => {
  write(engine, "entries", "param", "odb_engine");
  const size = `. "$1/lib/dump.sh"; sql() { echo 'BASH_VERSINFO[$(touch "${path("evil")}")]'; }; write_backup "$2/backups" || reason`;
  expect(withBackups(size).stdout).toBe("the database does not answer\n");
  expect([backups(), existsSync(path("evil"))]).toEqual([[], false]);
});

describe("what is no backup of this cluster is refused:", () => {
  const check = (fault: string): number | null => {
    const { stdout, status } = withBackups(
      `file=$(write_backup "$2/backups"); ${fault}; echo made; check_backup "$file" "$2/unpacked"`,
    );
    expect(stdout).toMatch(/^made\n/);
    return status;
  };

  test.each([
    ["a part of one", 'truncate -s 3000 "$file"'],
    [
      "one with a byte changed",
      `printf X | dd of="$file" bs=1 seek="$(grep -abo 'the key' "$file" | cut -d: -f1)" conv=notrunc status=none`,
    ],
    ["that of another cluster", 'echo b >"$entries/param/cluster"'],
    ["that of another kind of database", 'echo mysql >"$entries/param/odb_engine"'],
    ["one with a dump that is cut short", "odb_dump_is_whole() { return 1; }"],
    ["some other file", 'echo hello >"$file"'],
    ...(
      [
        ["a link in place of a key", "ln -sf /etc/shadow secrets/secret_key"],
        ["a link besides", "ln -s /etc/shadow secrets/more"],
        ["a hard link", "ln about secrets/more"],
        ["a file without a checksum", "echo x >secrets/more"],
        ["a file elsewhere", "mkdir more; echo x >more/x; sha256sum ./more/x >>SHA256SUMS"],
        ["a set-UID file", "chmod u+s odb"],
        ["a pipe", "mkfifo secrets/more"],
        ["a name with a blank", 'echo x >"secrets/a b"; sha256sum "./secrets/a b" >>SHA256SUMS'],
        ["a checksum too many", "sha256sum ./odb | sed s/odb/none/ >>SHA256SUMS"],
      ] as const
    ).map(([what, change]): [string, string] => [
      `one with ${what}`,
      `mkdir "$2/forged" && tar -x -f "$file" -C "$2/forged" && (cd "$2/forged" && ${change}) && tar -c -f "$file" -C "$2/forged" .`,
    ]),
    [
      "one with a name that leads out of it",
      'mkdir "$2/forged" && tar -x -f "$file" -C "$2/forged" && tar -c -f "$file" -C "$2/forged" -P --transform "s,^./odb$,./../odb," .',
    ],
    [
      "one with an entry twice",
      'mkdir "$2/forged" && tar -x -f "$file" -C "$2/forged" && tar -r -f "$file" -C "$2/forged" ./odb',
    ],
    ["no file", 'rm "$file"'],
  ])("%s", (_, fault) => {
    expect(check(":")).toBe(0);
    expect(check(fault)).not.toBe(0);
  });
});

describe("the component's own run", () => {
  const STATE = "/var/lib/cdktf-zato/components/a-backup";

  /** A host whose backups are made by this function, and delivered by a program that notes what it is given. */
  function host(writeBackup: string, deliver = ""): Sandbox {
    const sandbox = new Sandbox(folder());
    sandbox.note("forget_old_backups");
    sandbox.define(`write_backup() { ${writeBackup}; }`);
    ["deliver", "upload"].forEach((name) => sandbox.program(name));
    const parameters = { host: "host1", label: "backup", directory: "/backups", retain: "2", deliver };
    sandbox.write(`${STATE}/manifest`, renderManifest({ parameters }));
    return sandbox;
  }

  test("hands the backup over to the script of the user's, or to the command that is declared", () => {
    // GIVEN
    const sandbox = host("echo /backups/a.tar", "upload\n--to\nelsewhere");

    // WHEN
    expect(sandbox.run("backup.sh", "a-backup").status).toBe(0);
    copyFileSync(path("bin", "deliver"), path(STATE, "deliver"));
    expect(sandbox.run("backup.sh", "a-backup").stdout).toContain(`handed over by ${path(STATE, "deliver")}`);

    // THEN
    expect(sandbox.calls).toEqual([
      "forget_old_backups /backups 2",
      "upload --to elsewhere /backups/a.tar",
      "forget_old_backups /backups 2",
      "deliver /backups/a.tar",
    ]);
  });

  test("gives up a delivery that hangs, for which a deploy would wait without end", () => {
    const sandbox = host("echo /backups/a.tar", "upload");
    sandbox.program("upload", "exec sleep 1000", false);
    sandbox.program("timeout", 'shift 2; [ "$1" = 21600 ] && shift && exec /usr/bin/timeout 0.2 "$@"', false);
    const { status, stdout } = sandbox.run("backup.sh", "a-backup");
    expect([status, stdout]).toEqual([1, expect.stringContaining("upload ended with exit status 124; the backup itself is /backups/a.tar")]); // prettier-ignore
  });

  test("fails where no backup can be made, says why, forgets no former one, and hands nothing over", () => {
    const sandbox = host("because 'the disk is full'", "upload");
    expect(sandbox.run("backup.sh", "a-backup")).toMatchObject({
      status: 1,
      stdout: expect.stringContaining(
        "no backup was made, and the former ones were left alone: the disk is full",
      ) as string,
    });
    expect(sandbox.calls).toEqual([]);
  });

  test("writes nothing, and removes nothing, where others have got at the folder since", () => {
    const sandbox = host(`touch '${path("made")}'`, "upload");
    sandbox.define("is_folder_for_backups() { false; }");
    sandbox.write(`${STATE}/manifest`, renderManifest({ parameters: { host: "host1", label: "backup", directory: path("backups"), retain: "2" } })); // prettier-ignore
    sandbox.write("/backups/unfinished", "");
    const { status, stdout } = sandbox.run("backup.sh", "a-backup");
    expect([status, stdout]).toEqual([1, expect.stringContaining("/backups is no folder for backups: ")]);
    expect([sandbox.calls, sandbox.read("/made"), sandbox.read("/backups/unfinished")]).toEqual([[], undefined, ""]);
  });

  test.each(["true", "false"])(
    "leaves what another run is writing meanwhile alone, when the delivery ends with %s",
    (end) => {
      // GIVEN
      const sandbox = host(`echo '${path("backups", "a.tar")}'`, "upload");
      const parameters = { host: "host1", label: "backup", directory: path("backups"), retain: "2", deliver: "upload" };
      sandbox.write(`${STATE}/manifest`, renderManifest({ parameters }));
      sandbox.program("upload", `mkdir '${path("backups", "unfinished")}'; ${end}`);

      // WHEN
      sandbox.run("backup.sh", "a-backup");

      // THEN
      expect(existsSync(path("backups", "unfinished"))).toBe(true);
    },
  );
});

describe("a folder for backups", () => {
  const withFiles = (program: string): BashResult =>
    withBackups(`. "$1/lib/files.sh"; fail() { echo "failed: $1"; exit 1; }; ${program}`);

  test("is root's alone, with those that lead to it and those in it", () => {
    expect(withFiles("is_folder_for_backups /usr/bin").status).toBe(0);
  });

  test("is none where others could exchange what leads to it, and nothing is made there", () => {
    // GIVEN
    mkdirSync(path("theirs"));
    symlinkSync(path("theirs"), path("link"));

    // WHEN
    const { status, stdout } = withFiles('make_folder_for_backups "$2/link/host1/a"');

    // THEN
    expect([status, stdout]).toEqual([
      1,
      expect.stringMatching(/^failed: \S+\/link\/host1\/a is no folder for backups: .*; see 'namei -mo \S+', and /),
    ]);
    expect(readdirSync(path("theirs"))).toEqual([]);
  });

  test("is none where others can change one in it", () => {
    mkdirSync(path("backups", "kept"), { mode: 0o700 });
    const check = `lies_in_roots() { true; }; find() { command find "$1" -type d -perm /022; }; is_folder_for_backups "$2/backups"`;
    expect(withFiles(`chmod 0700 "$2/backups"; ${check}`).status).toBe(0);
    expect(withFiles(`chmod 0770 "$2/backups/kept"; ${check}`).status).toBe(1);
  });
});

describe("the script of the handbook that encrypts what leaves the host", () => {
  const SCRIPT = runbookBlocks()
    .map(({ commands }) => commands.join("\n"))
    .find((text) => text.includes("age --encrypt"))!;

  /** Delivers a backup with an rclone that does as told: the exit status, and what lies beside the backup then. */
  function deliver(rclone: string): [number | null, string[]] {
    write("backup", "nights", "a.tar");
    write('#!/bin/bash\ncp "${@: -1}" "${@: -2:1}"\n', "bin", "age");
    write(`#!/bin/bash\n[ -f "$2" ] || exit 9\n${rclone}\n`, "bin", "rclone");
    write(SCRIPT, "deliver");
    const { status } = bash('chmod +x "$1"/bin/*; PATH=$1/bin:$PATH sh "$1/deliver" "$1/nights/a.tar"', [folder()]);
    return [status, readdirSync(path("nights"))];
  }

  test.each([
    ["succeeds", "exit 0", 0],
    ["fails", "exit 3", 3],
    ["is stopped in the middle", 'kill "$PPID"', 1],
  ])("leaves no copy on the host when sending %s", (_, rclone, status) => {
    expect(deliver(rclone)).toEqual([status, ["a.tar"]]);
  });
});

describe("before the servers of a cluster get other code", () => {
  const unit = (build: string, server = "server1", zato = "/opt/zato/3.3"): string =>
    `[Service]\nExecStart=${zato}/bin/python -m zato.server.main /opt/zato/env/a/${server} fg=True\n${build}\n`;
  const OLD = "BindReadOnlyPaths=/opt/zato/builds/old:/opt/zato/3.3";
  const NEW = "BindReadOnlyPaths=/opt/zato/builds/new:/opt/zato/3.3";

  /** What a server's turn does, with the unit that is there and the one that is declared. */
  function turn(there: string | undefined, declared: string, program = "echo backup made"): BashResult {
    if (there !== undefined) write(there, "installed.service");
    write(declared, "entries", "file", "unit");
    write(`echo "$LOCKED $1"; ${program}`, "scripts", "backup.sh");
    return withBackups(
      `scripts=$2/scripts
       folders_of_this_cluster() { if [ -d "$STATE/components/a-$1" ]; then echo "$STATE/components/a-$1/"; fi; }
       progress() { echo "$1"; }
       fail() { echo "failed: $1"; exit 1; }
       exec 3>&1
       back_up_before_other_code "$2/installed.service"`,
    );
  }
  const MADE = "making a backup before the cluster gets other code\nyes a-backup\nbackup made\n";

  beforeEach(() => mkdirSync(path("state", "components", "a-backup")));

  test.each([
    ["another build", unit(OLD), unit(NEW)],
    ["another release", unit("", "server1", "/opt/zato/3.2"), unit("", "server1")],
    ["another version of a package", unit("X-Zato-Build=1"), unit("X-Zato-Build=2")],
  ])("one is made for %s, and the next server needs none", (_, former, next) => {
    expect(turn(former, next)).toMatchObject({ status: 0, stdout: MADE });
    expect(turn(former, next)).toMatchObject({ status: 0, stdout: "" });
    expect(turn(former, next.replace("server1", "server2"))).toMatchObject({ status: 0, stdout: "" });

    // WHEN one goes back
    expect(turn(next, former)).toMatchObject({ status: 0, stdout: MADE });
  });

  test.each([
    ["a setting", unit(OLD), `${unit(OLD)}X-Restarted-At=now\n`],
    ["a first start", undefined, unit(NEW)],
  ])("none is made for %s", (_, former, next) => {
    expect(turn(former, next)).toMatchObject({ status: 0, stdout: "" });
  });

  test("where none can be made, they keep the code that they have, and the next try makes one", () => {
    expect(turn(unit(OLD), unit(NEW), "exit 1")).toMatchObject({
      status: 1,
      stdout: expect.stringContaining("no backup could be made, so the servers go on with the code") as string,
    });
    expect(turn(unit(OLD), unit(NEW))).toMatchObject({ status: 0, stdout: MADE });
  });
});

test("for a restore a certificate is found where it is read, and other secrets with those of the cluster", () => {
  write(
    "@param certificate\n|/opt/a/certificate.pem\n@param secrets\n|certificate given\n|password given\n",
    "manifest",
  );
  const place = (name: string): string => withBackups(`place_of_given "$2" /secrets ${name}`).stdout;
  expect([place("certificate"), place("password")]).toEqual(["/opt/a/certificate.pem", "/secrets/password"]);
});

test("a dump whose contents take long to list is read to the end of the list", () => {
  const listed =
    'as_zato_with_input() { "$@"; }; postgresql_program() { echo "$1"; }; pg_restore() { [ "$1" = -f ] || { echo "; TABLE DATA public cluster o"; seq 100000; }; }; . "$1/lib/dump.sh";';
  const { status, stderr } = bash(`param() { echo postgresql; }; ${listed} odb_dump_is_whole /dev/null || exit 9`, [
    HOST_SCRIPTS,
  ]);
  expect([status, stderr]).toEqual([0, ""]);
});

describe("a dump", () => {
  /** Of a PostgreSQL of one release by programs of another, which are played as they call themselves. */
  const dump = (server: string, version: string): BashResult =>
    bash(
      `param() { echo postgresql; }; as_zato() { "$@"; }; postgresql_program() { echo "$1"; }; pg_dump() { echo '${version}'; }
       sql() { ${server}; }; secret_in_use() { :; }; odb_client() { echo "dump by $2"; }
       . "$1/lib/dump.sh"; odb_dump "$2/dump" || exit 9`,
      [HOST_SCRIPTS, folder()],
    );

  test.each([
    ["of the server's release", "15", "pg_dump (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)"],
    ["of a newer one", "9", "pg_dump (PostgreSQL) 18.6 (Debian 18.6-3)"],
    ["of one that is not out yet", "18", "pg_dump (PostgreSQL) 19beta1"],
  ])("is made by a pg_dump %s", (_, server, version) => {
    expect(dump(`echo ${server}`, version).status).toBe(0);
    expect(readFileSync(path("dump"), "utf8")).toBe("dump by pg_dump\n");
  });

  test("of a server that is newer than pg_dump is not tried, and what helps is said", () => {
    const { status, stderr } = dump("echo 16", "pg_dump (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)");
    expect([status, existsSync(path("dump"))]).toEqual([9, false]);
    expect(stderr).toBe(
      "its server is PostgreSQL 16, and pg_dump on this host is of 15, which dumps none newer; install postgresql-client-16 beside it, from apt.postgresql.org\n",
    );
  });

  test("of a server that does not answer is not made, nor is what it answers taken for a number that is none", () => {
    const version = "pg_dump (PostgreSQL) 15.20";
    expect(dump("echo refused >&2; return 2", version)).toMatchObject({ status: 9, stderr: "refused\n" });
    expect(dump("echo 'a[$(echo x >&2)]'", version)).toMatchObject({ status: 9, stderr: "" });
  });

  test.each([
    ["MySQL's", "mysqldump  Ver 8.0.44-0ubuntu0.24.04.1 for Linux on x86_64 ((Ubuntu))", true],
    ["MariaDB's of Debian 12", "mysqldump  Ver 10.19 Distrib 10.11.19-MariaDB, for debian-linux-gnu (x86_64)", false],
    ["MariaDB's of Debian 13", "mysqldump from 11.8.9-MariaDB, client 10.20 for debian-linux-gnu (x86_64)", false],
  ])("needs no more of the server by %s mysqldump than the user of the ODB may", (_, version, isMysqls) => {
    const program = `param() { echo mysql; }; as_zato() { "$@"; }; mysqldump() { echo '${version}'; }; secret_in_use() { :; }
      odb_client() { printf '%s\\n' "$@"; }; . "$1/lib/dump.sh"; odb_dump "$2/dump"; gzip -cd "$2/dump"`;
    const options = bash(program, [HOST_SCRIPTS, folder()]).stdout.split("\n");
    expect(options).toContain("--single-transaction");
    for (const own of ["--set-gtid-purged=OFF", "--column-statistics=0"]) {
      expect(options.includes(own)).toBe(isMysqls);
    }
  });
});

test("what a newer pg_restore sets is set where the server knows it, and rows are left as they are", () => {
  // GIVEN what pg_restore 17.12 prints of a dump of PostgreSQL 15, whose rows look like its own first lines
  const ROWS =
    "COPY public.cluster (name) FROM stdin;\nSET transaction_timeout = 0;\n-- Name: a\nSET lock_timeout = 0;\n\\.\n";
  write(
    `--
-- PostgreSQL database dump
--

\\restrict vAJRF3XM85FfmWyj93ReujnZGN8LSiLU

-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 17.12 (Debian 17.12-0+deb13u1)

SET statement_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SELECT pg_catalog.set_config('search_path', '', false);
SET row_security = off;

--
-- Name: cluster; Type: TABLE; Schema: public; Owner: -
--

SET default_tablespace = '';

${ROWS}`,
    "dump",
  );

  // WHEN
  const { status, stdout } = bash(
    `param() { echo postgresql; }; as_zato_with_input() { "$@"; }; postgresql_program() { echo "$1"; }; pg_restore() { cat; }
     scripts=$1; . "$1/lib/dump.sh"; odb_statements "$2/dump"`,
    [HOST_SCRIPTS, folder()],
  );

  // THEN
  expect(status).toBe(0);
  const restored = stdout.slice(stdout.indexOf("\\restrict"));
  const set = (name: string, value: string): string =>
    `SELECT pg_catalog.set_config(name, '${value}', false) FROM pg_catalog.pg_settings WHERE name = '${name}';\n`;
  expect(restored.slice(0, restored.indexOf("\n\n--\n"))).toBe(
    `\\restrict vAJRF3XM85FfmWyj93ReujnZGN8LSiLU

-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 17.12 (Debian 17.12-0+deb13u1)

${set("statement_timeout", "0")}${set("transaction_timeout", "0")}${set("client_encoding", "UTF8")}SELECT pg_catalog.set_config('search_path', '', false);
${set("row_security", "off").trimEnd()}`,
  );
  expect(restored).toMatch(/\nSET default_tablespace = '';\n/);
  expect(restored.endsWith(`${ROWS}commit;\n`)).toBe(true);
});

test("a dump that pg_restore cannot read to its end is not restored", () => {
  const cut = `param() { echo postgresql; }; as_zato_with_input() { "$@"; }; postgresql_program() { echo "$1"; }
    pg_restore() { echo "SET lock_timeout = 0;"; return 1; }; scripts=$1; . "$1/lib/dump.sh"; odb_statements /dev/null || exit 9`;
  const { status, stdout } = bash(cut, [HOST_SCRIPTS]);
  expect([status, stdout]).toEqual([9, expect.not.stringContaining("commit")]);
});

test.each([
  ["with Zato's tables and its end is whole", "INSERT INTO `cluster` VALUES\n-- Dump completed on 2026-01-03\n", 0],
  ["without its end is not", "INSERT INTO `cluster` VALUES\nINSERT INTO `job` VALUES\n", 1],
  ["without Zato's tables is not", "INSERT INTO `other` VALUES\n-- Dump completed on 2026-01-03\n", 1],
])("a dump of MySQL %s", (_, text, status) => {
  write(text, "dump");
  const whole = 'param() { echo mysql; }; . "$1/lib/dump.sh"; gzip "$2/dump"; odb_dump_is_whole "$2/dump.gz"';
  expect(bash(whole, [HOST_SCRIPTS, folder()]).status).toBe(status);
});

test.each(["postgresql", "mysql"])("which columns the tables of a dump of %s have is seen in it", (engine) => {
  const [quote, schema] = engine === "mysql" ? ["`", ""] : ["", "public."];
  const table = (name: string, column: string): string =>
    `CREATE TABLE ${schema}${quote}${name}${quote} (\n    ${quote}id${quote} int,\n    ${quote}${column}${quote} int\n);\n`;
  write(
    `-- lb_port\n${table("clusters", "lb_port_1")}${table("cluster", "lb_port")}${table("job", "lb_host")}`,
    "dump",
  );
  const has = (words: string): boolean =>
    bash(
      `param() { echo ${engine}; }; . "$1/lib/dump.sh"; read_dump() { cat "\${!#}"; }; gzip() { cat "$2"; }
       odb_dump_has_column "$2/dump" ${words}`,
      [HOST_SCRIPTS, folder()],
    ).status === 0;
  expect(["cluster lb_port", "cluster id", "job lb_host"].map(has)).toEqual([true, true, true]);
  expect(["cluster lb_host", "job lb_port", "none lb_port", "cluster lb"].map(has)).toEqual([false, false, false, false]); // prettier-ignore
});

test("of any backups those that were made last stay, as many as are wanted, whatever clocks said; and nothing else is touched", () => {
  const time = fc
    .date({ min: new Date("2000-01-01"), max: new Date("2099-12-31"), noInvalidDate: true })
    .map((date) => date.toISOString().replace(/[-:]|\.\d+/g, ""));
  const others = [
    "a-0a1b2c3d-000001-20260101T000000Z.tar.part",
    "a-ffffffff-000001-20260101T000000Z.tar",
    "a-20260101T000000Z.tar",
    "ab-0a1b2c3d-000001-20260101T000000Z.tar",
    "a-0a1b2c3d-000001-20260101T000000Z-replaced.tar",
    "a-latest.tar",
  ];
  let run = 0;
  fc.assert(
    fc.property(fc.array(time, { maxLength: 8 }), fc.integer({ min: 1, max: 9 }), (times, number) => {
      const place = `retention-${run++}`;
      const names = times.map((one, made) => `a-0a1b2c3d-${String(made + 8).padStart(6, "0")}-${one}.tar`);
      [...names, ...others].forEach((name) => write("", place, name));
      expect(withBackups(`forget_old_backups "$2/${place}" ${number}`)).toMatchObject({ status: 0, stderr: "" });
      expect(readdirSync(path(place)).sort()).toEqual([...names.slice(-number), ...others].sort());
    }),
    { numRuns: 15 },
  );
});

describe("room for a backup", () => {
  const room = (available: number, size = 1000): BashResult =>
    withBackups(
      `df() { echo "Avail Size"; echo "${available} ${size}"; }; room_for_dump "$2/backups" || { cat "$work/reason"; exit 9; }`,
    );

  test("is half of what is free, beside a twentieth that stays free", () => {
    expect(room(650)).toMatchObject({ status: 0, stdout: "300" });
  });

  test("is half of what is free beside a GiB, on a large disk", () => {
    const GIB = 2 ** 20;
    expect(room(GIB + 600, 2000 * GIB)).toMatchObject({ status: 0, stdout: "300" });
  });

  test("that is less than nothing is none", () => {
    expect(room(10).stdout).toMatch(/ and 0 MiB can be used/);
  });

  test("is needed as the database is large, or as the last one was and half as much", () => {
    expect(room(249).status).toBe(9);
    write("x".repeat(300 * 1024), "backups", "a-0a1b2c3d-000001-20260103T000000Z.tar");
    expect(room(650).status).toBe(9);
    expect(room(1200).status).toBe(0);
    expect(room(650).stdout).toMatch(
      /^there is too little space in .*: a backup needs about \d+ MiB, and \d+ MiB can be used/,
    );
  });

  test("is never exceeded by a dump", () => {
    const { status, stdout } = withBackups(
      'df() { echo "Avail Size"; echo "300 1000"; }; odb_dump() { head -c 1000000 /dev/zero >"$1"; }; write_backup "$2/backups" || { cat "$work/reason"; exit 9; }',
    );
    expect(status).toBe(9);
    expect(stdout).toMatch(/^the database cannot be dumped: .*File too large$/m);
    expect(backups()).toEqual([]);
  });
});

describe("whose a backup is:", () => {
  test.each([
    ["of the same data", "4711", "0a1b2c3d", true],
    ["of the same deployment, whose host was lost", "4711", "ffffffff", true],
    ["of the same data, which were kept, in a new deployment", "1", "0a1b2c3d", true],
    ["of another deployment, whose cluster has the same name", "1", "ffffffff", false],
    ["of nobody known", "none", "none", false],
  ])("one %s", (_, deployment, data, isOurs) => {
    write(`cluster a\ndeployment ${deployment}\ndata ${data}\n`, "unpacked", "about");
    expect(withBackups('is_our_backup "$2/unpacked"').status === 0).toBe(isOurs);
  });

  test("where this host knows nothing, nothing is ours", () => {
    write("cluster a\ndeployment none\ndata none\n", "unpacked", "about");
    expect(
      withBackups('rm "$CONFIG"/secrets/a/identity "$STATE"/deployment-a; is_our_backup "$2/unpacked"').status,
    ).not.toBe(0);
  });
});
