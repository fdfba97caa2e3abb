import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { IConstruct } from "constructs";
import { ConstructError } from "../validation";

/** Whether a path names a tar archive. */
export function isArchive(path: string): boolean {
  return /\.(tar|tgz|tar\.(gz|xz|bz2|zst))$/.test(path);
}

/**
 * Unpacks a tar archive into a folder of its own, with the `tar` of the machine that synthesizes.
 *
 * @returns the folder
 * @throws ConstructError when `tar` cannot unpack it
 */
export function unpackArchive(scope: IConstruct, path: string): string {
  const folder = mkdtempSync(join(tmpdir(), "cdktf-zato-services-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const { status, stderr } = spawnSync("tar", ["-xf", path, "-C", folder, "--no-same-owner"], { encoding: "utf8" });
  if (status !== 0) {
    throw new ConstructError(
      scope,
      `'${path}' cannot be unpacked: ${stderr.trim()}`,
      "give a tar archive of the folder",
    );
  }
  return folder;
}
