import { pipeline } from "node:stream/promises";
import { spawn } from "node:child_process";
import { docker, tryDocker } from "../docker";
import type { Log } from "../log";
import { CACHE_DIR, withWorkFolder } from "../paths";
import { ensureDebootstrap } from "../prerequisites";
import { runOrThrow } from "../process";
import { RELEASE } from "./machine";

/** A bare Debian to build on. */
export interface BaseImage {
  readonly image: string;
  /** Whether it came only for the lab, so that its name can go again. */
  readonly removable: boolean;
}

const DEBIAN = "debian:12";
const PULL_TIMEOUT_MS = 60_000;

/** Debian from a container registry, where one answers. */
export async function pullDebian(log: Log): Promise<BaseImage | undefined> {
  if ((await tryDocker(["image", "inspect", DEBIAN])).status === 0) {
    return { image: DEBIAN, removable: false };
  }
  const pull = await tryDocker(["pull", "--quiet", DEBIAN], { timeoutMs: PULL_TIMEOUT_MS });
  if (pull.status !== 0) {
    log(`no container registry answers for ${DEBIAN}`);
    return undefined;
  }
  return { image: DEBIAN, removable: true };
}

/** Debian from the distribution's packages. */
export async function importDebian(image: string, mirror: string | undefined, log: Log): Promise<BaseImage> {
  await ensureDebootstrap(log);
  log("building a base system with debootstrap (one to two minutes)");
  // Not in /tmp, which may be mounted without devices and programs.
  await withWorkFolder(CACHE_DIR, async (folder) => {
    await runOrThrow("debootstrap", ["--variant=minbase", RELEASE, folder, ...(mirror ? [mirror] : [])]);
    await importFolder(folder, image);
  });
  return { image, removable: true };
}

async function importFolder(folder: string, image: string): Promise<void> {
  const leftOut = ["--exclude=./var/cache/apt/archives/*.deb", "--exclude=./dev/*"];
  const pack = spawn("tar", ["-C", folder, ...leftOut, "-cf", "-", "."], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const load = spawn("docker", ["import", "-", image], { stdio: ["pipe", "ignore", "inherit"] });
  const loaded = new Promise<number | null>((resolve) => load.on("close", resolve));
  await pipeline(pack.stdout, load.stdin);
  if ((await loaded) !== 0) {
    throw new Error("docker import failed");
  }
  await docker(["image", "inspect", image]);
}
