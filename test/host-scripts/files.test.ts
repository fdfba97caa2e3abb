import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { bash, BashResult, HOST_SCRIPTS, temporaryFolder } from "../support/bash";
import { testWith } from "../support/tools";

const folder = temporaryFolder();

function withFiles(program: string): BashResult {
  return bash(`. "$1/lib/files.sh"; record() { :; }\ncd "$2"\nme=$(id -un)\n${program}`, [HOST_SCRIPTS, folder()]);
}

describe("install_file", () => {
  beforeEach(() => writeFileSync(join(folder(), "source"), 'a "b" $c\n'));

  test("puts a file in place, and says so", () => {
    expect(withFiles('install_file source target 0640 "$me"').stdout).toBe("installed target\n");
    expect(readFileSync(join(folder(), "target"), "utf8")).toBe('a "b" $c\n');
    expect((statSync(join(folder(), "target")).mode & 0o777).toString(8)).toBe("640");
  });

  test("leaves a file alone that is as it should be", () => {
    withFiles('install_file source target 0640 "$me"');
    const before = statSync(join(folder(), "target"));
    expect(withFiles('install_file source target 0640 "$me"').stdout).toBe("");
    expect(statSync(join(folder(), "target"))).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
  });

  test.each([
    ["content", "echo other >target"],
    ["mode", "chmod 0600 target"],
  ])("replaces a file whose %s differs, in one step", (_, change) => {
    withFiles('install_file source target 0640 "$me"');
    const before = statSync(join(folder(), "target"));
    expect(withFiles(`${change}; install_file source target 0640 "$me"`).stdout).toContain("installed target");
    const after = statSync(join(folder(), "target"));
    expect(readFileSync(join(folder(), "target"), "utf8")).toBe('a "b" $c\n');
    expect([after.mode & 0o777, after.ino === before.ino]).toEqual([0o640, false]);
  });

  test("leaves nothing else behind, also when a run before was cut off", () => {
    writeFileSync(join(folder(), "target.cdktf-zato-new"), "half");
    expect(withFiles('install_file source target 0600 "$me"; ls').stdout).toBe("installed target\nsource\ntarget\n");
  });

  test("fails for a source that is not there", () => {
    expect(withFiles('install_file nothing target 0600 "$me"').status).not.toBe(0);
  });
});

describe("roots_folder", () => {
  const asRoot = testWith(["test", "-w", "/root"]);
  const MAKE = "umask 077; roots_folder opt/zato/code 0750 root; stat -c %a opt opt/zato opt/zato/code";

  asRoot("leaves folders above it that were missing open to everybody, by the 'install' of this machine", () => {
    expect(withFiles(MAKE).stdout).toBe("755\n755\n750\n");
  });

  test("does so by one that makes these by the umask, as that of uutils does", () => {
    expect(withFiles(`install() { mkdir -p -m "$3" "\${!#}"; }; ${MAKE}`).stdout).toBe("755\n755\n750\n");
  });
});

describe("in_use", () => {
  const prepare = 'state=$PWD; echo one >conf; systemctl() { [ "$running" = yes ]; }; running=yes;';

  test.each([
    ["the unit runs and has read the files as they are", "note_use started conf", 0],
    ["a run before has installed a file and was cut off", "note_use started conf; echo two >conf", 1],
    [
      "a file was replaced by the same, and may have been read in between",
      "note_use started conf; cp conf x; mv x conf",
      1,
    ],
    ["nobody knows what it has read", ":", 1],
    ["the unit does not run", "note_use started conf; running=no", 1],
  ])("when %s: %s", (_, before, status) => {
    expect(withFiles(`${prepare} ${before}; in_use zato.service started conf`).status).toBe(status);
  });
});

test("removing a unit that is gone is no error", () => {
  const run = withFiles(
    'systemctl() { echo "systemctl $*"; return 1; }; rm() { echo "rm $*"; }; remove_unit zato-a.service || true',
  );
  expect(run.stdout).toContain("rm -rf -- /etc/systemd/system/zato-a.service /etc/systemd/system/zato-a.service.d");
});

