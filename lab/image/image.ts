import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { docker, tryDocker } from "../docker";
import { INSTANCE } from "../instance";
import type { Log } from "../log";
import { CACHE_DIR, withWorkFolder } from "../paths";
import { importDebian, pullDebian } from "./base";
import { machineSettings, type MachineSettings } from "./machine";

const REPOSITORY = "cdktf-zato-lab";
const RECIPE = ["provision.sh", "files"];
const IMAGE_CHANGES = ['CMD ["/usr/local/sbin/lab-init"]', "ENV container=docker", "WORKDIR /"];
/** Another lab on this machine may build at the same moment. */
const BUILDER = `cdktf-zato-lab-image-builder${INSTANCE}`;
const EQUIP = "/usr/local/sbin/equip.sh";

/** Gives the name of the base image of all hosts, after building it where it is not there yet. */
export async function ensureImage(log: Log): Promise<string> {
  const machine = await machineSettings();
  const image = `${REPOSITORY}:${recipeHash(machine)}`;
  if ((await tryDocker(["image", "inspect", image])).status === 0) {
    return image;
  }
  const started = Date.now();
  log(`building image ${image} (once)`);
  await build(image, machine, log);
  log(`image built in ${Math.round((Date.now() - started) / 1000)} s`);
  return image;
}

/**
 * Gives the name of an image of hosts that have the packages of a cluster already, which saves them a minute. It is made
 * once, out of the base image.
 */
export async function ensureEquippedImage(base: string, log: Log): Promise<string> {
  const image = `${base}-equipped`;
  if ((await tryDocker(["image", "inspect", image])).status === 0) {
    return image;
  }
  log(`building image ${image} (once)`);
  await removeBuilder();
  try {
    await docker(["create", "--name", BUILDER, base, "bash", EQUIP]);
    await docker(["cp", path.join(__dirname, "equip.sh"), `${BUILDER}:${EQUIP}`]);
    await docker(["start", "--attach", BUILDER], { onLine: progress(log) });
    await commit(image);
  } finally {
    await removeBuilder();
  }
  return image;
}

/** Removes every image that the lab built. */
export async function removeImages(): Promise<void> {
  const ids = await docker(["image", "ls", "--quiet", REPOSITORY]);
  for (const id of new Set(ids.split("\n").filter(Boolean))) {
    await docker(["image", "rm", "--force", id]);
  }
}

/** Removes the container of a build, also of one that was interrupted. */
export async function removeBuilder(): Promise<void> {
  await tryDocker(["rm", "--force", "--volumes", BUILDER]);
}

async function build(image: string, machine: MachineSettings, log: Log): Promise<void> {
  const base = (await pullDebian(log)) ?? (await importDebian(`${REPOSITORY}:base${INSTANCE}`, machine.mirror, log));
  await removeBuilder();
  try {
    // Without the lab's label: an image inherits labels, and so would everybody's containers of this image.
    await docker(["create", "--name", BUILDER, base.image, "bash", "/recipe/provision.sh"]);
    await copyRecipe(machine);
    log("installing packages in the image");
    await docker(["start", "--attach", BUILDER], { onLine: progress(log) });
    await commit(image);
  } finally {
    await removeBuilder();
    if (base.removable) {
      await tryDocker(["image", "rm", base.image]); // only its name: the new image holds its content
    }
  }
}

async function copyRecipe(machine: MachineSettings): Promise<void> {
  await withWorkFolder(CACHE_DIR, async (recipe) => {
    for (const entry of RECIPE) {
      cpSync(path.join(__dirname, entry), path.join(recipe, entry), { recursive: true });
    }
    mkdirSync(path.join(recipe, "machine"));
    writeFileSync(path.join(recipe, "machine/sources.list"), machine.sourcesList ?? "");
    writeFileSync(path.join(recipe, "machine/apt.conf"), machine.aptConfiguration);
    writeFileSync(path.join(recipe, "machine/ca-certificates.crt"), machine.certificateAuthorities ?? "");
    await docker(["cp", recipe, `${BUILDER}:/recipe`]);
  });
}

async function commit(image: string): Promise<void> {
  await docker(["commit", ...IMAGE_CHANGES.flatMap((change) => ["--change", change]), BUILDER, image]);
}

function recipeHash(machine: MachineSettings): string {
  const hash = createHash("sha256").update(JSON.stringify([machine, IMAGE_CHANGES]));
  for (const file of RECIPE.flatMap((entry) => filesBelow(path.join(__dirname, entry)))) {
    hash.update(`${path.relative(__dirname, file)}\0`).update(readFileSync(file));
  }
  return hash.digest("hex").slice(0, 12);
}

function filesBelow(entry: string): string[] {
  try {
    const children = readdirSync(entry).sort();
    return children.flatMap((child) => filesBelow(path.join(entry, child)));
  } catch {
    return [entry]; // a file
  }
}

/** apt says a lot: only the steps are worth a line. */
function progress(log: Log): (line: string) => void {
  return (line) => {
    if (/^(E: |W: |Need to get|After this operation|Fetched |.*certificates? added)/i.test(line)) {
      log(`  ${line}`);
    }
  };
}
