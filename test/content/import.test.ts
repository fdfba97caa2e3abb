import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bash, HOST_SCRIPTS, temporaryFolder } from "../support/bash";

const folder = temporaryFolder();

const BUSY = "Could not fetch service list -> SystemError: AST constructor recursion depth mismatch";

interface Imported {
  readonly output: string;
  readonly runs: number;
}

/** Imports with an enmasse that ends so, run by run; the last way repeats itself. */
function imported(...runs: (readonly [status: number, output: string])[]): Imported {
  return importedAhead("", ...runs);
}

/** The same, with the stages that are to be imported ahead. */
function importedAhead(stages: string, ...runs: (readonly [status: number, output: string])[]): Imported {
  return importedInTheWayOf("", stages, ...runs);
}

/** The same, with what has to be deleted first. */
function importedInTheWayOf(
  inTheWay: string,
  stages: string,
  ...runs: (readonly [status: number, output: string])[]
): Imported {
  runs.forEach(([status, output], index) => writeFileSync(join(folder(), `run-${index}`), `${status}\n${output}\n`));
  writeFileSync(join(folder(), "ran"), "");
  ["asked", "files", "done"].forEach((name) => writeFileSync(join(folder(), name), ""));
  const { stdout } = bash(
    `work=$2 state=$2 repair=yes; . "$1/kinds/content.sh"; . "$1/release/zato-3/content.sh"; of_release() { "$@"; }
     param() { echo 1; }; param_file() { echo "$2/none"; }; file() { echo "/$1"; }
     for_zato() { echo "$1"; }; first_server() { echo here; }
     baseline() { echo /baseline; }; where_it_stopped() { echo stopped >>"$work/done"; }
     take_cluster_out() { echo "taken out" >>"$work/done"; }; put_cluster_back() { echo "put back" >>"$work/done"; }
     admin() {
       case $2 in
         stages) printf '%s' "${stages}" ;;
         make-way) case \${!#} in list) printf '%s' "${inTheWay}" ;; delete) echo deleted >>"$work/done" ;; esac ;;
         *) echo "$2" >>"$work/asked" ;;
       esac
     }
     progress() { :; }; prepare_import() { :; }; enmasse_output() { :; }
     spread_import() { echo refreshed; }
     fail() { echo "failed: $1"; exit 1; }
     run_enmasse() {
       local run=$work/run-$(wc -l <"$work/ran")
       [ -f "$run" ] || run=$work/run-${runs.length - 1}
       echo >>"$work/ran"
       echo "$1" >>"$work/files"
       echo imported >>"$work/done"
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

  test.each([
    ["a warning, with which Zato imports nothing", "1 warning and 0 errors found"],
    ["several warnings", "12 warnings and 0 errors found"],
    ["an error", "0 warnings and 1 error found"],
    ["several errors", "0 warnings and 3 errors found"],
    ["an exception", "Caught an exception"],
  ])("fails for %s, though enmasse ends with status 0", (_, said) => {
    const { output } = imported([0, said]);
    expect(output).toContain("failed: enmasse reports errors");
    expect(output).not.toContain("refreshed");
  });

  test("does not fail for no warnings and no errors", () => {
    expect(imported([0, "0 warnings and 0 errors found"]).output).toBe("refreshed\n");
  });

  test("is not tried again for another error", () => {
    const { output, runs } = imported([0, "0 warnings and 1 error found"], [0, "fine"]);
    expect(output).toContain("failed: enmasse reports errors");
    expect(runs).toBe(1);
  });

  test("brings what others refer to ahead of them, stage by stage, and asks after each whom channels let in", () => {
    expect(importedAhead("0 1", [0, "fine"])).toEqual({ output: "refreshed\n", runs: 3 });
    expect(readFileSync(join(folder(), "files"), "utf8")).toBe("/enmasse_0\n/enmasse_1\n/enmasse\n");
    expect(readFileSync(join(folder(), "asked"), "utf8")).toBe("close-unsecured\n".repeat(3));
  });

  test("closes channels that let everybody in also where it fails", () => {
    expect(imported([16, "AttributeError"]).output).toContain("failed: enmasse ended with exit status 16");
    expect(readFileSync(join(folder(), "asked"), "utf8")).toBe("close-unsecured\n");
  });

  test("first makes way for what is declared, while requests go to other clusters, and has the cluster back then", () => {
    importedInTheWayOf("channel_rest/Old\\n", "0", [0, "fine"]);
    expect(readFileSync(join(folder(), "done"), "utf8").split("\n")).toEqual([
      "taken out",
      "deleted",
      "imported",
      "imported",
      "put back",
      "",
    ]);
  });

  test("leaves the cluster where it is when nothing stands in the way", () => {
    imported([0, "fine"]);
    expect(readFileSync(join(folder(), "done"), "utf8")).not.toContain("taken out");
  });

  test("has the cluster back also where it fails", () => {
    const functions = ["put_former_back", "put_cluster_back", "where_it_stopped"].map(
      (name) => `${name}() { echo ${name}; };`,
    );
    expect(bash(`. "$1/kinds/content.sh"; ${functions.join(" ")} when_failed`, [HOST_SCRIPTS]).stdout).toBe(
      "put_former_back\nput_cluster_back\nwhere_it_stopped\n",
    );
  });
});
