import { readFileSync } from "node:fs";
import path from "node:path";
import type { Lab } from "../../lab/lab";
import { waitUntil } from "../../lab/process";
import { virtualAddress } from "../../test/lab/support/programs";
import { httpStatus, poolOf } from "../../test/lab/support/zato";
import type { Deployer } from "./deployer";
import { environmentOf, HOSTS, SERVERS, type Settings } from "./program";

const SCRIPT = readFileSync(path.join(__dirname, "server.py"), "utf8");

interface ServerState {
  readonly environment: Readonly<Record<string, string>>;
  readonly declared: number;
  readonly answering: number;
}

/**
 * Throws unless both clusters answer through the virtual address, and all workers of all servers answer and have the
 * settings.
 */
export async function requireWorking(lab: Lab, deployer: Deployer, settings: Settings): Promise<void> {
  await waitUntil("both clusters, through the virtual address", 10_000, () => missingInFront(lab));
  for (const host of HOSTS) {
    for (const server of SERVERS) {
      const state = await askServer<ServerState>(lab, deployer, host, server, "look");
      if (state.answering !== state.declared) {
        throw new Error(`${state.answering} of ${state.declared} workers of ${host} ${server} answer`);
      }
      for (const [name, value] of Object.entries(environmentOf(host, server, settings))) {
        if (state.environment[name] !== value) {
          throw new Error(`${name} of ${host} ${server} is ${state.environment[name]} in place of ${value}`);
        }
      }
    }
  }
}

/** The seconds that it takes to restart a server by hand, until all its workers answer. */
export function restartTime(lab: Lab, deployer: Deployer, host: string, server: string): Promise<number> {
  return askServer<number>(lab, deployer, host, server, "restart");
}

/** What is wrong in front of the clusters, if anything: requests go to them in turn. */
async function missingInFront(lab: Lab): Promise<string | undefined> {
  const before = await requestsOf(lab);
  for (let request = 0; request < 2 * HOSTS.length; request++) {
    const status = await httpStatus(lab, `http://${virtualAddress(lab)}/zato/ping`);
    if (status !== 200) {
      return `status ${status}`;
    }
  }
  const after = await requestsOf(lab);
  const silent = HOSTS.filter((name) => !(after[name]! > before[name]!));
  if (silent.length > 0) {
    return `no request to ${silent.join(" and ")}`;
  }
  const pools = await Promise.all(HOSTS.map((host) => poolOf(lab, host)));
  return pools.find((pool) => pool !== HOSTS.map((name) => `${name} UP`).join(", "));
}

/** How many requests each cluster has had from the HAProxy in front that has the virtual address, or from the other one. */
async function requestsOf(lab: Lab): Promise<Record<string, number>> {
  const requests: Record<string, number> = {};
  for (const host of HOSTS) {
    const statistics = await lab.execOrThrow(host, "echo show stat | socat - /run/zato-edge/admin.sock");
    for (const [pool, cluster, ...rest] of statistics.split("\n").map((row) => row.split(","))) {
      if (pool === "clusters") {
        requests[cluster!] = (requests[cluster!] ?? 0) + Number(rest[5]);
      }
    }
  }
  return requests;
}

async function askServer<T>(lab: Lab, deployer: Deployer, host: string, server: string, what: string): Promise<T> {
  const command = ["python3", "-c", SCRIPT, `zato-${host}-${server}.service`, what];
  return JSON.parse(await lab.execOrThrow(host, command, { input: await deployer.adminPassword(host) })) as T;
}
