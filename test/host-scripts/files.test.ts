import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bash, BashResult, HOST_SCRIPTS, temporaryFolder } from "../support/bash";

const folder = temporaryFolder();

function withFiles(program: string): BashResult {
  return bash(`. "$1/lib/files.sh"\ncd "$2"\nme=$(id -un)\n${program}`, [HOST_SCRIPTS, folder()]);
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

describe("in_use", () => {
  const prepare = 'state=$PWD; echo one >conf; systemctl() { [ "$running" = yes ]; }; running=yes;';

  test.each([
    ["the unit runs and has read the files as they are", "note_use started conf", 0],
    ["a run before has installed a file and was cut off", "note_use started conf; echo two >conf", 1],
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
  expect(run.stdout).toContain("rm -f /etc/systemd/system/zato-a.service");
});
