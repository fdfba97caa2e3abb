import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { bash, BashResult, HOST_SCRIPTS, temporaryFolder } from "../support/bash";

const folder = temporaryFolder();

/** Runs with the library for packages; apt and dpkg are played by functions. */
function withPackages(program: string, args: string[] = []): BashResult {
  mkdirSync(join(folder(), "work"), { recursive: true });
  return bash(
    `scripts=$1 STATE=$2/state work=$2/work; shift 2; mkdir -p "$STATE"; exec 3>&1
     say() { echo "said: $1"; }
     fail() { echo "failed: $1"; exit 1; }
     foreign() { "$@"; }
     . "$scripts/lib/packages.sh"
     ${program}`,
    [HOST_SCRIPTS, folder(), ...args],
  );
}

describe("where another program has dpkg's lock", () => {
  const LOCKED = [
    "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 812 (unattended-upgr)",
    "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 812 (apt-get)",
    "dpkg: error: dpkg frontend lock was locked by another process with pid 812",
    "dpkg: error: dpkg database is locked by another process",
  ];
  const attempt = (message: string, times: number): BashResult =>
    withPackages(
      `count=0
       sleep() { SECONDS=$((SECONDS + 40)); }
       program() { n=$(cat "$work/n" 2>/dev/null || echo 0); echo $((n + 1)) >"$work/n"; if [ "$n" -lt $2 ]; then echo "$1"; return 100; fi; echo done; }
       env() { :; }
       in_turn program "$1" $2`.replaceAll("$2", String(times)),
      [message],
    );

  test.each(LOCKED)("we wait, and say for whom: %s", (message) => {
    const { status, stdout } = attempt(message, 3);
    expect(status).toBe(0);
    expect(
      stdout.match(/said: waiting for another program that installs packages, (process 812|which has)/g)?.length,
    ).toBe(2);
    expect(stdout.trimEnd().split("\n").at(-1)).toBe("done");
  });

  test("we give up after an hour", () => {
    expect(attempt(LOCKED[0]!, 1000)).toMatchObject({
      status: 1,
      stdout: expect.stringContaining(
        "failed: another program, process 812 (unattended-upgr), has been installing packages for an hour",
      ) as string,
    });
  });

  test("any other failure is one at once", () => {
    expect(attempt("E: Unable to locate package nowhere", 5)).toEqual({
      status: 100,
      stdout: "E: Unable to locate package nowhere\n",
      stderr: "",
    });
  });
});

describe("what apt was cut off in", () => {
  const finish = (states: readonly string[]): string[] =>
    withPackages(`dpkg-query() { printf '%s\\n' ${states.map((state) => `'${state}'`).join(" ")}; }
       foreign() { echo "ran: $*"; }
       finish_packages`).stdout.match(/^ran: .*$/gm) ?? [];

  test("is unpacked again where dpkg was unpacking, and set up", () => {
    expect(finish(["ok a:amd64", "reinstreq libnl-3-200:amd64", "ok b", "reinstreq c"])).toEqual([
      "ran: apt-get -q -y install --fix-broken --reinstall libnl-3-200:amd64 c",
      "ran: dpkg --configure -a",
    ]);
  });

  test("is only set up where all was unpacked", () => {
    expect(finish(["ok a:amd64", "ok reinstreq"])).toEqual(["ran: dpkg --configure -a"]);
  });

  test("counts as missing until then", () => {
    const has = (state: string): number | null =>
      withPackages(`dpkg-query() { echo '${state}'; }; has_package a`).status;
    expect(["ok installed", "reinstreq installed", "ok half-configured", "ok not-installed", ""].map(has)).toEqual([
      0, 1, 1, 1, 1,
    ]);
  });
});

