import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bash, HOST_SCRIPTS, temporaryFolder } from "../support/bash";

const folder = temporaryFolder();

/** Runs with PostgreSQL's programs played by functions: what is listed is in the file "clusters". Nothing outside the folder is removed. */
function createCluster(program = ""): { readonly status: number | null; readonly did: string[] } {
  mkdirSync(join(folder(), "state"), { recursive: true });
  const { status, stdout } = bash(
    `STATE=$2/state CLUSTERS=$2/clusters
     . "$1/kinds/odb.sh"
     pg_lsclusters() { cat "$CLUSTERS" 2>/dev/null || true; }
     pg_createcluster() { echo "pg_createcluster $* with $LC_ALL, $(umask)"; echo "$*" >"$CLUSTERS"; }
     sort() { cat >/dev/null; echo /usr/lib/postgresql/0/bin/postgres; }
     rm() { echo "rm $*"; [ "$2" != -- ] || [ "$3" != "$STATE/creates-postgresql" ] || command rm -f "$3"; }
     systemctl() { :; }
     has_package() { [ -f "$STATE/installed" ]; }
     compgen() { false; }
     need_packages_stopped() { touch "$STATE/installed"; }
     progress() { :; }
     fail() { echo "failed"; exit 1; }
     umask 077
     ${program}
     install_postgresql`,
    [HOST_SCRIPTS, folder()],
  );
  return { status, did: stdout.split("\n").filter((line) => line !== "" && !line.startsWith("rm -f")) };
}

describe("a cluster of PostgreSQL", () => {
  const removed = "rm -rf -- /etc/postgresql/0/main /var/lib/postgresql/0/main";
  const created = "pg_createcluster 0 main with C.UTF-8, 0022";

  test("is created where there is none, in a locale that every host has, and for PostgreSQL's own user to read", () => {
    expect(createCluster()).toEqual({ status: 0, did: [removed, created] });
    expect(createCluster()).toEqual({ status: 0, did: [] });
  });

  test("is left alone where there is one", () => {
    writeFileSync(join(folder(), "clusters"), "15 main 5432 online postgres\n");
    expect(createCluster()).toEqual({ status: 0, did: [] });
  });

  test("is created anew after a run that was cut off in the middle", () => {
    const cut = 'pg_createcluster() { echo half >"$CLUSTERS"; exit 9; }';
    expect(createCluster(cut).status).not.toBe(0);
    expect(createCluster()).toEqual({ status: 0, did: [removed, created] });
    expect(existsSync(join(folder(), "state", "creates-postgresql"))).toBe(false);
  });

  test("is created anew where the package was cut off in the middle, and takes what it had begun for whole", () => {
    const cut = 'need_packages_stopped() { echo half >"$CLUSTERS"; exit 9; }';
    expect(createCluster(cut).status).not.toBe(0);
    expect(createCluster()).toEqual({ status: 0, did: [removed, created] });
    expect(createCluster()).toEqual({ status: 0, did: [] });
  });

  test("that the package has created stays", () => {
    const whole = 'need_packages_stopped() { touch "$STATE/installed"; echo whole >"$CLUSTERS"; }';
    expect(createCluster(whole)).toEqual({ status: 0, did: [] });
    expect(existsSync(join(folder(), "state", "creates-postgresql"))).toBe(false);
  });

  test.each(["/var/lib/postgresql/*/main", "/etc/postgresql/*/main"])(
    "of somebody's in %s stays after a cut",
    (place) => {
      const theirs = `compgen() { [ "$2" = '${place}' ]; }; pg_lsclusters() { echo "15 main"; }`;
      expect(createCluster(`${theirs}; need_packages_stopped() { exit 9; }`).status).not.toBe(0);
      expect(createCluster(theirs)).toEqual({ status: 0, did: [] });
    },
  );

  test("does not replace data that no cluster has", () => {
    const isThere = '[() { if test "$1 $2" = "! -e"; then return 1; fi; builtin [ "$@"; }';
    expect(createCluster(`compgen() { true; }; ${isThere}`)).toEqual({ status: 1, did: ["failed"] });
  });
});

