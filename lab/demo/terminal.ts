/** Shows a line of the demo. */
export function say(line = ""): void {
  process.stdout.write(`${line}\n`);
}

/** Begins a part of the demo. */
export function headline(text: string): void {
  say();
  say(`== ${text}`);
}

/** Lays rows out in columns. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, column) => Math.max(cell.length, widest[column] ?? 0)),
    [],
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

/** Seconds since a moment (as of `Date.now()`), to a tenth. */
export function secondsSince(moment: number, until = Date.now()): string {
  return ((until - moment) / 1000).toFixed(1);
}