describe("ours is", () => {
  const came = (log: string): string[] => {
    writeFileSync(join(folder(), "log"), log);
    return withPackages('dpkg_has_installed "$1"', [join(folder(), "log")])
      .stdout.split("\n")
      .filter(Boolean);
  };

  test("what dpkg has begun to put on a host that had none of it; not what it upgrades, or has only announced", () => {
    const log = `processing: upgrade: perl-base
status: perl-base: unpacked
processing: install: libgdbm6:amd64
status: libgdbm6:amd64: half-installed
status: libgdbm6:amd64: unpacked
processing: install: haproxy
status: haproxy: half-installed
processing: install: keepalived
processing: install: broken
status: broken: not-installed
status: libc-bin: triggers-pending
`;
    expect(came(log)).toEqual(["haproxy", "libgdbm6"]);
  });

  test("in whatever order packages come, exactly those that are new", () => {
    const name = fc.stringMatching(/^[a-z0-9][a-z0-9+.-]{1,12}$/);
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(name, fc.boolean(), fc.boolean()), { selector: ([one]) => one }),
        (packages) => {
          const log = packages
            .map(([one, isNew, architecture]) => {
              const full = architecture ? `${one}:amd64` : one;
              return `processing: ${isNew ? "install" : "upgrade"}: ${full}\nstatus: ${full}: half-installed\nstatus: ${full}: unpacked\n`;
            })
            .join("");
          expect(came(log)).toEqual(packages.flatMap(([one, isNew]) => (isNew ? [one] : [])).sort());
        },
      ),
      { numRuns: 15 },
    );
  });

  test("an account of a fixed list that was not there before, of a package that is ours", () => {
    const { stdout } = withPackages(
      `getent() { [ "$2" = postgres ]; }
       note_missing_accounts
       printf '%s\\n' 'processing: install: haproxy' 'status: haproxy: unpacked' \\
         'processing: install: postgresql-common' 'status: postgresql-common: unpacked' >"$APT_CALL/dpkg"
       dpkg-query() { echo installed; }
       note_what_came
       cat "$OUR_ACCOUNTS"; echo; cat "$OUR_PACKAGES"; ls "$STATE"`,
    );
    expect(stdout).toBe("group haproxy\npasswd haproxy\n\nhaproxy\npostgresql-common\naccounts\npackages\n");
  });

  test.each([
    ["is gone again", "dpkg-query() { echo not-installed; }"],
    ["nobody knows", "dpkg-query() { return 1; }"],
  ])("not what %s when an apt that was cut off is looked at: whoever installs it later, it is his", (_, dpkg) => {
    const { stdout } = withPackages(
      `note_missing_accounts
       printf '%s\\n' 'processing: install: socat' 'status: socat: half-installed' >"$APT_CALL/dpkg"
       ${dpkg}
       note_what_came
       dpkg-query() { echo installed; }
       note_what_came
       cat "$OUR_PACKAGES"`,
    );
    expect(stdout).toBe("");
  });

  const dpkgPuts = (name: string): string =>
    `getent() { :; }; dpkg-query() { echo installed; }
     dpkg_puts() { printf '%s\\n' 'processing: install: ${name}' 'status: ${name}: unpacked' >>"$APT_CALL/dpkg"; }`;

  test("what an apt has put there, as soon as it has ended, also where it failed", () => {
    const { stdout } = withPackages(
      `${dpkgPuts("socat")}
       apt() { dpkg_puts; return 100; }
       install_packages socat || echo "status $?"
       cat "$OUR_PACKAGES"; ls "$STATE"`,
    );
    expect(stdout).toBe("status 100\nsocat\naccounts\npackages\n");
  });

  test("what an apt that was cut off has put there, before the next one begins", () => {
    const { stdout } = withPackages(
      `${dpkgPuts("haproxy")}
       note_missing_accounts; dpkg_puts
       apt() { cat "$OUR_PACKAGES"; }
       install_packages keepalived`,
    );
    expect(stdout).toBe("haproxy\n");
  });
});

describe("a service of the distribution that would be in the way", () => {
  const need = (before: string): string[] =>
    withPackages(
      `progress() { :; }
       systemctl() { echo "$*"; }
       dpkg-query() { ! [ -e "$work/there" ] || echo 'ok installed'; }
       record() { :; }
       install_missing() { echo "install $*"; touch "$work/there"; }
       ${before}
       need_packages_stopped nftables.service nftables
       ls "$STATE"`,
    ).stdout.split("\n").filter(Boolean); // prettier-ignore
  const AFTERWARDS = ["unmask --runtime --quiet nftables.service", "disable --quiet nftables.service"];

  test("cannot start while its package comes, and is not started at boot", () => {
    expect(need(":")).toEqual(["mask --runtime --quiet nftables.service", "install nftables", ...AFTERWARDS]);
  });

  test("is let go by the next run where one was cut off after its package had come", () => {
    expect(need('touch "$work/there" "$STATE/starts-not-nftables.service"')).toEqual(AFTERWARDS);
  });

  test("is left as it is where its package was there before", () => {
    expect(need('touch "$work/there"')).toEqual([]);
  });
});

describe("what was installed, and somebody else runs", () => {
  const UNITS = ["haproxy", "keepalived", "nftables", "redis-server"];
  /** What is purged where packages of ours are there, and their units are as told. */
  const purged = (systemctl: string, before = ":"): readonly string[] =>
    withPackages(
      `printf '%s\\n' ${UNITS.join(" ")} >"$OUR_PACKAGES"
       progress() { echo "said: $1"; }; finish_packages() { :; }; remove_our_accounts() { :; }; systemd-tmpfiles() { :; }
       dpkg-query() { case $* in *Provides*) for one in ${UNITS.join(" ")}; do printf 'installed\\t%s\\t,\\t\\n' $one; done ;; *) printf 'installed %s\\n' ${UNITS.join(" ")} ;; esac; }
       apt() { case $1 in purge) echo "$*" ;; esac; }
       systemctl() { case $1:$3 in ${systemctl}) ;; *) return 1 ;; esac; }
       ${before}
       remove_our_packages`,
    ).stdout.split("\n").filter((line) => /^(purge|said)/.test(line)); // prettier-ignore

  test.each([
    ["runs", "is-active:redis-server.service"],
    ["starts at boot", "is-enabled:redis-server.service"],
  ])("stays, with its data, where its own service %s", (_, systemctl) => {
    expect(purged(systemctl)).toEqual([
      "said: keeping what was installed and somebody else runs: redis-server",
      "purge haproxy keepalived nftables",
    ]);
  });

  test("is all that stays", () => {
    expect(purged("none")).toEqual(["purge haproxy keepalived nftables redis-server"]);
    expect(purged("is-*")[0]).toBe(`said: keeping what was installed and somebody else runs: ${UNITS.join(" ")}`);
  });

  test("is not what a run that was cut off has not stopped yet", () => {
    const cutOff = 'touch "$STATE/starts-not-redis-server.service"';
    expect(purged("is-enabled:redis-server.service", cutOff)).toEqual([
      "purge haproxy keepalived nftables redis-server",
    ]);
  });
});

