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
     . "$1/lib/owner.sh"; . "$1/kinds/odb.sh"
     param() { case $1 in odb_local) echo "\${LOCAL:-true}" ;; odb_name) echo zato_a ;; odb_user) echo zato ;; cluster) echo a ;; on_removal) echo "\${ON_REMOVAL:-drop}" ;; *) echo "$1" ;; esac; }
     secret_file() { echo "$STATE/secrets/$1"; }
     file() { echo "$1"; }
     for one in put_file set_local_password systemctl progress record install_file need_packages install_secrets keep_former require_one_line zato_from_config; do
       eval "$one() { echo \\"$one \\$*\\"; }"
     done
     as_postgres() { echo "as_postgres $*"; }
     fail() { echo "failed: $1"; exit 1; }
     wait_until() { shift 2; "$@" >/dev/null; }
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

test("the user of an ODB may log in, and nothing that concerns other databases or users", () => {
  const play = `for one in install_postgresql restart_postgresql_always wait_for_postgresql restart_for_connections; do eval "$one() { :; }"; done
    as_postgres() { [ "$#" -gt 0 ] || cat >>"$STATE/roles"; }; local_postgresql`;
  expect(odb(play).status).toBe(0);
  expect(readFileSync(join(folder(), "roles"), "utf8")).toContain(
    'alter role "zato" login nosuperuser nocreatedb nocreaterole noreplication nobypassrls;\n',
  );
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

  test("are allowed by a restart while nobody is connected", () => {
    expect(odb(postgresql(100, 1)).did).toEqual(["allowed", "systemctl restart postgresql"]);
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
  ]);
});

describe("an ODB that is removed", () => {
  const removed = (onRemoval: string): string[] => {
    mkdirSync(join(folder(), "config", "secrets", "a"), { recursive: true });
    return odb(
      `ON_REMOVAL=${onRemoval}; POSTGRESQL_DROP_IN=$STATE/drop-in/x; has_package() { true; }; remove`,
    ).did.filter((line) => /^as_postgres|daemon-reload/.test(line));
  };
  const keys = (): boolean => existsSync(join(folder(), "config", "secrets", "a"));

  test("is dropped with its user and its keys", () => {
    expect(removed("drop")).toEqual([
      "systemctl daemon-reload",
      'as_postgres -c drop database if exists "zato_a" with (force)',
      'as_postgres -c drop role if exists "zato"',
    ]);
    expect(keys()).toBe(false);
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

  test("is kept where that is declared, with its keys, and that is noted", () => {
    expect(removed("keep-data")).toEqual(["systemctl daemon-reload"]);
    expect([keys(), existsSync(join(folder(), "data-kept", "a"))]).toEqual([true, true]);
  });
});

test("functions of whoever owns a database are never taken for PostgreSQL's", () => {
  const play = `foreign() { "$@"; }; runuser() { shift 3; "$@"; }; env() { echo "$1"; }`;
  const { stdout } = bash(`. "$1/lib/odb.sh"; ${play}; as_postgres -d theirs -c 'select 1'`, [HOST_SCRIPTS]);
  expect(stdout).toBe("PGOPTIONS=-c search_path=pg_catalog\n");
});