/** Runs with what PostgreSQL and Zato say given by functions; each prints what it does. */
function odb(program: string): { readonly status: number | null; readonly did: string[] } {
  mkdirSync(join(folder(), "secrets"), { recursive: true });
  ["odb_password", "odb_password.former"].forEach((name) => writeFileSync(join(folder(), "secrets", name), name));
  const { status, stdout } = bash(
    `STATE=$2 state=$2 CONFIG=$2/config work=$2 staged=$2/
     . "$1/lib/ledger.sh"; . "$1/lib/owner.sh"; . "$1/kinds/odb.sh"
     param() { case $1 in odb_local) echo "\${LOCAL:-true}" ;; odb_name) echo zato_a ;; odb_user) echo zato ;; cluster) echo a ;; on_removal) echo "\${ON_REMOVAL:-drop}" ;; *) echo "$1" ;; esac; }
     secret_file() { echo "$STATE/secrets/$1"; }
     file() { echo "$1"; }
     for one in put_file set_local_password systemctl progress record install_file need_packages install_secrets keep_former require_one_line zato_from_config; do
       eval "$one() { echo \\"$one \\$*\\"; }"
     done
     as_postgres() { echo "as_postgres $*"; }
     fail() { echo "failed: $1"; exit 1; }
     wait_until() { shift 2; "$@" >/dev/null; }
     OUR_PACKAGES=$STATE/our-packages
     ${program}`,
    [HOST_SCRIPTS, folder()],
  );
  return { status, did: stdout.split("\n").filter(Boolean) };
}

const former = (): boolean => existsSync(join(folder(), "secrets", "odb_password.former"));

describe("the password of an ODB", () => {
  const takes = (...names: string[]): string =>
    `odb_takes() { case $(basename "$1") in ${[...names, "none"].join(" | ")}) true ;; *) false ;; esac; }`;

  test("that is taken is settled: the former one is forgotten", () => {
    expect(odb(`${takes("odb_password")}; settle_password`)).toEqual({ status: 0, did: [] });
    expect(former()).toBe(false);
  });

  test("stays the former one as long as servers of before use that", () => {
    expect(odb(`${takes("odb_password.former")}; settle_password`)).toEqual({ status: 0, did: [] });
    expect(former()).toBe(true);
  });

  test("is set where neither is taken", () => {
    const set = `${takes()}; set_local_password() { echo set; odb_takes() { true; }; }; settle_password`;
    expect(odb(set)).toEqual({ status: 0, did: ["set"] });
    expect(odb(`${takes()}; settle_password`).did.at(-1)).toContain("failed: PostgreSQL does not let zato in");
  });

  test("of one elsewhere has to be taken, and is not set", () => {
    expect(odb(`LOCAL=false; ${takes("odb_password.former")}; settle_password`).did).toEqual([
      "failed: the ODB zato_a at odb_host:odb_port cannot be used by zato; see the log",
    ]);
  });
});

describe("the tables of an ODB", () => {
  const PARTS = "settle_password() { :; }; of_release() { :; }; odb_client_package() { :; }; LOCAL=false";
  const created = (functions: string): string[] =>
    odb(`${PARTS}; ${functions}; }; converge`).did.filter((line) => /^(zato_from_config|failed)/.test(line));

  test("are created where they are missing, and only there", () => {
    const creates =
      'zato_from_config() { echo "zato_from_config $1"; touch "$STATE/made"; }; odb_has_table() { [ -e "$STATE/made" ]';
    expect(created(creates)).toEqual(["zato_from_config create"]);
    expect(created("odb_has_table() { true")).toEqual([]);
  });

  test("fail to come only where they are not there in the end, whatever Zato's exit status was", () => {
    const failing = `${PARTS}; zato_from_config() { touch "$STATE/made"; false; }; odb_has_table() { `;
    expect(odb(`${failing} [ -e "$STATE/made" ]; }; converge`).status).toBe(0);
    expect(odb(`${failing} false; }; converge`).did.at(-1)).toBe("failed: Zato could not create the ODB");
  });
});

