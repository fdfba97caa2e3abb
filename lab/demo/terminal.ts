/** Shows a line of the demo. */
export function say(line = ""): void {
  process.stdout.write(`${line}\n`);
}

/** Begins a part of the demo. */
export function headline(text: string): void {
  say();
  say(`== ${text}`);
}

/** Seconds since a moment (as of `Date.now()`), to a tenth. */
export function secondsSince(moment: number, until = Date.now()): string {
  return ((until - moment) / 1000).toFixed(1);
}
