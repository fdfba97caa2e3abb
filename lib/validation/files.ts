import { existsSync, statSync } from "node:fs";

/** Whether a path of the machine that runs `cdktf` is that of a file. */
export function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}
