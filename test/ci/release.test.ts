import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BashResult, temporaryFolder } from "../support/bash";

const ROOT = join(__dirname, "..", "..");

const folder = temporaryFolder();

// Each call stages the second package.
jest.setTimeout(120_000);

/** Puts a program in the place of the machine's, whose calls are noted. */
function program(name: string, body: string): void {
  const file = join(folder(), name);
  writeFileSync(file, `#!/bin/bash\nprintf '%s\\n' "${name} $*" >>'${folder()}/calls'\n${body}\n`);
  chmodSync(file, 0o755);
}

function runScript(script: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): BashResult {
  return spawnSync("bash", [join(ROOT, "scripts", "release", script), ...args], {
    encoding: "utf8",
    env: { ...process.env, GITHUB_ACTIONS: undefined, ...env, PATH: `${folder()}:${process.env.PATH}` },
  });
}

/** What of it was called: `npm publish`. */
function calls(beginning: string): string[] {
  const file = join(folder(), "calls");
  return existsSync(file)
    ? readFileSync(file, "utf8")
        .split("\n")
        .filter((line) => line.startsWith(beginning))
    : [];
}

describe("publish.sh", () => {
  /** A registry, as `npm` sees it: what was published is there, and may not be published again. */
  beforeEach(() =>
    program(
      "npm",
      `name=$(node -p 'require("./package.json").name') there='${folder()}'/published
       case $1 in
         view)
           grep -qxF "$2" "$there" 2>/dev/null || exit 0
           case $3 in version) echo 1.2.3 ;; gitHead) cat '${folder()}'/commit-"$name" ;; esac
           ;;
         pkg) echo "\${3#gitHead=}" >commit-of-package ;;
         publish)
           package=$name@$(node -p 'require("./package.json").version')
           if grep -qxF "$package" "$there" 2>/dev/null; then echo "E403 $package" >&2; exit 1; fi
           [ ! -e '${folder()}'/no-$name ] || exit 1
           { cat commit-of-package 2>/dev/null || git rev-parse HEAD; } >'${folder()}'/commit-"$name"
           echo "$package" >>"$there" ;;
       esac`,
    ),
  );

  const published = (): string[] => readFileSync(join(folder(), "published"), "utf8").trim().split("\n");

  test("goes on where it has stopped", () => {
    // GIVEN
    writeFileSync(join(folder(), "no-cdktn-zato"), "");
    expect(runScript("publish.sh", []).status).not.toBe(0);
    expect(published()).toEqual([expect.stringMatching(/^cdktf-zato@/)]);

    // WHEN
    spawnSync("rm", [join(folder(), "no-cdktn-zato")]);
    const again = runScript("publish.sh", []);

    // THEN
    expect([again.status, again.stdout]).toEqual([0, expect.stringMatching(/^cdktf-zato@\S+ is published already$/m)]);
    expect(published()).toEqual([expect.stringMatching(/^cdktf-zato@/), expect.stringMatching(/^cdktn-zato@/)]);
    expect(runScript("publish.sh", []).status).toBe(0);
    expect(calls("npm publish")).toHaveLength(3);
  });

  test.each(["cdktf-zato", "cdktn-zato"])("publishes nothing where %s is there of another commit", (name) => {
    // GIVEN
    expect(runScript("publish.sh", []).status).toBe(0);
    const there = published().filter((one) => one.startsWith(`${name}@`));
    writeFileSync(join(folder(), "published"), `${there.join("\n")}\n`);
    writeFileSync(join(folder(), `commit-${name}`), "0123abc\n");
    spawnSync("rm", [join(folder(), "calls")]);

    // WHEN
    const { status, stderr } = runScript("publish.sh", []);

    // THEN
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(
        new RegExp(
          `^${name}@\\S+ is published already, of the commit 0123abc, and this is [0-9a-f]{40}: raise the version$`,
          "m",
        ),
      ),
    ]);
    expect(calls("npm publish")).toHaveLength(name === "cdktf-zato" ? 0 : 1);
  });

  test("attests where packages come from in a workflow alone, since nobody else can", () => {
    expect(runScript("publish.sh", [], { GITHUB_ACTIONS: "true" }).status).toBe(0);
    expect(calls("npm publish").map((call) => call.includes("--provenance"))).toEqual([true, true]);
    spawnSync("rm", [join(folder(), "published"), join(folder(), "calls")]);
    expect(runScript("publish.sh", []).status).toBe(0);
    expect(calls("npm publish").map((call) => call.includes("--provenance"))).toEqual([false, false]);
  });
});

describe("announce.sh", () => {
  beforeEach(() => {
    program("npx", "");
    program("gh", `case $2 in view) [ -e '${folder()}'/"$3" ] ;; create) >'${folder()}'/"$3" ;; esac`);
  });

  test("writes a release once", () => {
    expect(["v1.2.0", "v1.2.0"].map((tag) => runScript("announce.sh", [tag]).status)).toEqual([0, 0]);
    expect(calls("gh release create")).toEqual([
      expect.stringMatching(/^gh release create v1\.2\.0 --title v1\.2\.0 --notes-file \S+$/),
    ]);
  });

  test("calls a version with a hyphen a pre-release", () => {
    expect(runScript("announce.sh", ["v1.2.0-rc.1"]).status).toBe(0);
    expect(calls("gh release create")).toEqual([expect.stringMatching(/ --prerelease$/)]);
  });
});
