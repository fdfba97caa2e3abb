import { DeclaredHost } from "../document";
import { ask } from "./ask";
import { basicPattern } from "./basic-pattern";
import { Columns } from "./columns";
import { DeclaredStack } from "./declared-stack";
import { LogLine, LogReader, mergeByTime } from "./log-lines";
import { Repetitions } from "./log-repetitions";
import { untilEnded } from "./until-ended";

/** Whose logs are shown, and which of them. */
export interface LogsCall {
  readonly stack: DeclaredStack;
  /** Names of components, or those that they have in their clusters; none for all. */
  readonly components: readonly string[];
  /** `90s`, `10m`, `2h`, `1d`. */
  readonly since?: string;
  /** A basic regular expression. */
  readonly grep?: string;
  /** Whether it goes on until the program is ended. */
  readonly follow: boolean;
}

/** A host, and the names by which it knows those whose logs are wanted. */
interface Asked {
  readonly host: DeclaredHost;
  readonly names: readonly string[];
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86400 };

/** What is followed comes from several hosts, and is put in order as long as it waits. */
const PAUSE_MS = 500;

/** Clocks of hosts may be so much behind that of this machine. */
const MOST_BEHIND_MS = 600_000;

/** Lines that have come, by what tells their stream. */
type Streams = Map<string, LogLine[]>;

/**
 * Shows what components have said on all hosts, merged by time. Changes nothing.
 *
 * @param warn is told of hosts that cannot be asked
 * @returns 0, or 2 when a host could not be asked
 * @throws Error when there is no such component, or what is asked is none
 */
export async function logs(
  call: LogsCall,
  print: (text: string) => void,
  warn: (text: string) => void,
): Promise<number> {
  const { stack, follow } = call;
  const seconds = secondsOf(call.since ?? "10m");
  const pattern = basicPattern(call.grep ?? "");
  const asked = select(stack, call.components);
  const prefix = prefixes(asked);
  const repetitions = new Repetitions();
  let waiting: Streams = new Map();
  let next: Streams = new Map();
  const flush = (): void => {
    const streams = [...waiting].map(([stream, lines]) =>
      isJournal(stream) ? lines.filter((line) => !repetitions.has(line)) : lines,
    );
    const lines = mergeByTime(streams).filter(({ text }) => pattern.test(text));
    print(lines.map((line) => `${prefix(line)} | ${line.text}\n`).join(""));
    waiting = next;
    next = new Map();
  };
  // What comes waits for a pause at least, in which others may say what comes before it, or the same.
  const timer = follow
    ? setInterval(() => {
        flush();
        repetitions.forgetBefore(Date.now() - MOST_BEHIND_MS);
      }, PAUSE_MS)
    : undefined;
  const isAnswered = await untilEnded((signal) =>
    Promise.all(
      asked.map(async ({ host, names }) => {
        const reader = new LogReader(host.name, (line, stream) => {
          const lines = next.get(stream);
          if (lines) lines.push(line);
          else next.set(stream, [line]);
          if (isServerLog(stream)) repetitions.note(line);
        });
        const request = [`since ${seconds}`, ...names.map((name) => `component ${name}`), follow ? "follow" : "show"];
        const listening = { onOutput: (text: string) => reader.read(text), signal, staysOpen: follow };
        const { where, reason } = await ask(stack, host, "logs.sh", () => `${request.join("\n")}\n`, listening);
        if (reason !== "" && !signal.aborted) {
          warn(`the host ${where} cannot be asked: ${reason}\n`);
          return false;
        }
        return true;
      }),
    ),
  );
  clearInterval(timer);
  flush();
  flush();
  return isAnswered.every(Boolean) ? 0 : 2;
}

function secondsOf(since: string): number {
  const [, number, unit] = /^(\d{1,4})([smhd])$/.exec(since) ?? [];
  if (unit === undefined) {
    throw new Error(`'${since}' is no time to look back; give one like 90s, 10m, 2h or 1d`);
  }
  return Number(number) * SECONDS[unit]!;
}

function isJournal(stream: string): boolean {
  return stream.endsWith("\tjournal");
}

function isServerLog(stream: string): boolean {
  return stream.endsWith("\tserver");
}

/** By host. Preflights and restores have logs of their own, and are no components. */
function select(stack: DeclaredStack, wanted: readonly string[]): Asked[] {
  const { hosts, clusters, components } = stack.document;
  const known = [
    ...hosts.map(({ path, name }) => ({ host: path, name: `host.${name}`, short: name })),
    ...clusters.map(({ host, name }) => ({ host, name: `${name}.restore`, short: `${name}.restore` })),
    ...components.map(({ host, name, partOf }) => {
      const cluster = clusters.find(({ path }) => path === partOf);
      return { host, name, short: cluster ? name.slice(cluster.name.length + 1) : name };
    }),
  ];
  const unknown = wanted.find((word) => !known.some(({ name, short }) => word === name || word === short));
  if (unknown !== undefined) {
    const names = [...new Set(known.map(({ name }) => `'${name}'`))].sort().join(", ");
    throw new Error(`there is no component '${unknown}' in the stack in '${stack.folder}'; it has ${names}`);
  }
  const isWanted = (word: string): boolean => wanted.length === 0 || wanted.includes(word);
  // A machine that is declared lost is asked for nothing.
  const there = hosts.filter(({ lost }) => !lost);
  return there.flatMap((host) => {
    const own = known.filter((one) => one.host === host.path && (isWanted(one.name) || isWanted(one.short)));
    return own.length === 0 ? [] : [{ host, names: own.map(({ name }) => name) }];
  });
}

/** `host component`, in columns. */
function prefixes(asked: readonly Asked[]): (line: LogLine) => string {
  const columns = new Columns(asked.flatMap(({ host, names }) => names.map((name) => [host.name, name])));
  return ({ host, component }) => columns.pad([host, component]).join(" ");
}
