import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { docker, tryDocker } from "../docker";
import { INSTANCE } from "../instance";
import type { Log } from "../log";
import { CACHE_DIR, withWorkFolder } from "../paths";
import { DEFAULT_RELEASE, RELEASES, STABLE_RELEASES, type Release } from "../release";
import { importDebian, pullDebian } from "./base";
import { machineSettings, type MachineSettings } from "./machine";

const REPOSITORY = "cdktf-zato-lab";
const RECIPE = ["provision.sh", "files"];
const IMAGE_CHANGES = ['CMD ["/usr/local/sbin/lab-init"]', "ENV container=docker", "WORKDIR /"];
/** Another lab on this machine may build at the same moment. */
const BUILDER = `cdktf-zato-lab-image-builder${INSTANCE}`;
const builderOf = (release: Release): string => `${BUILDER}-${release}`;
const EQUIP = "/usr/local/sbin/equip.sh";

/** Gives the name of the image of new hosts, after building it where it is not there yet. */
export async function ensureImage(release: Release, log: Log): Promise<string> {
  const machine = await machineSettings(release);
  const image = `${REPOSITORY}:${release}-${recipeHash(machine)}`;
  return ensure(image, log, () => build(image, release, machine, log));
}

/** Gives the name of an image of hosts that have the packages of a cluster already, which saves them a minute. */
export async function ensureEquippedImage(release: Release, log: Log): Promise<string> {
  const base = await ensureImage(release, log);
  const image = `${base}-equipped`;
  return ensure(image, log, () => equip(release, base, image, log));
}

/** Builds both images of the releases that are out, and of the one that was asked for. */
export async function ensureImages(log: Log): Promise<string[]> {
  const releases = new Set([...STABLE_RELEASES, DEFAULT_RELEASE]);
  return Promise.all(
    [...releases].map((release) => ensureEquippedImage(release, (line) => log(`${release}: ${line}`))),
  );
}

async function ensure(image: string, log: Log, make: () => Promise<void>): Promise<string> {
  if ((await tryDocker(["image", "inspect", image])).status !== 0) {
    const started = Date.now();
    log(`building image ${image} (once)`);
    await make();
    log(`image built in ${Math.round((Date.now() - started) / 1000)} s`);
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

/** Removes the containers of builds, also of those that were interrupted. */
export async function removeBuilders(): Promise<void> {
  await tryDocker(["rm", "--force", "--volumes", ...(Object.keys(RELEASES) as Release[]).map(builderOf)]);
}

async function build(image: string, release: Release, machine: MachineSettings, log: Log): Promise<void> {
  const own = `${REPOSITORY}:${release}-base${INSTANCE}`;
  const base = (await pullDebian(release, log)) ?? (await importDebian(own, release, machine, log));
  try {
    log("installing packages in the image");
    await inContainer(release, base.image, ["bash", "/recipe/provision.sh", release], image, log, (container) =>
      copyRecipe(container, machine),
    );
  } finally {
    if (base.removable) {
      await tryDocker(["image", "rm", base.image]); // only its name: the new image holds its content
    }
  }
}

function equip(release: Release, base: string, image: string, log: Log): Promise<void> {
  return inContainer(release, base, ["bash", EQUIP], image, log, (container) =>
    docker(["cp", path.join(__dirname, "equip.sh"), `${container}:${EQUIP}`]),
  );
}

/** Runs a command in a container of an image; what the container is afterwards becomes another image. */
async function inContainer(
  release: Release,
  from: string,
  command: readonly string[],
  image: string,
  log: Log,
  fill: (container: string) => Promise<unknown>,
): Promise<void> {
  const container = builderOf(release);
  const remove = (): Promise<unknown> => tryDocker(["rm", "--force", "--volumes", container]);
  await remove();
  try {
    // Without the lab's label: an image inherits labels, and so would everybody's containers of this image.
    await docker(["create", "--name", container, from, ...command]);
    await fill(container);
    await docker(["start", "--attach", container], { onLine: progress(log) });
    await docker(["commit", ...IMAGE_CHANGES.flatMap((change) => ["--change", change]), container, image]);
  } finally {
    await remove();
  }
}

async function copyRecipe(container: string, machine: MachineSettings): Promise<void> {
  await withWorkFolder(CACHE_DIR, async (recipe) => {
    for (const entry of RECIPE) {
      cpSync(path.join(__dirname, entry), path.join(recipe, entry), { recursive: true });
    }
    mkdirSync(path.join(recipe, "machine"));
    writeFileSync(path.join(recipe, "machine/sources.list"), machine.sourcesList ?? "");
    writeFileSync(path.join(recipe, "machine/apt.conf"), machine.aptConfiguration);
    writeFileSync(path.join(recipe, "machine/ca-certificates.crt"), machine.certificateAuthorities ?? "");
    await docker(["cp", recipe, `${container}:/recipe`]);
  });
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
