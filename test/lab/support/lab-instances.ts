import { spawn } from "node:child_process";
import path from "node:path";

const COMMAND = path.join(__dirname, "../../../lab/cli.ts");

/**
 * The labs that the tests run on: those of `LAB_INSTANCES` ("1 2"), a test file at a time on each; else the one lab of
 * `LAB_INSTANCE`.
 */
export function labInstances(): string[] {
  return (process.env.LAB_INSTANCES ?? process.env.LAB_INSTANCE ?? "").split(" ");
}

/** Runs `npm run lab -- COMMAND` for a lab, in a process of its own: which lab is meant is read once in each. */
export async function labCommand(command: string, instance: string): Promise<void> {
  const child = spawn(process.execPath, ["--import", "tsx", COMMAND, command], {
    env: { ...process.env, LAB_INSTANCE: instance },
    stdio: ["ignore", "ignore", "inherit"],
  });
  await new Promise<void>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => (code === 0 ? resolve() : reject(new Error(`'lab ${command}' has failed`))));
  });
}