test("what somebody has set for an ODB and its user by hand is taken back, and told, before it is used", () => {
  const play = `for one in install_postgresql restart_postgresql_always wait_for_postgresql restart_for_connections; do eval "$one() { :; }"; done
    set_for() { echo "set_for $1"; }
    as_postgres() { case "$*" in *set_for*) printf 'default_transaction_read_only=on\\nwork_mem=1MB\\n' ;; "") cat >>"$STATE/said" ;; -d*) cat >/dev/null; echo "in $2" ;; esac; }; local_postgresql`;
  const { status, did } = odb(play);
  expect(status).toBe(0);
  expect(did.slice(-2)).toEqual([
    "progress taking back what was set by hand for the database zato_a: default_transaction_read_only=on, work_mem=1MB; servers have it until they connect anew, or are restarted",
    "in zato_a",
  ]);
  const said = readFileSync(join(folder(), "said"), "utf8");
  [
    `alter role "zato" connection limit -1 valid until 'infinity';`,
    'alter role "zato" reset all;',
    'alter role "zato" in database "zato_a" reset all;',
    'alter database "zato_a" with allow_connections true connection limit -1;',
    'alter database "zato_a" reset all;',
  ].forEach((statement) => expect(said).toContain(statement));
});

test("the user of an ODB may log in, and nothing that concerns other databases or users", () => {
  const play = `for one in install_postgresql restart_postgresql_always wait_for_postgresql restart_for_connections; do eval "$one() { :; }"; done
    as_postgres() { [ "$#" -gt 0 ] || cat >>"$STATE/roles"; }; set_for() { :; }; local_postgresql`;
  expect(odb(play).status).toBe(0);
  expect(readFileSync(join(folder(), "roles"), "utf8")).toContain(
    'alter role "zato" login nosuperuser nocreatedb nocreaterole noreplication nobypassrls;\n',
  );
});

describe("an ODB whose server is newer than the programs that would dump it", () => {
  const play = (backedUp: boolean): string[] =>
    odb(`for one in settle_password odb_client_package of_release odb_has_table; do eval "$one() { :; }"; done
      LOCAL=false; param() { case $1 in odb_local) echo false ;; backed_up) echo ${backedUp} ;; *) echo "$1" ;; esac; }
      odb_can_be_dumped() { echo "its server is newer" >&2; return 1; }; converge`).did;

  test("is refused before anything is made in it, where backups are declared", () => {
    expect(play(true)).toContain("failed: no backup could be made of the ODB odb_name: its server is newer");
    expect(play(true).join("\n")).not.toContain("put_file");
  });

  test("is taken where none are", () => {
    expect(play(false).join("\n")).not.toContain("failed");
  });
});

test("an ODB is used once its password is settled, and whose deployment it is, root alone reads", () => {
  writeFileSync(join(folder(), ".owner"), "4711");
  const play = `for one in settle_password odb_has_table; do eval "$one() { echo $one; }"; done
    LOCAL=false; of_release() { :; }; odb_client_package() { :; }; converge`;
  const { did } = odb(play);
  expect(did.indexOf("settle_password")).toBe(did.indexOf("odb_has_table") - 1);
  expect(did).toContain(`put_file ${folder()}/.owner ${folder()}/deployment-a 0600 root`);
});

