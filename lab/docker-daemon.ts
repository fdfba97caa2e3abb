import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { daemonAnswers } from "./docker";
import type { Log } from "./log";
import { STATE_DIR } from "./paths";
import { waitUntil } from "./process";

const RECORD = path.join(STATE_DIR, "dockerd.json");
const LOG_FILE = path.join(STATE_DIR, "dockerd.log");
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 60_000;

/** A daemon that the lab started; the start time tells it from a later process with the same pid. */
interface DaemonRecord {
  readonly pid: number;
  readonly startTime: string;
}

/** Starts a Docker daemon that outlives this process, and records it so that it can be stopped again. */
export async function startDaemon(log: Log): Promise<void> {
  log("no Docker daemon answers: starting one");
  mkdirSync(STATE_DIR, { recursive: true });
  const output = openSync(LOG_FILE, "w", 0o600);
  const daemon = spawn("dockerd", [], { detached: true, stdio: ["ignore", output, output] });
  daemon.on("error", () => undefined); // shows as a daemon that does not answer
  closeSync(output);
  daemon.unref();
  if (daemon.pid !== undefined) {
    const record: DaemonRecord = { pid: daemon.pid, startTime: startTime(daemon.pid) ?? "" };
    writeFileSync(RECORD, JSON.stringify(record));
  }
  await waitUntil("start of the Docker daemon", START_TIMEOUT_MS, async () => {
    if (await daemonAnswers()) {
      return undefined;
    }
    if (!isOwnDaemon()) {
      throw new Error(`the Docker daemon has ended: ${lastWords()}`);
    }
    return lastWords();
  });
}

/** Whether the running daemon is one that the lab started. */
export function isOwnDaemon(): boolean {
  return ownDaemonPid() !== undefined;
}

/** Stops the daemon that the lab started; any other one is left alone. */
export async function stopOwnDaemon(log: Log): Promise<void> {
  const pid = ownDaemonPid();
  if (pid !== undefined) {
    log(`stopping the Docker daemon that the lab started (pid ${pid})`);
    process.kill(pid, "SIGTERM");
    await waitUntil("end of the Docker daemon", STOP_TIMEOUT_MS, () =>
      ownDaemonPid() === undefined ? undefined : "still running",
    );
  }
  rmSync(RECORD, { force: true });
  rmSync(LOG_FILE, { force: true });
}

function lastWords(): string {
  return readFileSync(LOG_FILE, "utf8").trim().split("\n").at(-1) ?? "";
}

function ownDaemonPid(): number | undefined {
  if (!existsSync(RECORD)) {
    return undefined;
  }
  const record = JSON.parse(readFileSync(RECORD, "utf8")) as DaemonRecord;
  const current = startTime(record.pid);
  return current !== undefined && current === record.startTime ? record.pid : undefined;
}

/** When a process started, in clock ticks since boot (field 22 of its stat file; the name before may contain blanks). */
function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state] = fields;
    return state === "Z" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
