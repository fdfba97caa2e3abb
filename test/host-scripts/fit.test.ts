import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { bash, HOST_SCRIPTS, temporaryFolder } from "../support/bash";

const folder = temporaryFolder();

/** What is declared for the host: a cluster with a database of its own, from an archive. */
const DECLARED = {
  clusters: "a a-odb",
  databases: "a a-odb zato_a 5432",
  archive_paths: "/opt/zato/3.3",
};

/** A host with a PostgreSQL-less distribution, and nothing of Zato's. */
const BLANK = `
  getent() { return 2; }; id() { echo "uid=998(zato) gid=998(zato) groups=998(zato)"; }
  pg_lsclusters() { :; }; runuser() { :; }; pgrep() { return 1; }; systemctl() { :; }; ps() { echo zato; }
  stat() { echo 755 root root; }; holder_of() { :; }`;

function write(path: string, text = ""): void {
  mkdirSync(dirname(join(folder(), path)), { recursive: true });
  writeFileSync(join(folder(), path), text);
}

/** What is said of a host, on which some programs are other ones than on a blank host. */
function said(programs = ":", declared: Partial<typeof DECLARED> = DECLARED): string[] {
  const moved = (text: string): string =>
    text.replace(/\/(opt\/zato|var\/lib\/cdktf-zato|etc\/cdktf-zato)/g, `${folder()}$&`);
  Object.entries(declared).forEach(([name, value]) => write(`param/${name}`, moved(value)));
  write("fit.sh", moved(readFileSync(join(HOST_SCRIPTS, "fit", "zato.sh"), "utf8")));
  const { status, stdout, stderr } = bash(
    `finding() { echo "finding: $1"; }; note() { echo "note: $1"; }; as_root() { "$@"; }
     param() { cat "$sandbox/param/$1" 2>/dev/null || true; }; is_somebody_elses() { [[ $1 != zato-edge.service ]]; }
     is_here() { test -f "$sandbox/var/lib/cdktf-zato/components/$1/manifest"; }
     sandbox=$1; ${BLANK}; ${programs}; . "$1/fit.sh"`,
    [folder()],
  );
  expect([status, stderr]).toEqual([0, ""]);
  return stdout.replaceAll(folder(), "").split("\n").filter(Boolean).sort();
}

const ACCOUNT = `getent() { case "$*" in "passwd zato") echo zato:x:998:998::/opt/zato:/bin/bash ;; *) return 2 ;; esac; }`;
const CLUSTER_5432 = "pg_lsclusters() { echo '15 main 5432 online postgres /var/lib/postgresql/15/main log'; }";
const HAS_DATABASE = "runuser() { echo 1; }";

test("of a blank host nothing is said, and of one that is to have no cluster neither", () => {
  expect(said(`${ACCOUNT}; ${CLUSTER_5432}; ${HAS_DATABASE}; stat() { echo 755 zato zato; }`, {})).toEqual([]);
  expect(said()).toEqual([]);
});

test("of a cluster that was deployed before nothing is said, whatever it has there", () => {
  write("/var/lib/cdktf-zato/components/a-odb/manifest");
  write("/var/lib/cdktf-zato/components/a-odb/databases", "zato_a zato_a\n");
  write("/opt/zato/env/a/server1/.zato-info");
  expect(
    said(`${ACCOUNT}; ${CLUSTER_5432}; ${HAS_DATABASE}; stat() { echo 755 zato zato; }; pgrep() { echo 1; }`),
  ).toEqual([]);
});

describe("the user zato", () => {
  test("is taken as it is, which is told; one that we have made is not told", () => {
    expect(said(`${ACCOUNT}; stat() { echo 755 zato zato; }`)).toEqual([
      "finding: this host has a user zato, and no group of that name; add it: sudo groupadd --system zato",
      "note: the folder /opt/zato of zato becomes root's, and so does /opt/zato/env; what others have in there stays theirs",
      "note: the user zato is there already, and is taken as it is: uid=998(zato) gid=998(zato) groups=998(zato), home /opt/zato, shell /bin/bash",
    ]);
    write("/var/lib/cdktf-zato/created-user-zato");
    expect(said(ACCOUNT)).toEqual([]);
  });

  test("must not be root", () => {
    expect(said("getent() { echo zato:x:0:0::/root:/bin/sh; }")).toContain(
      "finding: the user zato of this host is root; give it a number of its own",
    );
  });
});

