import { spawn, type ChildProcess } from "node:child_process";
import path from "node:path";
import { LAB_DIR } from "../paths";
import { capture, type CommandResult } from "../process";
import { TERRAFORM } from "./program";

/** Where and how to run Terraform or the CDKTF CLI. */
export interface TerraformOptions {
  /** Folder of the configuration, or of cdktf.json. */
  readonly cwd: string;
  /** What `ensureProviderMirror` gave. @default - the provider registry is used */
  readonly cliConfigFile?: string;
  /** Added to the environment, such as TF_VAR_… @default - nothing */
  readonly env?: Readonly<Record<string, string>>;
  /** Put in front of each line of output. @default - none */
  readonly prefix?: string;
  /** Gets each line of output, prefix included. @default - standard output */
  readonly onLine?: (line: string) => void;
}

/** A run that is going on. */
export interface TerraformRun {
  /** Status and complete output; a status other than 0 is a result, not an error. */
  readonly finished: Promise<CommandResult>;
  /**
   * Sends a signal to the whole process group. Terraform takes SIGINT as "finish what you are at, and stop".
   *
   * @default "SIGINT"
   */
  kill(signal?: NodeJS.Signals): void;
}

/** What `cdktf` is asked to do. */
export type CdktfCommand = "deploy" | "destroy" | "diff" | "synth";

/** This repository's own CLI: unlike npx it is found from every folder. */
const CDKTF = path.join(LAB_DIR, "../node_modules/.bin/cdktf");

const APPROVE: Readonly<Record<CdktfCommand, readonly string[]>> = {
  // The check of the lock file asks the registry, whatever the mirror has.
  deploy: ["--auto-approve", "--skip-provider-lock"],
  destroy: ["--auto-approve", "--skip-provider-lock"],
  diff: ["--skip-provider-lock"],
  synth: [],
};

/** Starts Terraform with the given arguments. */
export function startTerraform(args: readonly string[], options: TerraformOptions): TerraformRun {
  return start(TERRAFORM, args, options);
}

/** Runs Terraform to its end. */
export function terraform(args: readonly string[], options: TerraformOptions): Promise<CommandResult> {
  return startTerraform(args, options).finished;
}

/** Starts `cdktf COMMAND` for the given stacks, without questions. */
export function startCdktf(command: CdktfCommand, stacks: readonly string[], options: TerraformOptions): TerraformRun {
  return start(CDKTF, [command, ...stacks, ...APPROVE[command]], options);
}

/** Runs `cdktf COMMAND` to its end. */
export function cdktf(
  command: CdktfCommand,
  stacks: readonly string[],
  options: TerraformOptions,
): Promise<CommandResult> {
  return startCdktf(command, stacks, options).finished;
}

/** The environment in which Terraform asks nobody, neither people nor, with a mirror, the registry. */
export function terraformEnvironment(options: Pick<TerraformOptions, "cliConfigFile" | "env">): NodeJS.ProcessEnv {
  const mirror = options.cliConfigFile === undefined ? {} : { TF_CLI_CONFIG_FILE: options.cliConfigFile };
  const quiet = {
    CHECKPOINT_DISABLE: "1",
    CI: "true",
    // It lives for seconds, so that it need not collect its garbage as often; this saves a fifth of its CPU time.
    GOGC: "400",
    // It mostly waits for hosts; on several processors the same takes it a third more of their time.
    GOMAXPROCS: "1",
    TF_IN_AUTOMATION: "1",
    TF_INPUT: "0",
    FORCE_COLOR: "0",
    // Else the CLI puts providers, and with a mirror the test double, where every other project looks for them.
    CDKTF_DISABLE_PLUGIN_CACHE_ENV: "1",
  };
  return { ...process.env, ...quiet, ...mirror, ...options.env };
}

function start(command: string, args: readonly string[], options: TerraformOptions): TerraformRun {
  // A group of its own: npx, cdktf and terraform can then be signalled together.
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: terraformEnvironment(options),
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const kill = (signal: NodeJS.Signals = "SIGINT"): void => signalGroup(child, signal);
  const release = passOnInterrupts(kill);
  const show = options.onLine ?? ((line: string) => process.stdout.write(`${line}\n`));
  const finished = capture(child, (line) => show(`${options.prefix ?? ""}${line}`)).finally(release);
  return { finished, kill };
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) {
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It has ended already.
  }
}

/** Being in another process group, the run would not notice Ctrl-C. */
function passOnInterrupts(kill: (signal: NodeJS.Signals) => void): () => void {
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) {
    process.on(signal, kill);
  }
  return () => {
    for (const signal of signals) {
      process.off(signal, kill);
    }
  };
}
