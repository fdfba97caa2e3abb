import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { buildStandIn, hashFolder } from "./archive";
import { CLIENT } from "./host";
import { ensureImage } from "./image/image";
import { INSTANCE } from "./instance";
import type { Lab } from "./lab";
import type { Log } from "./log";
import { CACHE_DIR, LAB_DIR } from "./paths";
import { runOrThrow } from "./process";
import { DEFAULT_RELEASE, type Release } from "./release";

/** The images of the stand-in that `lab/stand-in/build-images.sh` makes, by tag. */
const TAGS = ["one", "two", "bare"] as const;

/** Under which name they are in the file. */
const LOCAL_NAME = "cdktf-zato-lab-stand-in";
/** What an image of a release of Zato has besides, of the distribution's packages. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = { "4.1": ["libmagic1"] };
const PORT = 5000;
const USER = "puller";

/** A container registry on the host `client`, which asks for a password, with images of the stand-in. */
export interface LabRegistry {
  /** `10.88.0.50:5000` */
  readonly address: string;
  readonly user: string;
  readonly password: string;
  /** What its certificate is signed by, in PEM. */
  readonly authority: string;
  /** References with digests. */
  readonly images: Readonly<Record<(typeof TAGS)[number] | "alien", string>>;
}

/**
 * Starts the registry, with images of a release of Zato. They are of the other one of Debian's releases than the hosts', with
 * another Python.
 */
export async function startRegistry(lab: Lab, password: string, log: Log, zato = "3.3"): Promise<LabRegistry> {
  const address = `${lab.host(CLIENT).address}:${PORT}`;
  const name = `zato/zato-${zato}-stand-in`;
  const images = "/srv/registry-images.tar";
  await lab.copyTo(CLIENT, await buildImages(log, zato), images);
  const script = readFileSync(path.join(LAB_DIR, "registry", "serve.sh"), "utf8");
  const words = ["bash", "-c", script, "serve.sh", address, USER, images, LOCAL_NAME, name, ...TAGS];
  const digests = await lab.execOrThrow(CLIENT, words, { input: password });
  return {
    address,
    user: USER,
    password,
    authority: await lab.execOrThrow(CLIENT, ["cat", "/srv/registry/ca.crt"]),
    images: Object.fromEntries(
      digests
        .trim()
        .split("\n")
        .map((line) => line.split(" "))
        .map(([tag, digest]) => [tag, `${address}/${name}@sha256:${digest}`]),
    ) as LabRegistry["images"],
  };
}

/** Builds the file of the images, as `docker save` writes it, where its sources have changed. */
export async function buildImages(log: Log, zato = "3.3"): Promise<string> {
  const archive = await buildStandIn(log, zato);
  if (archive === undefined) {
    throw new Error("this lab has no stand-in");
  }
  const release: Release = DEFAULT_RELEASE === "bookworm" ? "trixie" : "bookworm";
  const base = await ensureImage(release, log);
  const file = path.join(CACHE_DIR, `zato-${zato}-stand-in-images-${release}.tar`);
  const builtFrom = `${file}.built-from`;
  const sources = `${hashFolder(path.join(LAB_DIR, "stand-in"))} ${base}`;
  if (!existsSync(file) || !existsSync(builtFrom) || readFileSync(builtFrom, "utf8") !== sources) {
    log("building container images of the stand-in (about a minute)");
    mkdirSync(CACHE_DIR, { recursive: true });
    const unfinished = path.join(CACHE_DIR, `unfinished${INSTANCE}-${path.basename(file)}`);
    const script = path.join(LAB_DIR, "stand-in", "build-images.sh");
    await runOrThrow("bash", [script, base, archive, LOCAL_NAME, unfinished, ...(PACKAGES[zato] ?? [])]);
    renameSync(unfinished, file);
    writeFileSync(builtFrom, sources);
  }
  return file;
}
