import { ChildProcess, spawn } from "node:child_process";

/** What a run of Terraform came to. */
export interface TerraformResult {
  readonly exitCode: number;
  readonly output: string;
  /** The milliseconds that passed. */
  readonly elapsed: number;
}

/** Runs Terraform in a folder. */
export function terraform(folder: string, ...args: string[]): Promise<TerraformResult> {
  const start = performance.now();
  const child = startTerraform(folder, ...args);
  let output = "";
  child.stdout?.on("data", (data: Buffer) => (output += data.toString()));
  child.stderr?.on("data", (data: Buffer) => (output += data.toString()));
  return new Promise((resolve, reject) => {
    child.on("error", (error) => reject(new Error(`terraform cannot be run: ${error.message}`)));
    child.on("close", (exitCode) => resolve({ exitCode: exitCode ?? -1, output, elapsed: performance.now() - start }));
  });
}

/** Runs Terraform in a folder and expects that it succeeds. */
export async function terraformOrThrow(folder: string, ...args: string[]): Promise<TerraformResult> {
  const result = await terraform(folder, ...args);
  if (result.exitCode !== 0) {
    throw new Error(`terraform ${args.join(" ")} ended with ${result.exitCode}:\n${result.output}`);
  }
  return result;
}

/** Starts Terraform in a folder. It needs no registry here: `terraform_data` is built in. */
export function startTerraform(folder: string, ...args: string[]): ChildProcess {
  const environment: NodeJS.ProcessEnv = { ...process.env, CHECKPOINT_DISABLE: "1", TF_IN_AUTOMATION: "1" };
  // A configuration file of the user's, or the lack of one it names, has no part in this.
  delete environment.TF_CLI_CONFIG_FILE;
  return spawn("terraform", args, {
    cwd: folder,
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
}