describe("connections to a PostgreSQL of ours", () => {
  const CLUSTERS = "pg_lsclusters() { printf '%s\\n' '15 main 5432 online postgres' '13 old 5433 online postgres'; }";
  const postgresql = (allowed: number, connected: number): string =>
    `${CLUSTERS}; pg_conftool() { echo ${allowed}; }; as_postgres() { case $2 in show*) echo ${allowed} ;; select\\ count*) echo ${connected} ;; *) echo 1 ;; esac; }
     allow_connections() { echo allowed; }; restart_for_connections`;

  test("are allowed by a restart while nobody is connected, and PostgreSQL on other ports goes on", () => {
    expect(odb(postgresql(100, 1)).did).toEqual(["allowed", "systemctl try-restart postgresql@15-main.service"]);
  });

  test("are allowed by whoever restarts it, where it is in use", () => {
    expect(odb(postgresql(100, 2)).did).toEqual([
      "allowed",
      "progress PostgreSQL is in use, and allows 1000 connections once somebody restarts it",
    ]);
  });

  test("are left as they are where there may be enough", () => {
    expect(odb(postgresql(1000, 1)).did).toEqual([]);
  });

  /** With Debian's folders of configurations below the test's own. */
  const allow = (allowed: number): string[] =>
    odb(
      `eval "$(declare -f allow_connections | sed "s,/etc/postgresql,$STATE/postgresql,")"
       ${CLUSTERS}; pg_conftool() { echo ${allowed}; }; allow_connections; cat "$work/postgresql.conf" 2>/dev/null || true`,
    ).did.map((line) => line.replaceAll(folder(), ""));

  test.each([
    ["of 100", 100, ["install_file /postgresql.conf /postgresql/15/main/conf.d/cdktf-zato.conf 0644 root", "max_connections = 1000"]], // prettier-ignore
    ["of as many", 1000, []],
  ])(
    "are allowed in a file beside the configuration of the cluster on the usual port, in place %s",
    (_, allowed, did) => {
      ["15/main", "13/old"].forEach((name) =>
        mkdirSync(join(folder(), "postgresql", name, "conf.d"), { recursive: true }),
      );
      expect(allow(allowed)).toEqual(did);
    },
  );

  test("are left as they are in a cluster that reads no such files", () => {
    mkdirSync(join(folder(), "postgresql", "15", "main"), { recursive: true });
    expect(allow(100)).toEqual([]);
  });
});

describe("a database of the name that is declared", () => {
  /** Which databases and users there are; what is done in the end. */
  const declared = (there: string, before = ":"): readonly string[] => {
    const play = `for one in install_postgresql restart_postgresql_always wait_for_postgresql restart_for_connections; do eval "$one() { :; }"; done
      as_postgres() { case $* in *pg_roles*) ${there} ;; "") cat >/dev/null ;; esac; }
      rm -f "$STATE/secrets/odb_password"; ${before}
      note_own_databases; local_postgresql`;
    return odb(play).did.filter((line) => /^(failed|progress creating)/.test(line));
  };
  const noted = (): string => readFileSync(join(folder(), "databases"), "utf8");
  const THERE = "echo 1";
  const REFUSED = [
    "failed: PostgreSQL has a database or a user zato_a already, and not of this cluster; rename it, or name another one: OdbDatabase.localPostgresql({ database })",
  ];
  const kept = (text: string): string => `mkdir -p "$STATE/data-kept"; printf '${text}' >"$STATE/data-kept/a"`;
  const KEYS = 'touch "$STATE/secrets/odb_password"; echo key >"$STATE/secrets/odb_password"';

  test("is created and noted where there is none, and is the cluster's from then on", () => {
    expect([declared(""), noted()]).toEqual([["progress creating the database zato_a"], "zato_a zato\n"]);
    expect(declared(THERE)).toEqual(["progress creating the database zato_a"]);
  });

  test("is somebody else's where the cluster has had another one: it is neither changed nor noted", () => {
    writeFileSync(join(folder(), "databases"), "zato_former zato_former\n");
    expect([declared(THERE), noted()]).toEqual([REFUSED, "zato_former zato_former\n"]);
  });

  test.each([
    [
      "a deploy that had no other notes has noted it",
      `printf 'setting\\tdatabase zato_a\\tx\\nsetting\\trole zato\\tx\\n' >"$STATE/ledger"`,
    ],
    ["its removal has kept it", kept("local\\nzato_a zato\\nzato4_a zato4_a\\n")],
    ["its removal has kept it, and noted no names", `${kept("local\\n")}; ${KEYS}`],
  ])("is the cluster's where %s", (_, before) => {
    expect(declared(THERE, before)).toEqual(["progress creating the database zato_a"]);
    expect(noted()).toContain("zato_a zato\n");
  });

  test.each([
    ["its removal has kept another one", `${kept("local\\nother other\\n")}; ${KEYS}`],
    ["its removal has kept none here", `${kept("elsewhere\\n")}; ${KEYS}`],
    ["nothing was kept", ":"],
  ])("is somebody else's where %s", (_, before) => {
    expect(declared(THERE, before)).toEqual(REFUSED);
  });
});

