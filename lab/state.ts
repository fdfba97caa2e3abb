import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { PublishedFile } from "./archive";
import { isOwnDaemon } from "./docker-daemon";
import type { HostSpec, LabHost } from "./host";
import { STATE_DIR } from "./paths";

/** What lab/.state/lab.json says about the running lab. */
export interface LabState {
  readonly name: string;
  readonly hosts: readonly LabHost[];
  /** Private SSH key of the login user. */
  readonly keyFile: string;
  /** The stand-in's archive. @default - this lab has none */
  readonly archive?: PublishedFile;
  /** The file of this machine that the archive is a copy of. */
  readonly archiveFile?: string;
  readonly terraform: {
    /** For TF_CLI_CONFIG_FILE. @default - the provider registry answers, no configuration is needed */
    readonly cliConfigFile?: string;
  };
  /** How the hosts were asked for, so that they can be built again. */
  readonly specs: readonly HostSpec[];
}

/** Where tests and the demo look for the running lab. */
export const STATE_FILE = path.join(STATE_DIR, "lab.json");

/** Reads the state of the lab; `undefined` where none runs. */
export function readState(): LabState | undefined {
  return existsSync(STATE_FILE) ? (JSON.parse(readFileSync(STATE_FILE, "utf8")) as LabState) : undefined;
}

/** Writes the state so that a reader sees the old one or the new one. */
export function writeState(state: LabState): void {
  mkdirSync(STATE_DIR, { recursive: true });
  const unfinished = `${STATE_FILE}.unfinished`;
  writeFileSync(unfinished, `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(unfinished, STATE_FILE);
}

/** Removes everything but the record of a Docker daemon that still runs. */
export function removeState(): void {
  if (!existsSync(STATE_DIR)) {
    return;
  }
  const kept = isOwnDaemon() ? ["dockerd.json", "dockerd.log"] : [];
  for (const name of readdirSync(STATE_DIR).filter((entry) => !kept.includes(entry))) {
    rmSync(path.join(STATE_DIR, name), { recursive: true, force: true });
  }
  if (kept.length === 0) {
    rmSync(STATE_DIR, { recursive: true, force: true });
  }
}
