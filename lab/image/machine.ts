import { existsSync, readFileSync } from "node:fs";
import { isInstalled, run } from "../process";

/** What the image takes over from the machine that it is built on, so that apt and TLS work inside as they do outside. */
export interface MachineSettings {
  /** The machine's Debian mirror, for debootstrap. @default - debootstrap's own default */
  readonly mirror?: string;
  /** An apt sources.list. @default - what the base image has */
  readonly sourcesList?: string;
  /** Proxy and the like. */
  readonly aptConfiguration: string;
  /** The machine's certificate authorities. @default - those of Debian */
  readonly certificateAuthorities?: string;
}

/** The release of the lab's hosts. */
export const RELEASE = "bookworm";

const AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt";
const RELEASES = [RELEASE, `${RELEASE}-updates`, `${RELEASE}-security`];
const DEBIAN_ARCHIVE = /^https?:\/\/.*\/debian(-security)?\/?$/;
const TAKEN_OVER = /^Acquire::(https?::Proxy|Check-Valid-Until|Check-Date)\b/;

/** Reads the settings of this machine; on one without apt there is nothing to take over. */
export async function machineSettings(): Promise<MachineSettings> {
  const certificateAuthorities = existsSync(AUTHORITIES) ? readFileSync(AUTHORITIES, "utf8") : undefined;
  if (!(await isInstalled("apt-get"))) {
    return { aptConfiguration: "", certificateAuthorities };
  }
  return { ...(await aptSources()), aptConfiguration: await aptConfiguration(), certificateAuthorities };
}

async function aptSources(): Promise<Pick<MachineSettings, "mirror" | "sourcesList">> {
  // apt itself knows best how to read both of its formats.
  const format = "$(REPO_URI) $(RELEASE) $(COMPONENT) $(ORIGIN)";
  const targets = await run("apt-get", ["indextargets", "--format", format, "Created-By: Packages"]);
  const sources = [...new Set(targets.stdout.split("\n"))].map((line) => line.split(" ")).filter(isDebian);
  const mirror = sources.find(([, release]) => release === RELEASE)?.[0];
  if (mirror === undefined) {
    return {};
  }
  return { mirror, sourcesList: sources.map((source) => `deb ${source.slice(0, 3).join(" ")}\n`).join("") };
}

/** Where package lists have not been fetched yet, the origin is unknown and the address has to tell. */
function isDebian([uri = "", release = "", component, origin]: readonly string[]): boolean {
  const fromDebian = origin === "Debian" || DEBIAN_ARCHIVE.test(uri);
  return fromDebian && uri.startsWith("http") && RELEASES.includes(release) && component === "main";
}

async function aptConfiguration(): Promise<string> {
  const dump = await run("apt-config", ["dump"]);
  const taken = dump.stdout.split("\n").filter((line) => TAKEN_OVER.test(line));
  return taken.map((line) => `${line}\n`).join("");
}
