import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Log } from "./log";
import { CACHE_DIR, LAB_DIR } from "./paths";
import { runOrThrow } from "./process";

/** A file that the hosts download. */
export interface PublishedFile {
  readonly url: string;
  /** Hexadecimal. */
  readonly sha256: string;
}

const STAND_IN_DIR = path.join(LAB_DIR, "stand-in");

/** Builds the stand-in's archive where its sources have changed; `undefined` where this lab has no stand-in. */
export async function buildStandIn(log: Log, release = "3.3"): Promise<string | undefined> {
  const script = path.join(STAND_IN_DIR, "build.sh");
  if (!existsSync(script)) {
    return undefined;
  }
  const archive = path.join(CACHE_DIR, `zato-${release}-stand-in.tar.gz`);
  const builtFrom = `${archive}.built-from`;
  const sources = hashFolder(STAND_IN_DIR);
  if (existsSync(archive) && existsSync(builtFrom) && readFileSync(builtFrom, "utf8") === sources) {
    return archive;
  }
  log("building the stand-in's archive");
  mkdirSync(CACHE_DIR, { recursive: true });
  const unfinished = path.join(CACHE_DIR, `unfinished-${path.basename(archive)}`);
  await runOrThrow("bash", [script, unfinished, release]);
  renameSync(unfinished, archive);
  writeFileSync(builtFrom, sources);
  return archive;
}

/** SHA-256 of a file, in hexadecimal. */
export function sha256Of(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

/** One hash for the names and the contents of all files below a folder, without what tools leave behind. */
export function hashFolder(folder: string): string {
  const hash = createHash("sha256");
  for (const file of filesBelow(folder)) {
    hash.update(`${path.relative(folder, file)}\0`).update(readFileSync(file));
  }
  return hash.digest("hex");
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name !== "__pycache__")
    .sort()
    .map((name) => path.join(folder, name))
    .flatMap((entry) => (statSync(entry).isDirectory() ? filesBelow(entry) : [entry]));
}
