/** A line that a component has said. */
export interface LogLine {
  readonly host: string;
  readonly component: string;
  readonly text: string;

  /** Milliseconds of the epoch; nothing where neither it nor one before it in its stream says. */
  readonly time?: number;
}

/** As hosts give it (`logs.sh`): `NAME<tab>SOURCE<tab>LINE`. */
const SAID = /^([^\t]+)\t([^\t]+)\t(.*)$/;

/** A time as journals, deploys and `log_lines.py` have it at the beginning of a line. */
const TIMED = /^(== )?(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?)\d*(?:Z|([+-]\d\d):?(\d\d)) (.*)$/;

const COLOR = /\p{Cc}\[[0-9;]*m/gu;

/** Reads what one host says, as it comes. */
export class LogReader {
  private rest = "";
  private readonly times = new Map<string, number>();

  /** @param onLine gets each line, with what tells its stream */
  constructor(
    private readonly host: string,
    private readonly onLine: (line: LogLine, stream: string) => void,
  ) {}

  /** Takes a piece of text; what has no end yet waits for the next one. */
  public read(text: string): void {
    const lines = (this.rest + text).split("\n");
    this.rest = lines.pop()!;
    lines.forEach((line) => this.readLine(line));
  }

  private readLine(line: string): void {
    const [, component, source, said] = SAID.exec(line) ?? [];
    if (component === undefined || said === "") {
      return;
    }
    const stream = [this.host, component, source].join("\t");
    const { text, time = this.times.get(stream) } = timed(said!.replaceAll(COLOR, ""));
    if (time !== undefined) {
      this.times.set(stream, time);
    }
    this.onLine({ host: this.host, component, text, time }, stream);
  }
}

/** With its time in one form for all. */
function timed(line: string): Pick<LogLine, "text" | "time"> {
  const [, mark = "", date, hours, minutes, rest = ""] = TIMED.exec(line) ?? [];
  const time = Date.parse(`${date}${hours === undefined ? "Z" : `${hours}:${minutes}`}`);
  return Number.isNaN(time) ? { text: line } : { time, text: `${new Date(time).toISOString()} ${mark}${rest}` };
}

/**
 * Lines of several streams in the order of time. Each stream keeps its own order, whatever its clock did, and a line without a time
 * stays behind the one before it.
 */
export function mergeByTime(streams: readonly (readonly LogLine[])[]): LogLine[] {
  return streams
    .flatMap((lines, stream) => {
      let latest = -Infinity;
      return lines.map((line) => {
        latest = Math.max(latest, line.time ?? latest);
        return { line, stream, latest };
      });
    })
    .sort((one, other) => one.latest - other.latest || one.stream - other.stream)
    .map(({ line }) => line);
}
