import { readFileSync } from "node:fs";
import path from "node:path";
import type { Lab } from "../lab";

/** A systemd unit of ours on a host. */
export interface FoundUnit {
  readonly name: string;
  /** As `systemctl is-active` says. */
  readonly state: string;
  /** Number of processes that its main process has started. */
  readonly children: number;
}

/** What of ours runs on a host. */
export interface FoundHost {
  readonly cpus: number;
  readonly units: readonly FoundUnit[];
  readonly holdsVirtualAddress: boolean;
}

const SCRIPT = readFileSync(path.join(__dirname, "inventory.sh"), "utf8");

/** Asks a host, over SSH, what runs on it: not what was declared, but what is there. */
export async function askHost(lab: Lab, host: string, virtualAddress: string): Promise<FoundHost> {
  const answer = await lab.ssh(host, `sudo -n bash -s ${virtualAddress}`, SCRIPT);
  if (answer.status !== 0) {
    throw new Error(`${host} could not be asked what runs on it: ${answer.stderr.trim()}`);
  }
  const facts = answer.stdout
    .trim()
    .split("\n")
    .map((line) => line.split(" "));
  const numberOf = (fact: string): number => Number(facts.find(([kind]) => kind === fact)?.[1]);
  return {
    cpus: numberOf("cpus"),
    holdsVirtualAddress: numberOf("holds") > 0,
    units: facts
      .filter(([kind]) => kind === "unit")
      .map(([, name = "", state = "", children]) => ({ name, state, children: Number(children) })),
  };
}
