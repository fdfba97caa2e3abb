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
const ARCHIVE = path.join(CACHE_DIR, "zato-3.3-stand-in.tar.gz");
const BUILT_FROM = `${ARCHIVE}.built-from`;

/** Builds the stand-in's archive where its sources have changed; `undefined` where this lab has no stand-in. */
export async function buildStandIn(log: Log): Promise<string | undefined> {
  const script = path.join(STAND_IN_DIR, "build.sh");
  if (!existsSync(script)) {
    return undefined;
  }
  const sources = hashFolder(STAND_IN_DIR);
  if (existsSync(ARCHIVE) && existsSync(BUILT_FROM) && readFileSync(BUILT_FROM, "utf8") === sources) {
    return ARCHIVE;
  }
  log("building the stand-in's archive");
  mkdirSync(CACHE_DIR, { recursive: true });
  const unfinished = path.join(CACHE_DIR, `unfinished-${path.basename(ARCHIVE)}`);
  await runOrThrow("bash", [script, unfinished]);
  renameSync(unfinished, ARCHIVE);
  writeFileSync(BUILT_FROM, sources);
  return ARCHIVE;
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
