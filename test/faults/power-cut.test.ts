import type { Lab } from "../../lab/lab";
import { startLoad } from "../../lab/load";
import { describeLoad, type LoadSummary } from "../../lab/load-summary";
import { sleep, waitUntil } from "../../lab/process";
import { twoHosts, virtualAddress } from "../lab/support/programs";
import { Project } from "../lab/support/project";
import { freshHosts } from "../lab/support/shared-lab";
import { holdersOf, poolOf, waitForPing } from "../lab/support/zato";

const HOSTS = ["host1", "host2"] as const;
const ALL_UP = "host1 UP, host2 UP";

let lab: Lab;
let project: Project;
let url: string;

beforeAll(async () => {
  lab = await freshHosts(HOSTS, { equipped: true });
  project = new Project(lab).synth((stack) => void twoHosts(stack, lab));
  url = `http://${virtualAddress(lab)}/zato/ping`;
  await project.apply();
  await waitForPing(lab, url);
});

afterAll(() => project?.remove());

async function holder(): Promise<string> {
  return (await holdersOf(lab, virtualAddress(lab), HOSTS))[0]!;
}

/** 20 requests a second for 14 seconds; the host loses its power in the fourth. */
async function loadWithPowerCut(host: string): Promise<{ all: LoadSummary; afterCut: LoadSummary }> {
  const running = await startLoad(lab, { url, seconds: 14 });
  await running.begun;
  await sleep(3_000);
  await lab.disconnect(host);
  const moment = Date.now();
  await lab.powerCut(host);
  const all = await running.finished;
  return { all, afterCut: all.where((request) => request.start * 1000 >= moment) };
}

async function expectBothBack(): Promise<void> {
  for (const host of HOSTS) {
    await waitUntil(`the pool of ${host}`, 60_000, async () => {
      const pool = await poolOf(lab, host);
      return pool === ALL_UP ? undefined : pool;
    });
  }
}

test.each(["the host that holds the virtual address", "the other host"])("a power cut of %s", async (which) => {
  // GIVEN
  await expectBothBack();
  const holding = await holder();
  const victim = which === "the other host" ? HOSTS.find((host) => host !== holding)! : holding;

  // WHEN
  const { all, afterCut } = await loadWithPowerCut(victim);

  // THEN no request that was begun afterwards is lost, at most those that were on their way
  console.log(`power cut of ${which}: ${describeLoad(all)}`);
  expect(all.total).toBe(280);
  expect(afterCut.total).toBeGreaterThan(200);
  expect(afterCut.failedByKind).toEqual({});
  expect(afterCut.slowest).toBeLessThanOrEqual(2);
  expect(all.failed).toBeLessThanOrEqual(3);

  // WHEN the power comes back
  await lab.powerOn(victim);

  // THEN
  await expectBothBack();
  expect(await holder()).toBe(HOSTS.find((host) => (which === "the other host" ? host === holding : host !== holding)));
});
