import { ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { BashResult } from "../../support/bash";

export const ROOT = join(__dirname, "..", "..", "..");

type Environment = Readonly<Record<string, string>>;

/** The command-line program, in a folder of the test's, with an `ssh` of the test's own: a bash program, whose `$FOLDER` that is. */
export interface Program {
  /** The program's file. */
  readonly main: () => string;
  readonly run: (args: readonly string[], ssh?: string, env?: Environment) => BashResult;
  /** Runs it without waiting for its end. */
  readonly start: (args: readonly string[], ssh: string) => ChildProcessWithoutNullStreams;
}

/** The program in one file, as the package has it: compiled once for a file of tests, and not for each call. */
export function compiledProgram(folder: () => string): Program {
  let compiled: string;

  beforeAll(() => {
    compiled = mkdtempSync(join(tmpdir(), "cdktf-zato-cli-"));
    copyFileSync(join(ROOT, "package.json"), join(compiled, "package.json"));
    buildSync({
      entryPoints: [join(ROOT, "lib", "cli", "main.ts")],
      outdir: join(compiled, "dist", "cli"),
      bundle: true,
      packages: "external",
      platform: "node",
    });
  });

  afterAll(() => rmSync(compiled, { recursive: true }));

  const main = (): string => join(compiled, "dist", "cli", "main.js");

  const options = (ssh: string, env: Environment): { readonly cwd: string; readonly env: NodeJS.ProcessEnv } => {
    const bin = join(folder(), "bin");
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, "ssh"), `#!/bin/bash\n${ssh}\n`);
    chmodSync(join(bin, "ssh"), 0o755);
    return {
      cwd: folder(),
      env: {
        ...process.env,
        CDKTF_OUTDIR: undefined,
        TERRAFORM_BINARY_NAME: undefined,
        NODE_PATH: join(ROOT, "node_modules"),
        ...env,
        PATH: `${bin}:${process.env.PATH}`,
        FOLDER: folder(),
      },
    };
  };

  return {
    main,
    run: (args, ssh = "exit 255", env = {}) => {
      const result = spawnSync(process.execPath, [main(), ...args], { ...options(ssh, env), encoding: "utf8" });
      return { status: result.status, stdout: result.stdout, stderr: result.stderr };
    },
    start: (args, ssh) => spawn(process.execPath, [main(), ...args], { ...options(ssh, {}), stdio: "pipe" }),
  };
}
