import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** Makes a key pair with `ssh-keygen` in a folder, and gives the file of the private one. */
export function newKeyFile(folder: string, passphrase = "", ...options: string[]): string {
  const file = join(folder, "id");
  execFileSync("ssh-keygen", ["-q", "-t", "ecdsa", "-N", passphrase, "-f", file, ...options]);
  return file;
}