describe("what was installed, and others need by now", () => {
  /** Of ours are `entry` and `runtime`. Of the others `system` cannot go, and got a release along with ours that needs `needs`; `tool` needs `entry`. */
  const removed = ({ needs, tool = "", refused = needs }: { needs: string; tool?: string; refused?: string }): readonly string[] =>
    withPackages(
      `printf '%s\\n' entry runtime >"$OUR_PACKAGES"
       progress() { echo "said: $1"; }; finish_packages() { :; }; remove_our_accounts() { :; }; systemd-tmpfiles() { :; }; systemctl() { return 1; }
       dpkg-query() {
         case $* in
           *Provides*) printf 'installed\\t%s\\t%s\\t\\n' entry ',' runtime ',' system ',${needs} (= 16)' tool ',${tool}' ;;
           *) printf 'installed %s\\n' entry runtime system tool ;;
         esac
       }
       apt() {
         case " $*" in *" ${refused}"*) echo 'E: pkgProblemResolver::Resolve generated breaks'; return 100 ;; esac
         case $* in
           -s*entry*) printf 'Purg %s [1]\\n' entry ${tool && "tool"} ;;
           purge*) echo "$*" ;;
         esac
       }
       remove_our_packages`,
    ).stdout.split("\n").filter((line) => /^(purge|said)/.test(line)); // prettier-ignore

  test.each([
    ["a package that the system cannot do without", { needs: "runtime" }, "runtime", ["purge entry"]],
    ["that and another one", { needs: "runtime", tool: "entry" }, "entry runtime", []],
  ])("stays, and all else goes: %s", (_, packages, kept, gone) => {
    expect(removed(packages)).toEqual([`said: keeping what was installed and others need: ${kept}`, ...gone]);
  });

  test("stays where one goes by apt's own word", () => {
    expect(removed({ needs: "nothing", tool: "entry" })).toEqual([
      "said: keeping what was installed and others need: entry",
      "purge runtime",
    ]);
  });

  test("is left, and that said, where apt refuses it for another reason", () => {
    expect(removed({ needs: "nothing", refused: "entry" })).toEqual(["said: not all packages could be removed"]);
  });
});

describe("of packages in question stays what the named ones need", () => {
  /** A line of dpkg's for each package: what it depends on, and provides. */
  const left = (packages: Readonly<Record<string, readonly [string, string?]>>): readonly string[] => {
    const lines = Object.entries(packages).map(([name, [needs, provides = ""]]) => `installed\t${name}\t,${needs}\t${provides}\n`); // prettier-ignore
    writeFileSync(join(folder(), "dpkg"), lines.join(""));
    return withPackages(
      `dpkg-query() { cat "${join(folder(), "dpkg")}"; }
       printf '%s\\n' a b c | without_needed_by named`,
    ).stdout.split("\n").filter(Boolean); // prettier-ignore
  };
  const OTHERS = { a: [""], b: [""], c: [""] } as const;

  test.each<[string, Readonly<Record<string, readonly [string, string?]>>, string[]]>([
    ["nothing", { named: [""] }, ["a", "b", "c"]],
    ["one, in some release", { named: ["b (>= 1:2.0~), libc6 (>= 2.36)"] }, ["a", "c"]],
    ["one by another one", { named: ["between:any"], between: ["c [linux-any]"] }, ["a", "b"]],
    ["one of two that would do", { named: ["a | b"] }, ["c"]],
    ["one that would do beside one that stays anyway", { named: ["a | stays"], stays: [""] }, ["a", "b", "c"]],
    ["one that would do beside one that is not there", { named: ["a | gone"] }, ["b", "c"]],
    ["what one provides", { named: ["mail"], a: ["", "web, mail (= 1)"] }, ["b", "c"]],
    ["what one provides beside one that stays anyway", { named: ["mail"], a: ["", "mail"], stays: ["", "mail"] }, ["a", "b", "c"]], // prettier-ignore
  ])("%s", (_, packages, expected) => {
    expect(left({ ...OTHERS, ...packages })).toEqual(expected);
  });
});
