import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bash, HOST_SCRIPTS, temporaryFolder } from "../support/bash";

const folder = temporaryFolder();

/** Waits for the services a and b; each of the checks says what is missing, the last one again and again. */
function waited(...checks: string[]): string {
  const env = join(folder(), "env", "c", "hot-deploy");
  mkdirSync(env, { recursive: true });
  const lines = ["a", "b"].map((name) => {
    writeFileSync(join(env, `${name}.py`), name);
    return `${name} ${createHash("sha256").update(name).digest("hex")}\n`;
  });
  writeFileSync(join(folder(), "services"), lines.join(""));
  checks.forEach((missing, index) => writeFileSync(join(folder(), `check-${index}`), missing));
  writeFileSync(join(folder(), "checked"), "");
  return bash(
    `ZATO_HOME=$2 work=$2; . "$1/lib/services.sh"
     param() { case $1 in servers) echo "here 1" ;; cluster) echo c ;; esac; }
     param_file() { echo "$work/services"; }
     progress() { :; }
     fail() { echo "failed: $1"; exit 1; }
     mv() { basename "$3"; }
     wait_until() { ! grep -q . "$work/check-$(round)"; }
     round() { local n; n=$(wc -l <"$work/checked"); echo $((n < ${checks.length} ? n : ${checks.length - 1})); }
     check_services() { cat "$work/check-$(round)"; echo >>"$work/checked"; return 1; }
     wait_for_services`,
    [HOST_SCRIPTS, folder()],
  ).stdout;
}

describe("services that are not live after a while", () => {
  test("are deployed again, those that are missing alone", () => {
    expect(waited("b is not deployed", "")).toBe("b.py\n");
  });

  test("are left to Zato while it gets on with them, and deployed again when it does not", () => {
    const [all, one] = ["a is not deployed\nb is not deployed", "b is not deployed"];
    expect(waited(all, one, one, "")).toBe("a.py\nb.py\nb.py\n");
  });

  test("are all deployed again where nobody can say what is missing", () => {
    expect(waited("0 of 1 workers answer", "")).toBe("a.py\nb.py\n");
  });

  test("are given up when they do not come for two minutes", () => {
    expect(waited("b is not deployed")).toMatch(/^(b\.py\n){8}failed: .*b is not deployed\n$/);
  });
});