test("what was set in a PostgreSQL of ours, or is relied on there, is noted", () => {
  writeFileSync(join(folder(), "hba"), "");
  const { did } = odb(
    `pg_lsclusters() { printf '%s\\n' '15 main 5432 online postgres' '13 old 5433 online postgres'; }
     as_postgres() { echo "$STATE/hba"; }; record_postgresql`,
  );
  expect(did.map((line) => line.replace(folder(), ""))).toEqual([
    "record enabled postgresql.service enabled",
    "record merged postgresql@15-main.service",
    "record file /hba",
    "record setting max_connections",
    "record setting listen_addresses",
    "record setting role zato",
    "record setting database zato_a",
    "record setting settings-of zato_a",
  ]);
});

test.each([
  ["of ours", "postgresql\n", ["record setting configuration"]],
  ["that was there before us", "haproxy\n", []],
])("the configuration of a PostgreSQL %s is noted accordingly", (_, packages, expected) => {
  writeFileSync(join(folder(), "packages"), packages);
  const { did } = odb("pg_lsclusters() { :; }; as_postgres() { :; }; OUR_PACKAGES=$STATE/packages; record_postgresql");
  expect(did.filter((line) => line.endsWith("configuration"))).toEqual(expected);
});

describe("an ODB that is removed", () => {
  const removed = (onRemoval: string, before = ":"): string[] => {
    mkdirSync(join(folder(), "config", "secrets", "a"), { recursive: true });
    return odb(
      `${before}; ON_REMOVAL=${onRemoval}; POSTGRESQL_DROP_IN=$STATE/drop-in/x; has_package() { true; }; remove`,
    ).did.filter((line) => /^as_postgres|daemon-reload/.test(line));
  };
  test("leaves how PostgreSQL is started to another cluster's that is on the host", () => {
    // GIVEN
    ["a-odb", "b-odb"].forEach((name) => mkdirSync(join(folder(), "components", name), { recursive: true }));
    mkdirSync(join(folder(), "drop-in"));
    writeFileSync(join(folder(), "drop-in", "x"), "");
    const ledger = join(folder(), "components", "b-odb", "ledger");
    const note = (file: string): void => writeFileSync(ledger, `file\t${folder()}/drop-in/${file}\t644\n`);

    // WHEN, THEN
    note("x");
    const own = "state=$STATE/components/a-odb";
    expect([removed("drop", own)[0], existsSync(join(folder(), "drop-in", "x"))]).toEqual([DROPPED, true]);
    note("xy");
    expect([removed("drop", own)[0], existsSync(join(folder(), "drop-in"))]).toEqual([
      "systemctl daemon-reload",
      false,
    ]);
  });

  const DROPPED = 'as_postgres -c drop database if exists "zato_a" with (force)';
  const keys = (): boolean => existsSync(join(folder(), "config", "secrets", "a"));

  test("is dropped with its user and its keys", () => {
    expect(removed("drop")).toEqual([
      "systemctl daemon-reload",
      'as_postgres -c drop database if exists "zato_a" with (force)',
      'as_postgres -c drop role if exists "zato"',
    ]);
    expect(keys()).toBe(false);
  });

  test("GIVEN something of its user's in another database, WHEN it is dropped, THEN the user is named and stays, and all else goes", () => {
    // GIVEN
    writeFileSync(join(folder(), "databases"), "zato_a zato_a\nzato_b zato_b\n");
    mkdirSync(join(folder(), "config", "secrets", "a"), { recursive: true });
    const refusing = `as_postgres() { echo "as_postgres $*"; [[ $* != *'role if exists "zato_a"' ]]; }`;

    // WHEN
    const { status, did } = odb(`${refusing}; POSTGRESQL_DROP_IN=$STATE/drop-in/x; has_package() { true; }; remove`);

    // THEN
    expect([status, keys()]).toEqual([0, false]);
    expect(did.slice(-4)).toEqual([
      'as_postgres -c drop role if exists "zato_a"',
      "progress left: PostgreSQL's user zato_a, who has something in another database, or rights there; the log says in which",
      'as_postgres -c drop database if exists "zato_b" with (force)',
      'as_postgres -c drop role if exists "zato_b"',
    ]);
  });

  test("is dropped with former ones, which were left as a way back", () => {
    writeFileSync(join(folder(), "databases"), "zato_a zato\nzato4_a zato4_a\n");
    expect(removed("drop").slice(1)).toEqual([
      'as_postgres -c drop database if exists "zato4_a" with (force)',
      'as_postgres -c drop role if exists "zato4_a"',
      'as_postgres -c drop database if exists "zato_a" with (force)',
      'as_postgres -c drop role if exists "zato"',
    ]);
  });

  const kept = (): string => readFileSync(join(folder(), "data-kept", "a"), "utf8");

  test("is kept where that is declared, with its keys and former ones, and that is noted", () => {
    writeFileSync(join(folder(), "databases"), "zato_a zato\nzato4_a zato4_a\n");
    expect(removed("keep-data")).toEqual(["systemctl daemon-reload"]);
    expect([keys(), kept()]).toEqual([true, "local\nzato_a zato\nzato4_a zato4_a\n"]);
  });

  test("is kept here as the way back where the cluster's database is elsewhere by now", () => {
    writeFileSync(join(folder(), "databases"), "zato_a zato_a\n");
    removed("keep-data", "LOCAL=false");
    expect(kept()).toBe("local\nzato_a zato_a\n");
  });

  test("is elsewhere where the cluster has never had one here", () => {
    expect(removed("drop", "LOCAL=false")).toEqual(["systemctl daemon-reload"]);
    removed("keep-data", "LOCAL=false");
    expect(kept()).toBe("elsewhere\n");
  });

  test("is dropped here, too, where the cluster's database is elsewhere by now, and only what is the cluster's", () => {
    writeFileSync(join(folder(), "databases"), "former former\n");
    const dropped = ["former"].flatMap((name) => [
      `as_postgres -c drop database if exists "${name}" with (force)`,
      `as_postgres -c drop role if exists "${name}"`,
    ]);
    expect(removed("drop", "LOCAL=false").slice(1)).toEqual(dropped);
    writeFileSync(join(folder(), "databases"), "former former\n");
    expect(removed("drop").slice(1)).toEqual(dropped);
  });
});

test("whoever owns a database cannot let us wait for his locks for ever", () => {
  const play = `param() { echo postgresql; }; odb_client() { printf '%s\n' "\${@:2}"; }`;
  const { stdout } = bash(`. "$1/lib/odb.sh"; ${play}; odb_sql secret`, [HOST_SCRIPTS]);
  // What is on standard input comes after it, in the same session.
  expect(stdout).toMatch(/^psql\n(-.*\n)*-c\nset lock_timeout = '60s'\n-f\n-\n-v\nON_ERROR_STOP=1\n$/);
});

test("functions of whoever owns a database are never taken for PostgreSQL's", () => {
  const play = `foreign() { "$@"; }; runuser() { shift 3; "$@"; }; env() { echo "$1"; }`;
  const { stdout } = bash(`. "$1/lib/odb.sh"; ${play}; as_postgres -d theirs -c 'select 1'`, [HOST_SCRIPTS]);
  expect(stdout).toBe("PGOPTIONS=-c search_path=pg_catalog -c lock_timeout=60s\n");
});
