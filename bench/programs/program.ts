import { readFileSync } from "node:fs";

/** Well-formed, and nobody's. */
export const HOST_KEY = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${"A".repeat(43)}`;

/** The JSON file that the program's first argument names. */
export function readInput<T>(): T {
  return JSON.parse(readFileSync(process.argv[2]!, "utf8")) as T;
}

/**
 * Does the work and prints the milliseconds of processor time that it took. The time that passes would say more about
 * what else the machine does.
 */
export function measure(work: () => void): void {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  process.stdout.write(String((user + system) / 1000));
}
