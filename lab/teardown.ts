import { rmSync } from "node:fs";
import { daemonAnswers, removeAllOfLab } from "./docker";
import { stopOwnDaemon } from "./docker-daemon";
import { removeBuilders, removeImages } from "./image/image";
import type { Log } from "./log";
import { CACHE_DIR } from "./paths";
import { removeState } from "./state";

/** Removes containers, network, volumes and state of whatever lab there is, also of one that was left by a crash. */
export async function tearDown(): Promise<void> {
  if (await daemonAnswers()) {
    await removeAllOfLab();
    await removeBuilders();
  }
  removeState();
}

/** Like {@link tearDown}, and stops the Docker daemon if the lab has started it. */
export async function tearDownAll(log: Log): Promise<void> {
  await tearDown();
  await stopOwnDaemon(log);
  removeState();
}

/** Like {@link tearDownAll}, and removes the image and everything else that was kept for the next lab. */
export async function purge(log: Log): Promise<void> {
  await tearDown();
  if (await daemonAnswers()) {
    await removeImages();
  }
  await stopOwnDaemon(log);
  removeState();
  rmSync(CACHE_DIR, { recursive: true, force: true });
}
