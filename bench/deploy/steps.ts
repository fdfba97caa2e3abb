import type { Lab } from "../../lab/lab";
import type { Deployer } from "./deployer";
import { HOSTS, SERVERS, type Settings } from "./program";
import { requireWorking, restartTime } from "./working-state";

/** Something that a deployer is timed at. */
export interface Step {
  readonly what: string;
  /** How often in each round. */
  readonly times: number;
  /** How long the library may take, in proportion to its peer. */
  readonly goal: number;
  /** The setting that is changed before it. */
  readonly change?: keyof Settings;
  /** The servers that have to be started, one after the other. */
  readonly starts: readonly (readonly [host: string, server: string])[];
}

const ALL = HOSTS.flatMap((host) => SERVERS.map((server) => [host, server] as const));

/** In their order. The first one is the first install. */
export const STEPS: readonly Step[] = [
  { what: "first install of two hosts", times: 1, goal: 0.3, starts: ALL },
  { what: "apply without changes", times: 3, goal: 0.02, starts: [] },
  { what: "one changed setting of one server", times: 2, goal: 0.1, change: "one", starts: [["host1", "server2"]] },
  { what: "one changed setting of all four servers", times: 1, goal: 0.1, change: "all", starts: ALL },
];

/** What was found for a step. */
export interface Timing {
  /** The seconds of each time. */
  readonly seconds: readonly number[];
  /** Of these, what the servers themselves need to start. */
  readonly starts: number;
}

/** Times a deployer at all steps, on hosts that have nothing yet. */
export async function timings(lab: Lab, deployer: Deployer): Promise<Timing[]> {
  const seconds: number[][] = [];
  let settings: Settings = { all: "0", one: "0" };
  for (const { what, times, change } of STEPS) {
    const found: number[] = [];
    for (let time = 0; time < times; time++) {
      settings = change ? { ...settings, [change]: String(Number(settings[change]) + 1) } : settings;
      found.push(await timed(what, deployer, settings, seconds.length === 0 || change !== undefined));
      await requireWorking(lab, deployer, settings);
    }
    seconds.push(found);
  }
  const restarts = new Map<string, number>();
  for (const [host, server] of ALL) {
    restarts.set(`${host} ${server}`, await restartTime(lab, deployer, host, server));
  }
  return STEPS.map(({ starts }, step) => ({
    seconds: seconds[step]!,
    starts: starts.reduce((sum, [host, server]) => sum + restarts.get(`${host} ${server}`)!, 0),
  }));
}

async function timed(what: string, deployer: Deployer, settings: Settings, changes: boolean): Promise<number> {
  await deployer.prepare(settings);
  const begun = performance.now();
  const changed = await deployer.deploy();
  const seconds = (performance.now() - begun) / 1000;
  if (changed !== changes) {
    throw new Error(`'${what}' ${changed ? "changed something" : "changed nothing"}`);
  }
  console.log(`${deployer.name}: ${what}: ${seconds.toFixed(2)} s`);
  return seconds;
}
