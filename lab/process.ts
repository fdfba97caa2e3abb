import { spawn, type ChildProcess } from "node:child_process";

/** What a finished command left behind. */
export interface CommandResult {
  /** Exit status; 128 + the signal's number where a signal ended it. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to run a command. */
export interface RunOptions {
  /** Written to the command's standard input. @default - standard input is empty */
  readonly input?: string | Buffer;
  /** @default - the environment of this process */
  readonly env?: NodeJS.ProcessEnv;
  /** @default - the working directory of this process */
  readonly cwd?: string;
  /** The command is killed after this many milliseconds. @default - no limit */
  readonly timeoutMs?: number;
  /** Called with each complete line of output, while the command runs. @default - output is only captured */
  readonly onLine?: (line: string) => void;
}

const SIGNAL_BASE = 128;
const SIGNAL_NUMBERS: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

/** The status a shell would report for a command that ended like this. */
export function exitStatus(code: number | null, signal: NodeJS.Signals | null): number {
  return code ?? SIGNAL_BASE + (SIGNAL_NUMBERS[signal ?? ""] ?? 0);
}

/** Runs a command to its end; a status other than 0 is a result, not an error. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<CommandResult> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env,
    timeout: options.timeoutMs,
    killSignal: "SIGKILL",
    stdio: "pipe",
  });
  // A command that ends without reading its input is no failure of ours.
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.input ?? "");
  return capture(child, options.onLine);
}

/** Collects what a command says, until its end. */
export function capture(child: ChildProcess, onLine?: (line: string) => void): Promise<CommandResult> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  collect(child.stdout, stdout, onLine);
  collect(child.stderr, stderr, onLine);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) =>
      resolve({
        status: exitStatus(code, signal),
        stdout: Buffer.concat(stdout).toString("utf8"),
        stderr: Buffer.concat(stderr).toString("utf8"),
      }),
    );
  });
}

/** Runs a command that has to succeed, and gives its standard output. */
export async function runOrThrow(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const result = await run(command, args, options);
  if (result.status !== 0) {
    const said = (result.stderr.trim() || result.stdout.trim()).split("\n").slice(-15).join("\n");
    throw new Error(`'${[command, ...args].join(" ")}' ended with status ${result.status}: ${said}`);
  }
  return result.stdout;
}

/** Whether a program is to be found on the PATH. */
export async function isInstalled(program: string): Promise<boolean> {
  return (await run("sh", ["-c", 'command -v "$1"', "sh", program])).status === 0;
}

/** Repeats a check until it holds; throws with the last reason when time is up. */
export async function waitUntil(
  what: string,
  timeoutMs: number,
  check: () => Promise<string | undefined> | string | undefined,
  intervalMs = 100,
): Promise<void> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const missing = await check();
    if (missing === undefined) {
      return;
    }
    if (Date.now() > end) {
      throw new Error(`${what}: not within ${timeoutMs / 1000} s (${missing})`);
    }
    await sleep(intervalMs);
  }
}

/** Waits. */
export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Splits a stream of chunks into complete lines, without breaking characters that lie across two chunks. */
export function lineSplitter(onLine: (line: string) => void): { push(chunk: Buffer): void; end(): void } {
  let rest = Buffer.alloc(0);
  return {
    push(chunk) {
      rest = Buffer.concat([rest, chunk]);
      for (let end = rest.indexOf("\n"); end >= 0; end = rest.indexOf("\n")) {
        onLine(rest.subarray(0, end).toString("utf8"));
        rest = rest.subarray(end + 1);
      }
    },
    end() {
      if (rest.length > 0) {
        onLine(rest.toString("utf8"));
      }
    },
  };
}

function collect(stream: NodeJS.ReadableStream | null, chunks: Buffer[], onLine?: (line: string) => void): void {
  const lines = onLine && lineSplitter(onLine);
  stream?.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    lines?.push(chunk);
  });
  stream?.on("end", () => lines?.end());
}
