import path from "node:path";
import { docker, tryDocker } from "../docker";
import type { Log } from "../log";
import { CACHE_DIR, withWorkFolder } from "../paths";
import { ensureMmdebstrap } from "../prerequisites";
import { runOrThrow } from "../process";
import { BASES, RELEASES, type Release } from "../release";
import type { MachineSettings } from "./machine";

/** A bare Debian to build on. */
export interface BaseImage {
  readonly image: string;
  /** Whether it came only for the lab, so that its name can go again. */
  readonly removable: boolean;
}

const PULL_TIMEOUT_MS = 60_000;
/** For a mirror that is kept as it was one day. */
const LATE_MIRROR = 'Acquire::Check-Valid-Until "false";';

/** Debian from a container registry, where one answers. */
export async function pullDebian(release: Release, log: Log): Promise<BaseImage | undefined> {
  const image = `debian:${RELEASES[BASES[release]]}`;
  if ((await tryDocker(["image", "inspect", image])).status === 0) {
    return { image, removable: false };
  }
  const pull = await tryDocker(["pull", "--quiet", image], { timeoutMs: PULL_TIMEOUT_MS });
  if (pull.status !== 0) {
    log(`no container registry answers for ${image}`);
    return undefined;
  }
  return { image, removable: true };
}

/** Debian from the distribution's packages. */
export async function importDebian(
  image: string,
  release: Release,
  machine: MachineSettings,
  log: Log,
): Promise<BaseImage> {
  await ensureMmdebstrap(log);
  log(`building a base system of Debian ${RELEASES[BASES[release]]} (about a minute)`);
  await withWorkFolder(CACHE_DIR, async (folder) => {
    const archive = path.join(folder, "base.tar");
    const options = [...machine.aptConfiguration.split("\n").filter(Boolean), LATE_MIRROR];
    await runOrThrow(
      "mmdebstrap",
      [
        "--variant=minbase",
        ...options.map((line) => `--aptopt=${line}`),
        BASES[release],
        archive,
        ...sourceOf(machine),
      ],
      // Not /tmp, which may be mounted without devices and programs; nor a folder of ours, whose path may have a blank.
      { env: { ...process.env, TMPDIR: "/var/tmp" } },
    );
    await docker(["import", archive, image]);
  });
  return { image, removable: true };
}

function sourceOf({ mirror }: MachineSettings): string[] {
  return mirror === undefined ? [] : [mirror];
}
