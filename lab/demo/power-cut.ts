import type { Lab } from "../lab";
import { startLoad } from "../load";
import type { LoadRequest, LoadSummary } from "../load-summary";
import { sleep, waitUntil } from "../process";
import { EdgeWatch, type Answers } from "./edge-watch";

/** What is cut, and what goes on meanwhile. */
export interface PowerCut {
  /** The host that holds the virtual address. */
  readonly host: string;
  readonly survivor: string;
  readonly virtualAddress: string;
  /** Requested through the virtual address. */
  readonly url: string;
  /** Answers when the host's own cluster does. */
  readonly ownUrl: string;
}

/** How many requests each cluster has answered in a part of the experiment. */
export interface Phase {
  readonly name: string;
  readonly answers: Answers;
}

/** What a power cut came to. */
export interface PowerCutReport {
  readonly summary: LoadSummary;
  readonly phases: readonly Phase[];
  /** Answered requests whose count was lost with the host. */
  readonly uncounted: number;
  /** Failed requests that were under way when the power was cut. */
  readonly lostInFlight: number;
  /** Failed requests that were not. */
  readonly lostOtherwise: number;
  /** Seconds that the slowest request took which was answered. */
  readonly slowest: number;
  /** Seconds from the cut until the other host had the virtual address. */
  readonly addressMovedAfter: number;
  /** Seconds from the return of power until the host's cluster answered. */
  readonly answeredAfter: number;
}

const RATE = 20;
const SECONDS_BEFORE = 4;
const SECONDS_WITHOUT_POWER = 8;
const SECONDS_AFTER = 4;
const LONGEST = 180;
const PATIENCE_MS = 120_000;

/** Sends requests while a host loses its power and gets it back, and nobody does anything about it. */
export async function cutPower(lab: Lab, cut: PowerCut, progress: (line: string) => void): Promise<PowerCutReport> {
  const watch = new EdgeWatch(cut.virtualAddress);
  watch.follow(cut.host);
  watch.follow(cut.survivor);
  const cleanUp = [() => watch.stop()];
  try {
    await waitUntil("word of both balancers", PATIENCE_MS, () => (watch.isReady ? undefined : "none yet"));
    const load = await startLoad(lab, { url: cut.url, rate: RATE, seconds: LONGEST, timeoutSeconds: 10 });
    load.finished.catch(() => undefined); // its failure shows where it is awaited
    cleanUp.push(() => load.stop());
    await load.begun;
    await sleep(SECONDS_BEFORE * 1000);

    const begun = Date.now();
    await lab.disconnect(cut.host); // from here on nothing leaves it
    const done = Date.now();
    await lab.powerCut(cut.host);
    watch.lost(cut.host);
    const before = watch.answers();
    progress(`${cut.host} has no power`);
    await waitUntil("move of the virtual address", PATIENCE_MS, () =>
      watch.holdsSince(cut.survivor) === undefined ? `${cut.survivor} does not have it` : undefined,
    );
    const moved = watch.holdsSince(cut.survivor) ?? NaN;
    progress(`${cut.survivor} has the virtual address`);
    await sleep(done + SECONDS_WITHOUT_POWER * 1000 - Date.now());

    const powerOn = Date.now();
    const without = watch.answers();
    const answered = untilAnswer(cut.ownUrl);
    answered.catch(() => undefined);
    await lab.powerOn(cut.host);
    progress(`${cut.host} has power again`);
    const answeredAt = await answered;
    progress(`${cut.host} answers again`);
    await waitUntil(`return of ${cut.host} to the pool`, PATIENCE_MS, () =>
      (watch.answers()[cut.host] ?? 0) > (without[cut.host] ?? 0) ? undefined : "it gets no requests",
    );
    progress(`${cut.host} gets requests again`);
    await sleep(SECONDS_AFTER * 1000);
    load.stop();
    const summary = await load.finished;
    await sleep(1000); // for the last counts
    return report({ summary, begun, done, moved, powerOn, answeredAt, before, without, end: watch.answers() }, cut);
  } finally {
    cleanUp.forEach((action) => action());
  }
}

interface Observed {
  readonly summary: LoadSummary;
  readonly begun: number;
  readonly done: number;
  readonly moved: number;
  readonly powerOn: number;
  readonly answeredAt: number;
  readonly before: Answers;
  readonly without: Answers;
  readonly end: Answers;
}

function report(seen: Observed, cut: PowerCut): PowerCutReport {
  const { summary, begun, done } = seen;
  const failed = summary.requests.filter((request) => request.error !== undefined || request.status !== 200);
  const lostInFlight = failed.filter((request) => wasUnderWay(request, begun, done)).length;
  const counted = Object.values(seen.end).reduce((sum, count) => sum + count, 0);
  return {
    summary,
    phases: [
      { name: "before the cut", answers: seen.before },
      { name: `${cut.host} without power`, answers: difference(seen.without, seen.before) },
      { name: "power is back", answers: difference(seen.end, seen.without) },
    ],
    uncounted: summary.total - failed.length - counted,
    lostInFlight,
    lostOtherwise: failed.length - lostInFlight,
    slowest: summary.where((request) => !failed.includes(request)).slowest,
    addressMovedAfter: (seen.moved - done) / 1000,
    answeredAfter: (seen.answeredAt - seen.powerOn) / 1000,
  };
}

function wasUnderWay(request: LoadRequest, begun: number, done: number): boolean {
  const start = request.start * 1000;
  return start <= done && start + request.seconds * 1000 >= begun;
}

function difference(later: Answers, earlier: Answers): Answers {
  return Object.fromEntries(
    Object.entries(later).map(([cluster, count]) => [cluster, count - (earlier[cluster] ?? 0)]),
  );
}

/** When a URL is answered with 200 (as of `Date.now()`). */
async function untilAnswer(url: string): Promise<number> {
  await waitUntil(`answer of ${url}`, PATIENCE_MS, async () => {
    try {
      const { status } = await fetch(url, { signal: AbortSignal.timeout(1000) });
      return status === 200 ? undefined : `status ${status}`;
    } catch {
      return "no answer";
    }
  });
  return Date.now();
}
