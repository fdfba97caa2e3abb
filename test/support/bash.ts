import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { hostScripts } from "../../lib/remote/host-scripts";

/** The scripts of all layers in one folder, as a host has them. */
export const HOST_SCRIPTS = folderOf(hostScripts());

/** Those in Python in one folder, as the user zato has them. */
export const PYTHON_SCRIPTS = pythonScripts("zato-3");

/** Those with what a release has of its own beside them. */
export function pythonScripts(release: string): string {
  const own = new RegExp(`^(release/${release}/)?\\w+\\.py$`);
  const scripts = hostScripts().filter(({ target }) => own.test(target));
  return folderOf(scripts.map(({ target, source }) => ({ target: basename(target), source })));
}

function folderOf(scripts: ReturnType<typeof hostScripts>): string {
  const folder = mkdtempSync(join(tmpdir(), "cdktf-zato-scripts-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  for (const { target, source } of scripts) {
    mkdirSync(dirname(join(folder, target)), { recursive: true });
    cpSync(source, join(folder, target));
  }
  return folder;
}

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
