import { existsSync, readdirSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import { LIBRARY_FOLDER } from "../library-folder";

/** A layer's folder of what runs on hosts. A host has all of them in one. */
const FOLDER = "host-scripts";

/** A script, or a file that comes along with them. */
interface HostScript {
  /** Where it goes on a host, from the folder of the scripts on, with `/` between names. */
  readonly target: string;
  /** Where it is on this machine. */
  readonly source: string;
}

/** The scripts of all layers. What they know, a layer knows; nobody else does. */
export function hostScripts(): HostScript[] {
  return readdirSync(LIBRARY_FOLDER)
    .map((layer) => join(LIBRARY_FOLDER, layer, FOLDER))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((name) => statSync(join(folder, name)).isFile() && !name.endsWith(".pyc"))
        .map((name) => ({ target: name.split(sep).join("/"), source: join(folder, name) })),
    );
}
