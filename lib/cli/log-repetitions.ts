import { LogLine } from "./log-lines";

/** A line of a journal that a process has said, after its time, its component and its number. */
const SAID_BY_PROCESS = /^\S+Z \S+\[\d+\]: ?(.*)$/s;

/** A line of a server's log that begins an entry has a time; that of a journal may be so much later, or earlier. */
const MOST_APART_MS = 2000;

/**
 * What a server says twice: its log is in its journal too. Entries are left out on the host, by how they begin; their further lines, such as
 * those of a traceback, can only be told by their text from what the log has not, such as the last words of a server that dies.
 */
export class Repetitions {
  /** When further lines were in a log, by their text, without those that a journal has had since. */
  private readonly times = new Map<string, number[]>();

  /** Takes note of a line of a server's log. */
  public note({ host, component, text, time }: LogLine): void {
    if (time === undefined || text.startsWith(new Date(time).toISOString())) {
      return;
    }
    const key = keyOf(host, component, text);
    const known = this.times.get(key);
    if (known) known.push(time);
    else this.times.set(key, [time]);
  }

  /** Whether a line of a journal repeats one that was noted, or says nothing at all. Each that was noted counts once. */
  public has({ host, component, text, time }: LogLine): boolean {
    const [, said] = SAID_BY_PROCESS.exec(text) ?? [];
    if (said === undefined || time === undefined) {
      return false;
    }
    const known = this.times.get(keyOf(host, component, said)) ?? [];
    const found = known.findIndex((one) => Math.abs(one - time) <= MOST_APART_MS);
    if (found >= 0) {
      known.splice(found, 1);
    }
    return found >= 0 || said.trim() === "";
  }

  /** Forgets what no journal will repeat any more. */
  public forgetBefore(time: number): void {
    for (const [key, known] of this.times) {
      const rest = known.filter((one) => one >= time);
      if (rest.length > 0) this.times.set(key, rest);
      else this.times.delete(key);
    }
  }
}

function keyOf(...parts: readonly string[]): string {
  return parts.join("\t");
}
