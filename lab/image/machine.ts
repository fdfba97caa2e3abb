import { existsSync, readFileSync } from "node:fs";
import { isInstalled, run } from "../process";
import { BASES, RELEASES, type Release } from "../release";

/** What the image takes over from the machine that it is built on, so that apt and TLS work inside as they do outside. */
export interface MachineSettings {
  /** The machine's Debian mirror, for mmdebstrap. @default - mmdebstrap's own default */
  readonly mirror?: string;
  /** An apt sources.list. @default - what the base image has */
  readonly sourcesList?: string;
  /** Proxy and the like. */
  readonly aptConfiguration: string;
  /** The machine's certificate authorities. @default - those of Debian */
  readonly certificateAuthorities?: string;
}

const AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt";
const SUITES = ["", "-updates", "-security"];
const DEBIAN_ARCHIVE = /^https?:\/\/.*\/debian(-security)?\/?$/;
const TAKEN_OVER = /^Acquire::(https?::Proxy|Check-Valid-Until|Check-Date)\b/;

/** Reads the settings of this machine, for hosts of a release; on one without apt there is nothing to take over. */
export async function machineSettings(release: Release): Promise<MachineSettings> {
  const certificateAuthorities = existsSync(AUTHORITIES) ? readFileSync(AUTHORITIES, "utf8") : undefined;
  if (!(await isInstalled("apt-get"))) {
    return { aptConfiguration: "", certificateAuthorities };
  }
  return { ...(await aptSources(release)), aptConfiguration: await aptConfiguration(), certificateAuthorities };
}

async function aptSources(release: Release): Promise<Pick<MachineSettings, "mirror" | "sourcesList">> {
  // apt itself knows best how to read both of its formats.
  const format = "$(REPO_URI) $(RELEASE) $(COMPONENT) $(ORIGIN)";
  const targets = await run("apt-get", ["indextargets", "--format", format, "Created-By: Packages"]);
  const sources = targets.stdout.split("\n").map((line) => line.split(" "));
  // A mirror has all releases, whichever the machine has itself.
  const lines = SUITES.flatMap((suite) => {
    const uri = sources.find((source) => isDebian(source, suite))?.[0];
    const releases = new Set([BASES[release], release]);
    return uri === undefined ? [] : [...releases].map((name) => ({ uri, line: `deb ${uri} ${name}${suite} main\n` }));
  });
  return lines[0] === undefined ? {} : { mirror: lines[0].uri, sourcesList: lines.map(({ line }) => line).join("") };
}

/** Where package lists have not been fetched yet, the origin is unknown and the address has to tell. */
function isDebian([uri = "", release = "", component, origin]: readonly string[], suite: string): boolean {
  const fromDebian = origin === "Debian" || DEBIAN_ARCHIVE.test(uri);
  const ofSuite = Object.keys(RELEASES).some((name) => release === `${name}${suite}`);
  return fromDebian && uri.startsWith("http") && ofSuite && component === "main";
}

async function aptConfiguration(): Promise<string> {
  const dump = await run("apt-config", ["dump"]);
  const taken = dump.stdout.split("\n").filter((line) => TAKEN_OVER.test(line));
  return taken.map((line) => `${line}\n`).join("");
}