describe("a folder that leads to what is the cluster's", () => {
  const closed = (owners: string): string[] =>
    said(
      `stat() { case "\${@: -1}" in */opt/zato/env) echo 750 ${owners} ;; */etc/zato) return 1 ;; *) echo 755 root root ;; esac; }`,
    );

  test.each(["root root", "root zato", "zato zato"])(
    "stays closed to others, which is told, where it is that of %s",
    (owners) => {
      expect(closed(owners)).toEqual([
        "note: the folder /opt/zato/env, which others cannot enter, stays closed to all but root and the group zato",
      ]);
    },
  );

  test.each(["esb zato", "zato staff", "zato1 zato1"])(
    "that is closed, and that of %s, would shut out who is in there",
    (owners) => {
      expect(closed(owners)).toEqual([
        expect.stringMatching(
          /^finding: the folder \/opt\/zato\/env of \w+ and the group \w+ is closed to others, .*: chmod o\+x \/opt\/zato\/env$/,
        ),
      ]);
    },
  );
});

test.each([
  ["that is not ours is in the archive's way", "bin/py", 1],
  ["that came from an archive is not", ".cdktf-zato", 0],
])("a Zato at the path %s", (_, file, findings) => {
  write(`/opt/zato/3.3/${file}`);
  expect(said()).toHaveLength(findings);
  expect(said().every((line) => line.includes("/opt/zato/3.3 holds a Zato that did not come from an archive"))).toBe(
    true,
  );
});

describe("PostgreSQL", () => {
  test("that is there gets a database more, which is told, unless it is ours", () => {
    expect(said(CLUSTER_5432)).toEqual([
      expect.stringMatching(/^note: PostgreSQL is there already, and gets the database zato_a;/),
    ]);
    write("/var/lib/cdktf-zato/packages", "postgresql\n");
    expect(said(CLUSTER_5432)).toEqual([]);
  });

  test.each([
    ["on another port", CLUSTER_5432.replace("5432", "5433"), /^finding: PostgreSQL is there, and not on port 5432;/],
    [
      "of somebody else's on its port",
      `holder_of() { echo "'docker-proxy'"; }`,
      /^finding: port 5432, meant for PostgreSQL, is taken by 'docker-proxy';/,
    ],
  ])("%s is a finding", (_, programs, finding) => {
    expect(said(programs)).toEqual([expect.stringMatching(finding)]);
  });

  const there = `${CLUSTER_5432}; ${HAS_DATABASE}`;
  const FOREIGN = [expect.stringMatching(/^finding: PostgreSQL has a database or a user zato_a already,/) as string];
  const KEPT = ["note: the database zato_a of the cluster a was kept here, and is taken up again"];
  const KEY = "/etc/cdktf-zato/secrets/a/odb_password";

  test("with a database or a user of the name has one that is not ours, unless it was kept", () => {
    write("/var/lib/cdktf-zato/packages", "postgresql\n");
    expect(said(there)).toEqual(FOREIGN);
    write("/var/lib/cdktf-zato/data-kept/a", "local\nzato_a zato_a\n");
    expect(said(there)).toEqual(KEPT);
  });

  test.each<[string, string | undefined, readonly string[]]>([
    ["by a removal that noted no names", "local\n", KEPT],
    ["by a removal of which the keys are all that is left", undefined, KEPT],
    ["under another name, is not ours", "local\nother other\n", FOREIGN],
    ["elsewhere, is not ours", "elsewhere\n", FOREIGN],
  ])("with a database that was kept %s", (_, note, expected) => {
    write("/var/lib/cdktf-zato/packages", "postgresql\n");
    write(KEY, "key");
    if (note !== undefined) write("/var/lib/cdktf-zato/data-kept/a", note);
    expect(said(there)).toEqual(expected);
  });

  test("with a database of the name that a cluster gets in place of its own has one that is not ours, unless a deploy of it has noted that", () => {
    // GIVEN
    write("/var/lib/cdktf-zato/packages", "postgresql\n");
    write(KEY, "key");
    const component = "/var/lib/cdktf-zato/components/a-odb";
    write(`${component}/manifest`);
    write(`${component}/ledger`, "setting\tdatabase zato_former\tx\n");

    // WHEN, THEN
    expect(said(there)).toEqual(FOREIGN);
    write(`${component}/ledger`, "setting\tdatabase zato_a\tx\n");
    expect(said(there)).toEqual([]);
    write(`${component}/databases`, "zato_former zato_former\n");
    expect(said(there)).toEqual(FOREIGN);
    write(`${component}/databases`, "zato_former zato_former\nzato_a zato_a\n");
    expect(said(there)).toEqual([]);
  });
});

test("other Zatos that run, or start at boot, are told; units of ours are not", () => {
  expect(
    said(
      `pgrep() { echo 4194301; echo 4194302; }; systemctl() { printf '%s enabled enabled\\n' zato-qs-1.service zato-edge.service; }`,
    ),
  ).toEqual([
    "note: another Zato runs here: processes 4194301 4194302 of zato",
    "note: the unit zato-qs-1.service starts at boot, and is not of this library; if it is another Zato's: sudo systemctl disable --now zato-qs-1.service",
  ]);
});
