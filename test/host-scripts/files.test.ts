import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bash, BashResult, HOST_SCRIPTS, temporaryFolder } from "../support/bash";

const folder = temporaryFolder();

function withFiles(program: string): BashResult {
  return bash(`. "$1/lib/files.sh"\ncd "$2"\nme=$(id -un)\n${program}`, [HOST_SCRIPTS, folder()]);
}

describe("install_file", () => {
  beforeEach(() => writeFileSync(join(folder(), "source"), 'a "b" $c\n'));

  test("puts a file in place, and says that something changed", () => {
    expect(withFiles('install_file source target 0640 "$me"; echo "changed=$changed"').stdout).toBe(
      "installed target\nchanged=yes\n",
    );
    expect(readFileSync(join(folder(), "target"), "utf8")).toBe('a "b" $c\n');
    expect((statSync(join(folder(), "target")).mode & 0o777).toString(8)).toBe("640");
  });

  test("leaves a file alone that is as it should be", () => {
    withFiles('install_file source target 0640 "$me"');
    const before = statSync(join(folder(), "target"));
    expect(withFiles('install_file source target 0640 "$me"; echo "changed=$changed"').stdout).toBe("changed=\n");
    expect(statSync(join(folder(), "target"))).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
  });

  test.each([
    ["content", "echo other >target"],
    ["mode", "chmod 0600 target"],
  ])("replaces a file whose %s differs, in one step", (_, change) => {
    withFiles('install_file source target 0640 "$me"');
    const before = statSync(join(folder(), "target"));
    expect(withFiles(`${change}; install_file source target 0640 "$me"; echo "changed=$changed"`).stdout).toContain(
      "changed=yes",
    );
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

test.each([
  ["", "active", 0],
  ["yes", "active", 1],
  ["", "inactive", 1],
])("with changed='%s' and an %s unit, in_use ends with %s", (changed, state, status) => {
  const run = withFiles(`changed=${changed}; systemctl() { [ "${state}" = active ]; }; in_use zato.service`);
  expect(run.status).toBe(status);
});

test("removing a unit that is gone is no error", () => {
  const run = withFiles(
    'systemctl() { echo "systemctl $*"; return 1; }; rm() { echo "rm $*"; }; remove_unit zato-a.service || true',
  );
  expect(run.stdout).toContain("rm -f /etc/systemd/system/zato-a.service");
});
