import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { bash, BashResult, HOST_SCRIPTS, temporaryFolder } from "../support/bash";

const folder = temporaryFolder();
const path = (...names: string[]): string => join(folder(), ...names);

/** Runs with the library for backups, on a host whose database is played by functions. */
function withBackups(program: string): BashResult {
  return bash(
    `CONFIG=$2/config STATE=$2/state work=$2/work entries=$2/entries scripts=$1
     . "$1/lib/manifest.sh"; . "$1/lib/backup.sh"
     umask 077
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
    expect(name).toMatch(/^a-\d{8}T\d{6}Z\.tar$/);
    expect(statSync(path("backups", name!)).mode & 0o777).toBe(0o600);
    const listed = bash('tar -tf "$1" | grep -v /$ | LC_ALL=C sort', [path("backups", name!)]).stdout.split("\n");
    expect(listed.filter((line) => line !== "")).toEqual([
      "./SHA256SUMS",
      "./about",
      "./odb",
      "./secrets/jwt_secret.version",
      "./secrets/secret_key",
      "./state/baseline-a.json",
      "./state/owned",
    ]);
  });

  test("passes its own check, and is unpacked by it", () => {
    withBackups('write_backup "$2/backups"');
    const { status } = withBackups('check_backup "$2/backups"/a-*.tar "$2/unpacked"');
    expect(status).toBe(0);
    expect(readFileSync(path("unpacked", "secrets", "secret_key"), "utf8")).toBe("the key");
    expect(readFileSync(path("unpacked", "about"), "utf8")).toMatch(
      /^cluster a\nengine postgresql\ntaken \d{4}-.*Z\n$/,
    );
  });

  test.each([
    ["the database cannot be dumped", "odb_dump() { return 3; }"],
    ["the dump is cut short", 'odb_dump() { : >"$1"; }'],
    ["a key cannot be read", "cp() { return 1; }"],
    ["the disk is full", "tar() { return 2; }"],
  ])("that fails, where %s, looks like none and costs no former one", (_, fault) => {
    // GIVEN
    ["a-20260101T000000Z.tar", "a-20260102T000000Z.tar", "a-20260103T000000Z.tar"].forEach((name) =>
      write("", "backups", name),
    );

    // WHEN
    const { status } = withBackups(`${fault}; write_backup "$2/backups" || { echo failed; exit 9; }`);

    // THEN
    expect(status).toBe(9);
    expect(backups().filter((name) => name.endsWith(".tar"))).toHaveLength(3);

    // WHEN it is made again
    expect(withBackups('write_backup "$2/backups"').status).toBe(0);

    // THEN
    expect(backups()).toHaveLength(2);
    expect(existsSync(path("backups", "unfinished"))).toBe(false);
  });
});

describe("what is no backup of this cluster is refused:", () => {
  const check = (fault: string): number | null => {
    withBackups('write_backup "$2/backups"');
    return withBackups(`file=$(echo "$2"/backups/a-*.tar); ${fault}; check_backup "$file" "$2/unpacked"`).status;
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
    ["no file", 'rm "$file"'],
  ])("%s", (_, fault) => {
    expect(check(":")).toBe(0);
    expect(check(fault)).not.toBe(0);
  });
});

describe("before the servers of a cluster get other code", () => {
  const unit = (build: string, server = "server1", zato = "/opt/zato/3.3"): string =>
    `[Service]\nExecStart=${zato}/bin/python -m zato.server.main /opt/zato/env/a/${server} fg=True\n${build}\n`;
  const OLD = "BindPaths=/opt/zato/builds/old:/opt/zato/3.3";
  const NEW = "BindPaths=/opt/zato/builds/new:/opt/zato/3.3";

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
    'pg_restore() { [ "$1" = -f ] || { echo "; TABLE DATA public cluster o"; seq 100000; }; }; . "$1/lib/dump.sh";';
  const { status, stderr } = bash(`param() { echo postgresql; }; ${listed} odb_dump_is_whole dump || exit 9`, [
    HOST_SCRIPTS,
  ]);
  expect([status, stderr]).toEqual([0, ""]);
});

test("of any backups the newest ones stay, as many as are wanted, and nothing else is touched", () => {
  const time = fc
    .date({ min: new Date("2000-01-01"), max: new Date("2099-12-31"), noInvalidDate: true })
    .map((date) => date.toISOString().replace(/[-:]|\.\d+/g, ""));
  const others = [
    "a-20260101T000000Z.tar.part",
    "ab-20260101T000000Z.tar",
    "a-b-20260101T000000Z.tar",
    "a-latest.tar",
    "unfinished",
  ];
  let run = 0;
  fc.assert(
    fc.property(fc.uniqueArray(time, { maxLength: 8 }), fc.integer({ min: 1, max: 9 }), (times, number) => {
      const place = `retention-${run++}`;
      const names = times.map((one) => `a-${one}.tar`).sort();
      [...names, ...others].forEach((name) => write("", place, name));
      expect(withBackups(`forget_old_backups "$2/${place}" a ${number}`)).toMatchObject({ status: 0, stderr: "" });
      expect(readdirSync(path(place)).sort()).toEqual([...names.slice(-number), ...others].sort());
    }),
    { numRuns: 15 },
  );
});
