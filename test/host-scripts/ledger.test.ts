import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bash, HOST_SCRIPTS, temporaryFolder } from "../support/bash";

const folder = temporaryFolder();
const LIBRARIES = ["ledger", "zato", "odb", "nft"];
const LEDGER = readdirSync(join(HOST_SCRIPTS, "lib"))
  .map((name) => readFileSync(join(HOST_SCRIPTS, "lib", name), "utf8"))
  .join("\n");

/** An entry of a ledger, what somebody does to it, and what is found then. */
interface Example {
  readonly name: string;
  readonly was: string;
  readonly change: string;
  readonly found: RegExp;
}

/** Per type of entry; what a host is asked for, files in the folder `host` tell. */
const EXAMPLES: Readonly<Record<string, readonly Example[]>> = {
  file: [
    { name: "$2/a", was: "echo 1 >a", change: "echo 2 >a", found: /a was changed/ },
    { name: "$2/a", was: "echo 1 >a", change: "chmod 0666 a", found: /a has the mode and owner 666/ },
    {
      name: "$2/a",
      was: "echo 1 >a",
      change: "ln -sf /etc/passwd a",
      found: /a is a symbolic link in place of a file/,
    },
    { name: "$2/a", was: "echo 1 >a", change: "rm a; mkdir a", found: /a is a directory in place of a file/ },
  ],
  created: [
    { name: "$2/a", was: "echo 1 >a", change: "echo 2 >a", found: /a was changed/ },
    { name: "$2/a", was: "echo 1 >a", change: "chmod 0666 a", found: /a was changed/ },
    { name: "$2/a", was: "echo 1 >a", change: "mv a b; ln -s b a", found: /a was changed/ },
    { name: "$2/a", was: "echo 1 >a", change: "rm a", found: /a was changed/ },
  ],
  folder: [
    { name: "$2/d", was: "mkdir d", change: "chmod 0777 d", found: /d is: directory, 777/ },
    { name: "$2/d", was: "mkdir d", change: "rmdir d", found: /d is gone/ },
    { name: "$2/d", was: "mkdir d", change: "mv d e; ln -s e d", found: /d is: symbolic link/ },
  ],
  tree: [{ name: "$2/d", was: "mkdir d", change: "touch d/more", found: /what was not deployed: \S+d\/more/ }],
  private: [
    {
      name: "$2/d",
      was: "mkdir -m 0700 d; touch d/a; chmod 0600 d/a",
      change: "chmod 0644 d/a",
      found: /get at \S+d\/a/,
    },
    { name: "$2/d", was: "mkdir -m 0700 d", change: "chmod 0755 d", found: /get at \S+d \(755/ },
    { name: "$2/d", was: "mkdir -m 0700 d", change: "rmdir d", found: /d is gone/ },
  ],
  link: [
    { name: "$2/l", was: "ln -s a l", change: "ln -sfn b l", found: /l leads to b in place of a/ },
    { name: "$2/l", was: "ln -s a l", change: "rm l", found: /l leads to no link in place of a/ },
  ],
  merged: [
    {
      name: "it.service",
      was: ":",
      change: "touch drop.conf; echo $2/drop.conf >host/DropInPaths",
      found: /not deployed: \S+drop\.conf/,
    },
    {
      name: "it.service",
      was: "touch env; echo $2/env >host/EnvironmentFiles",
      change: "echo A=1 >env",
      found: /not deployed: \S+env/,
    },
    {
      name: "it.service",
      was: "touch env; echo $2/env >host/EnvironmentFiles",
      change: "rm env",
      found: /something that is gone/,
    },
    {
      name: "it.service",
      was: ":",
      change: "touch it.service; echo $2/it.service >host/FragmentPath",
      found: /not deployed: \S+it\.service/,
    },
  ],
  enabled: [
    {
      name: "it.service",
      was: "echo enabled >host/is-enabled",
      change: "echo masked >host/is-enabled",
      found: /masked/,
    },
    { name: "it.service", was: "echo enabled >host/is-enabled", change: "rm host/is-enabled", found: /it is gone/ },
  ],
  running: [
    { name: "it.service", was: "echo active >host/is-active", change: "echo failed >host/is-active", found: /failed/ },
  ],
  package: [
    { name: "p", was: "echo install installed 1 >host/p", change: "echo hold installed 1 >host/p", found: /is: hold/ },
    { name: "p", was: "echo install installed 1 >host/p", change: "rm host/p", found: /is: gone/ },
  ],
  pinned: [
    {
      name: "p",
      was: "echo hold installed 1 >host/p",
      change: "echo hold installed 2 >host/p",
      found: /is: hold inst/,
    },
    {
      name: "p",
      was: "echo hold installed 1 >host/p",
      change: "echo install installed 1 >host/p",
      found: /is: install/,
    },
  ],
  table: [
    {
      name: "inet t",
      was: "echo accept >host/nft",
      change: "echo drop >host/nft",
      found: /rules of inet t in the kernel/,
    },
    { name: "inet t", was: "echo accept >host/nft", change: "rm host/nft", found: /rules of inet t in the kernel/ },
  ],
  account: [
    {
      name: "zato",
      was: "echo zato >host/groups",
      change: "echo sudo zato >host/groups",
      found: /sudo zato; in place of/,
    },
    { name: "zato", was: "echo z:x:9 >host/passwd", change: "echo z:x:0 >host/passwd", found: /z:x:0/ },
  ],
  code: [
    { name: "$2/d", was: "mkdir d; touch d/a", change: "chmod 0646 d/a", found: /others than root can change \S+d\/a/ },
    { name: "$2/d", was: "mkdir d; touch d/a", change: "chmod 0777 d", found: /others than root can change \S+d/ },
    { name: "$2/d", was: "mkdir d; touch d/a", change: "chown 1 d/a", found: /others than root can change \S+d\/a/ },
    { name: "$2/d", was: "mkdir d", change: "rmdir d", found: /d is gone/ },
  ],
  setting: [
    { name: "max_connections", was: "echo 1000 >host/sql", change: "echo 7 >host/sql", found: /max_connections is: 7/ },
    { name: "role zato", was: "echo f,f >host/sql", change: "echo t,f >host/sql", found: /role zato is: t,f/ },
    { name: "database zato", was: "echo zato >host/sql", change: "echo me >host/sql", found: /database zato is: me/ },
    { name: "settings-of zato", was: "echo t >host/sql", change: "echo f >host/sql", found: /settings-of zato is: f/ },
    {
      name: "configuration",
      was: "echo 'a = 1 | b = 2' >host/sql",
      change: "echo 'a = 1 | b = 3 | c = 4' >host/sql",
      found: /configuration is: b = 3 \| c = 4; in place of: b = 2; put it back/,
    },
    {
      name: "configuration",
      was: "echo 'a = 1 | b = 2' >host/sql",
      change: "echo 'a = 1 | b = 2 | c = 4' >host/sql",
      found: /configuration is: c = 4; in place of: nothing; put it back/,
    },
  ],
};

const HOST = `
  as_zato() { "$@"; }
  has_host() { [ -e "host/$1" ] && cat "host/$1"; }
  systemctl() {
    case $1 in
      show) for one in FragmentPath DropInPaths EnvironmentFiles; do echo "$one=$(has_host "$one")"; done ;;
      *) has_host "$1" ;;
    esac
  }
  dpkg-query() {
    local want status version
    read -r want status version < <(has_host "$4") && [ -n "$want" ] || return 1
    case $3 in
      *Version*) echo "$want $status $version" ;;
      *) echo "$want $status" ;;
    esac
  }
  nft_listing() { has_host nft; }
  getent() { has_host passwd; }
  id() { case $1 in -Gn) has_host groups ;; *) command id "$@" ;; esac; }
  as_postgres() { has_host sql; }`;

/** What is found of an entry, first as it was recorded, then after a change. */
function findings(type: string, { name, was, change }: Omit<Example, "found">): [string, string] {
  const { stdout, stderr, status } = bash(
    `set -euo pipefail
     umask 022
     STATE=$2/state work=$2/work name=it state=$2/state/components/it
     cd "$2"; rm -rf -- *; mkdir -p "$work" "$state" host; touch "$state/ledger"
     for library in ${LIBRARIES.join(" ")}; do . "$1/lib/$library.sh"; done
     found() { echo "$1"; }
     ${HOST}
     ${was}
     record ${type} "${name}"; keep_ledger
     check_ledger "$state/ledger"; echo --
     ${change}
     check_ledger "$state/ledger"`,
    [HOST_SCRIPTS, folder()],
  );
  expect([status, stderr]).toEqual([0, ""]);
  return stdout.split("--\n") as [string, string];
}

// Files are looked at together.
const TYPES = ["file", ...[...LEDGER.matchAll(/^now_(\w+)\(\)/gm)].map(([, type]) => type!)];

test("each type of entry has an example here, and says what a change of it means", () => {
  expect(TYPES.length).toBeGreaterThan(10);
  expect(Object.keys(EXAMPLES).sort()).toEqual([...TYPES].sort());
  const saying = [...LEDGER.matchAll(/^differs_(\w+)\(\)/gm)].map(([, type]) => type);
  expect(saying.sort()).toEqual([...TYPES].sort());
});

test.each(
  Object.entries(EXAMPLES).flatMap(([type, examples]) =>
    examples.map((example) => [type, example.change, example] as const),
  ),
)("%s: nothing is found as it was deployed, and '%s' is", (type, _, example) => {
  const [before, after] = findings(type, example);
  expect(before).toBe("");
  expect(after).toMatch(example.found);
});

test("what programs say is read in English, whatever the language of the host", () => {
  const language = bash('scripts=$1; . "$1/lib/all.sh"; env | grep ^LC_ALL=', [HOST_SCRIPTS], {
    LC_ALL: "de_DE.UTF-8",
  });
  expect(language.stdout).toBe("LC_ALL=C\n");
  // Those that root or the login user begins with, but for what runs programs of somebody else.
  const scripts = readdirSync(HOST_SCRIPTS).filter((name) => name.endsWith(".sh"));
  const without = scripts.filter(
    (name) =>
      !/lib\/(all|component-run|question-run)\.sh"|LC_ALL=C$/m.test(readFileSync(join(HOST_SCRIPTS, name), "utf8")),
  );
  expect(without).toEqual(["fetch-requirements.sh", "hook.sh", "run-hook.sh", "webhook.sh"]);
});