test("removing a unit that neither systemd nor the disk knows has systemd do nothing", () => {
  const run =
    withFiles(`systemctl() { case $1 in show) show ;; *) echo "systemctl $*" ;; esac; }; show() { echo loaded; }
     known() { remove_unit zato-a.service | grep -c daemon-reload; }
     known; show() { echo not-found; }; known`);
  expect(run.stdout).toBe("1\n0\n");
});

test.each([
  ["is enabled already", "enabled", ["daemon-reload"]],
  ["is new", "disabled", ["enable --quiet zato-a.service"]],
  ["starts until the next boot alone", "enabled-runtime", ["enable --quiet zato-a.service"]],
])("systemd reads its units once for one that %s", (_, state, expected) => {
  const run = withFiles(
    `now_enabled() { echo ${state}; }; systemctl() { echo "$*"; }; record() { :; }; file() { echo unit; }; overrides_of() { :; }
     install_file() { :; }; install_unit zato-a.service`,
  );
  expect(run.stdout.trimEnd().split("\n")).toEqual(expected);
});

describe("what was laid over a unit by hand", () => {
  /** Folders of systemd, in the order in which one hides what has the same name in later ones. */
  const PLACES = ["a-b", "a-", ""].map((name) => `etc/systemd/system/zato-${name}.service.d`);
  const OTHERS = ["run/systemd/system/zato-.service.d", "usr/lib/systemd/system/zato-a-b.service.d"];
  const ALL = [...PLACES, ...OTHERS, "etc/systemd/system/service.d"];

  /** What systemd reads for the unit, as its manual says: of files of one name the first one. */
  const SYSTEMD = `systemctl() {
      local seen=' ' place file
      case $1 in
        show) for place in ${ALL.join(" ")}; do
            for file in "$PWD/$place"/*.conf; do
              [ -e "$file" ] && [[ $seen != *" \${file##*/} "* ]] || continue
              seen+="\${file##*/} "; printf '%s ' "$file"
            done
          done ;;
        revert) rm -rf "etc/systemd/system/$2.d" ;;
      esac
    }; progress() { echo "$1"; }; touch() { echo "touch $1"; };`;

  const deploy = (): BashResult =>
    bash(
      `${SYSTEMD} cd "$2"; sed "s,/etc/systemd/system,$PWD&," "$1/lib/files.sh" >files.sh; . ./files.sh; record() { echo "$*"; }
       remove_overrides zato-a-b.service`,
      [HOST_SCRIPTS, folder()],
    );

  /** The values that the unit gets. */
  const counts = (): string[] =>
    bash(`${SYSTEMD} cd "$2"; cat $(systemctl show)`, [HOST_SCRIPTS, folder()])
      .stdout.split("\n")
      .filter(Boolean)
      .sort();

  function lay(...files: string[]): void {
    for (const file of files) {
      mkdirSync(dirname(join(folder(), file)), { recursive: true });
      writeFileSync(join(folder(), file), `${file}\n`);
    }
  }

  const read = (file: string): string => readFileSync(join(folder(), file), "utf8");

  test("goes where it is over this unit alone; what others have too stays theirs, and does not count for it", () => {
    // GIVEN
    const theirs = [
      `${PLACES[1]}/a.conf`,
      `${PLACES[2]}/limits.conf`,
      ...OTHERS.map((place, i) => `${place}/${i}.conf`),
    ];
    lay(...theirs, `${PLACES[0]}/mine.conf`, `${PLACES[0]}/limits.conf`, "etc/systemd/system/service.d/device.conf");

    // WHEN
    const run = deploy();

    // THEN
    expect([run.status, run.stderr]).toEqual([0, ""]);
    expect(theirs.map(read)).toEqual(theirs.map((file) => `${file}\n`));
    expect(counts()).toEqual(["etc/systemd/system/service.d/device.conf"]);
    expect(run.stdout).toMatch(/touch .*\/zato-a-b\.service\nmerged zato-a-b\.service\n$/);

    // WHEN it is deployed again, THEN nothing is done
    expect(deploy().stdout).toBe("merged zato-a-b.service\n");

    // WHEN more comes, THEN that counts no more either
    lay(`${PLACES[2]}/more.conf`);
    expect(deploy().stdout).toContain("/zato-.service.d/more.conf");
    expect([counts(), read(`${PLACES[2]}/more.conf`)]).toEqual([
      ["etc/systemd/system/service.d/device.conf"],
      `${PLACES[2]}/more.conf\n`,
    ]);
  });
});

