import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const HOST_SCRIPTS = join(__dirname, "..", "..", "lib", "remote", "host-scripts");

/** What a bash program printed, and how it ended. */
export interface BashResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a bash program with `set -euo pipefail`; its arguments are `$1`, `$2` and so on. */
export function bash(program: string, args: string[] = [], env: Record<string, string> = {}): BashResult {
  const result = spawnSync("bash", ["-c", `set -euo pipefail\n${program}`, "bash", ...args], {
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  return { status: result.status, stdout: result.stdout, stderr: result.stderr };
}

/** A folder of its own for each test of a file, removed afterwards. */
export function temporaryFolder(): () => string {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "cdktf-zato-test-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  return () => folder;
}

/** Copies the host's scripts: some of them remove the folder that they are in. */
export function copyHostScripts(folder: string): string {
  const scripts = join(folder, "staging", "scripts");
  cpSync(HOST_SCRIPTS, scripts, { recursive: true });
  return scripts;
}
