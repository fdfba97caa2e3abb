/** Columns of a table on a terminal, each as wide as its widest cell. */
export class Columns {
  private readonly widths: readonly number[];

  /** @param rows all that stands in them; a row may end early */
  constructor(rows: readonly (readonly string[])[]) {
    const count = Math.max(0, ...rows.map(({ length }) => length));
    this.widths = Array.from({ length: count }, (_, column) =>
      Math.max(...rows.map((row) => row[column]?.length ?? 0)),
    );
  }

  /** The cells of a row, filled up. */
  public pad(row: readonly string[]): string[] {
    return row.map((cell, column) => cell.padEnd(this.widths[column] ?? 0));
  }

  /** A row as a line. */
  public line(row: readonly string[]): string {
    return this.pad(row).join("  ").trimEnd();
  }
}

/** Rows as lines, in columns. */
export function inColumns(rows: readonly (readonly string[])[]): string[] {
  const columns = new Columns(rows);
  return rows.map((row) => columns.line(row));
}
