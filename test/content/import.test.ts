import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bash, HOST_SCRIPTS, temporaryFolder } from "../support/bash";

const folder = temporaryFolder();

const BUSY = "Could not fetch service list -> SystemError: AST constructor recursion depth mismatch";

/** Imports with an enmasse that ends so, run by run; the last way repeats itself. */
function imported(...runs: (readonly [status: number, output: string])[]): { output: string; runs: number } {
  runs.forEach(([status, output], index) => writeFileSync(join(folder(), `run-${index}`), `${status}\n${output}\n`));
  writeFileSync(join(folder(), "ran"), "");
  const { stdout } = bash(
    `work=$2 state=$2 repair=yes; . "$1/kinds/content.sh"
     param() { echo 1; }; param_file() { echo "$2/none"; }; file() { echo /dev/null; }
     progress() { :; }; create_jwt_definitions() { :; }; enmasse_output() { :; }
     refresh_sql() { echo refreshed; }
     fail() { echo "failed: $1"; exit 1; }
     run_enmasse() {
       local run=$work/run-$(wc -l <"$work/ran")
       [ -f "$run" ] || run=$work/run-${runs.length - 1}
       echo >>"$work/ran"
       tail -n +2 "$run"
       return "$(head -n 1 "$run")"
     }
     import_objects`,
    [HOST_SCRIPTS, folder()],
  );
  return { output: stdout, runs: readFileSync(join(folder(), "ran"), "utf8").length };
}

describe("an import", () => {
  test("is tried again where the server could not list Zato's services, and connections are refreshed once", () => {
    expect(imported([15, BUSY], [0, "Created object"])).toEqual({ output: "refreshed\n", runs: 2 });
  });

  test("is given up after three such answers", () => {
    const { output, runs } = imported([15, BUSY]);
    expect(output).toContain("failed: enmasse ended with exit status 15");
    expect(runs).toBe(3);
  });

  test("is not tried again for another error", () => {
    const { output, runs } = imported([0, "0 warnings and 1 error found"], [0, "fine"]);
    expect(output).toContain("failed: enmasse reports errors");
    expect(runs).toBe(1);
  });
});
