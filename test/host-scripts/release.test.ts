import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bash, HOST_SCRIPTS, temporaryFolder } from "../support/bash";

const folder = temporaryFolder();

/** Runs with two releases, each of which says its own name, or what it was given. */
function said(program: string): string[] {
  for (const release of ["zato-3", "zato-9"]) {
    mkdirSync(join(folder(), "release", release), { recursive: true });
    mkdirSync(join(folder(), "release", release, "existing"), { recursive: true });
    writeFileSync(join(folder(), "release", release, "names.sh"), `name() { echo "${release} $*"; }\n`);
    writeFileSync(join(folder(), "release", release, "existing", "names.sh"), `name() { echo "theirs $*"; }\n`);
  }
  const begin = `scripts=$2; . "$1/lib/release.sh"; param() { case $1 in release) printf %s "$now" ;; owner) printf %s "\${owner:-}" ;; esac; }; now=zato-3`;
  return bash(`${begin}; ${program}`, [HOST_SCRIPTS, folder()]).stdout.split("\n").filter(Boolean);
}

test("what differs between releases is done as that of the component does it, with what it is given", () => {
  expect(said("of_release name a 'b c'")).toEqual(["zato-3 a b c"]);
});

test("a component of another release has that done in another way, whoever was asked before", () => {
  expect(said("of_release name; (now=zato-9; of_release name); of_release name")).toEqual([
    "zato-3 ",
    "zato-9 ",
    "zato-3 ",
  ]);
  expect(said("of_release name; now=zato-9; of_release name; now=zato-3; of_release name")).toEqual([
    "zato-3 ",
    "zato-9 ",
    "zato-3 ",
  ]);
});

test("a cluster that somebody else has installed has it done in a way of its own", () => {
  expect(said("owner=esb; of_release name a")).toEqual(["theirs a"]);
});

test("the scripts of a release are read once", () => {
  expect(said("of_release name; name() { echo replaced; }; of_release name")).toEqual(["zato-3 ", "replaced"]);
});

test("the password of Zato's own user of the admin API is changed, and no other one's", () => {
  const program = `. "$1/release/zato-3/admin.sh"; admin() { echo "$*"; }; sql() { echo "of $1"; }
    secret_file() { echo "/$1"; }; for_zato() { echo "$1"; }; change_admin_password here`;
  expect(bash(program, [HOST_SCRIPTS]).stdout).toBe(
    "here change-password of select id from sec_base where name = 'admin.invoke' /admin_invoke_password\n",
  );
});
