import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import { INSTANCE } from "./instance";

/** Folder of the lab's sources. */
export const LAB_DIR = __dirname;

/** What belongs to the lab that runs now: keys, addresses, pids. `down` removes it. */
export const STATE_DIR = path.join(LAB_DIR, `.state${INSTANCE}`);

/** What is worth keeping from one lab to the next: the archive, the provider mirror. `purge` removes it. */
export const CACHE_DIR = path.join(LAB_DIR, ".cache");

/**
 * Does something with a folder of its own, which is gone afterwards. It lies in the state or in the cache, so that what a
 * crash leaves in it goes with these.
 */
export async function withWorkFolder<T>(parent: string, action: (folder: string) => Promise<T>): Promise<T> {
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(path.join(parent, "work-"));
  try {
    return await action(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
