import { existsSync, mkdirSync, writeFileSync } from "node:fs";
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
