import { setMaxListeners } from "node:events";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Does something that goes on until it has ended or this program is told to end, which then clears up after itself. */
export async function untilEnded<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const ending = new AbortController();
  // One for each host.
  setMaxListeners(0, ending.signal);
  const end = (): void => ending.abort();
  SIGNALS.forEach((signal) => process.on(signal, end));
  try {
    return await work(ending.signal);
  } finally {
    SIGNALS.forEach((signal) => process.off(signal, end));
  }
}