describe("clear_staging", () => {
  const HOURS = 60 * 60;

  function age(seconds: number, ...names: string[]): void {
    const then = Date.now() / 1000 - seconds;
    names.forEach((name) => utimesSync(join(folder(), name), then, then));
  }

  test("forgets what was left three hours ago, and keeps what is on its way or in use", () => {
    // GIVEN
    for (const name of ["run", "scripts.1", "scripts.2", "scripts.3", "a.4.files"]) mkdirSync(join(folder(), name));
    for (const name of ["a.4.manifest", "a.4.secret.x", "b.5.secret.x", "run/1.sh", "run/2.sh"]) {
      writeFileSync(join(folder(), name), "");
    }
    writeFileSync(join(folder(), "run/3.sh"), "is running");
    symlinkSync("scripts.3", join(folder(), "scripts"));
    age(
      4 * HOURS,
      "scripts.1",
      "scripts.2",
      "a.4.manifest",
      "a.4.secret.x",
      "a.4.files",
      "run/1.sh",
      "run/3.sh",
      "run",
    );

    // WHEN
    const run = bash('. "$1/lib/session.sh"; scripts=$2/scripts.2; clear_staging "$2"', [HOST_SCRIPTS, folder()]);

    // THEN
    expect([run.status, run.stderr]).toEqual([0, ""]);
    expect(readdirSync(folder()).sort()).toEqual(["b.5.secret.x", "run", "scripts", "scripts.2", "scripts.3"]);
    expect(readdirSync(join(folder(), "run")).sort()).toEqual(["2.sh", "3.sh"]);
  });

  test("forgets what lies beside the folder, of applies that were killed before they made it", () => {
    mkdirSync(join(folder(), ".cdktf-zato"));
    const old = [".cdktf-zato-1.sh", "sh .cdktf-zato-1.sh", "notes on .cdktf-zato-1.sh"];
    [...old, ".cdktf-zato-2.sh"].forEach((name) => writeFileSync(join(folder(), name), ""));
    age(4 * HOURS, ...old);
    bash('. "$1/lib/session.sh"; scripts=none; clear_staging "$2/.cdktf-zato"', [HOST_SCRIPTS, folder()]);
    expect(readdirSync(folder()).sort()).toEqual([".cdktf-zato", ".cdktf-zato-2.sh", "notes on .cdktf-zato-1.sh"]);
  });
});

describe("a run whose log cannot be written, since the disk is full", () => {
  const LOG = '. "$1/lib/visible.sh"; . "$1/lib/session.sh"; host=h label=part work=$2/none log=$2/log; : >"$log"';
  const run = (log: string, program: string): BashResult =>
    bash(`set -euo pipefail; ${LOG}; exec 3>&1 >>${log} 2>&1; trap 'end $?' EXIT; ${program}`, [
      HOST_SCRIPTS,
      folder(),
    ]);
  const FULL = "[h] part: failed for want of space, it seems: nothing can be written in /var/log/cdktf-zato; make room: df -h /var/log/cdktf-zato"; // prettier-ignore

  test("goes on, and says why it fails", () => {
    const said = run("/dev/full", 'progress "at work"; fail "the reason"');
    expect([said.status, said.stdout.split("\n")]).toEqual([
      1,
      ["[h] part: at work", expect.stringContaining("failed: the reason"), FULL, ""],
    ]);
  });

  test("says so where a command fails, and nothing of it where there is room", () => {
    expect(run("/dev/full", "echo written").stdout).toContain(FULL);
    expect(run('"$2/log"', "false").stdout).not.toContain("want");
    expect(run('"$2/log"', "true").stdout).toBe("");
  });
});
