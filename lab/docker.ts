import { run, runOrThrow, type CommandResult, type RunOptions } from "./process";
import { INSTANCE } from "./instance";

/** On everything that the lab creates in Docker: what carries it may be removed by the lab, and nothing else may. */
export const LABEL = `cdktf-zato-lab${INSTANCE}`;

const FILTER = ["--filter", `label=${LABEL}`];

/** Runs a docker command that has to succeed. */
export function docker(args: readonly string[], options?: RunOptions): Promise<string> {
  return runOrThrow("docker", args, options);
}

/** Runs a docker command whose failure is an answer. */
export function tryDocker(args: readonly string[], options?: RunOptions): Promise<CommandResult> {
  return run("docker", args, options);
}

/** Whether a daemon answers. */
export async function daemonAnswers(): Promise<boolean> {
  try {
    const result = await tryDocker(["version", "--format", "{{.Server.Version}}"], { timeoutMs: 10_000 });
    return result.status === 0;
  } catch {
    return false; // no docker command at all
  }
}

/** Names of the lab's containers, whatever their state. */
export async function labContainers(): Promise<string[]> {
  return lines(await docker(["ps", "--all", ...FILTER, "--format", "{{.Names}}"]));
}

/** Names of the lab's running containers. */
export async function runningLabContainers(): Promise<string[]> {
  return lines(await docker(["ps", ...FILTER, "--format", "{{.Names}}"]));
}

/** Removes containers with their anonymous volumes; those that are gone already do not matter. */
export async function removeContainers(names: readonly string[]): Promise<void> {
  if (names.length > 0) {
    await docker(["rm", "--force", "--volumes", ...names]);
  }
}

/** Removes everything that carries the lab's label, except images. */
export async function removeAllOfLab(): Promise<void> {
  await removeContainers(await labContainers());
  const networks = lines(await docker(["network", "ls", ...FILTER, "--format", "{{.ID}}"]));
  if (networks.length > 0) {
    await docker(["network", "rm", ...networks]);
  }
  const volumes = lines(await docker(["volume", "ls", ...FILTER, "--format", "{{.Name}}"]));
  if (volumes.length > 0) {
    await docker(["volume", "rm", ...volumes]);
  }
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}
