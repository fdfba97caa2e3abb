/** One request of the load generator. */
export interface LoadRequest {
  /** When it began, in seconds since 1970. */
  readonly start: number;
  /** How long it took, to the last byte of the answer. */
  readonly seconds: number;
  /** HTTP status. @default - there was no complete answer */
  readonly status?: number;
  /** "timeout", "refused", "reset", "truncated", "unreachable" … @default - there was an answer */
  readonly error?: string;
  /** Who has answered. @default - it did not say */
  readonly backend?: string;
}

/** What came of a load. A request has failed when it has no complete answer, or one with a status other than 2xx. */
export interface LoadSummary {
  readonly requests: readonly LoadRequest[];
  readonly total: number;
  readonly failed: number;
  /** Number of failed requests by kind: the error, or "status 503". */
  readonly failedByKind: Readonly<Record<string, number>>;
  /** Seconds of the slowest request, failed ones included. */
  readonly slowest: number;
  /** Number of requests that took longer than 0.1 seconds. */
  readonly slowerThan100Milliseconds: number;
  /** Number of requests that took longer than a second. */
  readonly slowerThanOneSecond: number;
  /** Number of successful requests by back end, where options say how to tell them. */
  readonly byBackend: Readonly<Record<string, number>>;
  /** Failed requests that were begun before, and after, a moment (as of `Date.now()`). */
  failedAround(moment: number): { readonly before: number; readonly after: number };
  /** The same summary over a part of the requests, such as those that were begun after a power cut. */
  where(condition: (request: LoadRequest) => boolean): LoadSummary;
}

const MILLISECONDS = 1000;

/** Sums requests up. */
export function summarize(all: readonly LoadRequest[]): LoadSummary {
  const requests = [...all].sort((one, other) => one.start - other.start);
  const failed = requests.filter(hasFailed);
  const begunBefore = (moment: number) => (request: LoadRequest) => request.start * MILLISECONDS < moment;
  return {
    requests,
    total: requests.length,
    failed: failed.length,
    failedByKind: countBy(failed.map((request) => request.error ?? `status ${request.status}`)),
    slowest: requests.reduce((slowest, { seconds }) => Math.max(slowest, seconds), 0),
    slowerThan100Milliseconds: requests.filter(({ seconds }) => seconds > 0.1).length,
    slowerThanOneSecond: requests.filter(({ seconds }) => seconds > 1).length,
    byBackend: countBy(requests.filter((request) => !hasFailed(request)).flatMap(({ backend }) => backend ?? [])),
    failedAround: (moment) => {
      const before = failed.filter(begunBefore(moment)).length;
      return { before, after: failed.length - before };
    },
    where: (condition) => summarize(requests.filter(condition)),
  };
}

/** One line for people. */
export function describeLoad(summary: LoadSummary): string {
  const kinds = Object.entries(summary.failedByKind).map(([kind, count]) => `${count} ${kind}`);
  const failed = summary.failed === 0 ? "none failed" : `${summary.failed} failed (${kinds.join(", ")})`;
  const backends = Object.entries(summary.byBackend).map(([backend, count]) => `${backend}: ${count}`);
  const slow = `slowest ${summary.slowest.toFixed(2)} s, ${summary.slowerThan100Milliseconds} slower than 0.1 s`;
  return [`${summary.total} requests`, failed, slow, ...backends].join(", ");
}

function hasFailed({ status, error }: LoadRequest): boolean {
  return error !== undefined || status === undefined || status < 200 || status > 299;
}

function countBy(kinds: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of kinds) {
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}
