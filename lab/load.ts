import { spawn } from "node:child_process";
import path from "node:path";
import { CLIENT, containerName } from "./host";
import type { Lab } from "./lab";
import { summarize, type LoadRequest, type LoadSummary } from "./load-summary";
import { isLabAddress } from "./network";
import { LAB_DIR } from "./paths";
import { lineSplitter } from "./process";

/** What to send, and how often. */
export interface LoadOptions {
  /** The host part must be one of the lab's addresses. */
  readonly url: string;
  /** New connections a second. @default 20 */
  readonly rate?: number;
  readonly seconds: number;
  /** @default "GET" */
  readonly method?: string;
  /** @default - none */
  readonly headers?: Readonly<Record<string, string>>;
  /** @default - none */
  readonly body?: string;
  /** A request without an answer after this time has failed. @default 15 */
  readonly timeoutSeconds?: number;
  /** Response header that names the back end which has answered. @default - back ends are not told apart */
  readonly backendHeader?: string;
  /**
   * Regular expression (Python's) whose first group, or whose whole match, names the back end in the body.
   *
   * @default - back ends are not told apart, or by `backendHeader`
   */
  readonly backendPattern?: string;
}

/** Load that is going on. */
export interface Load {
  /** Requests that have ended so far. */
  readonly requests: readonly LoadRequest[];
  /** When the first requests have been answered or have failed. */
  readonly begun: Promise<void>;
  /** What came of it, when all requests have ended. */
  readonly finished: Promise<LoadSummary>;
  /** Begins no more requests; those on their way are awaited by `finished`. */
  stop(): void;
}

const MAX_RATE = 500;
const MAX_SECONDS = 3600;
const REMOTE_SCRIPT = "/usr/local/lib/cdktf-zato-lab/load.py";

/** Starts load from the host `client`, and returns while it goes on. */
export async function startLoad(lab: Lab, options: LoadOptions): Promise<Load> {
  const request = { rate: 20, method: "GET", timeoutSeconds: 15, ...options };
  validate(request);
  await lab.copyTo(CLIENT, path.join(LAB_DIR, "load.py"), REMOTE_SCRIPT);
  return spawnLoad(`${JSON.stringify(request)}\n`);
}

/** Runs load to its end. */
export async function load(lab: Lab, options: LoadOptions): Promise<LoadSummary> {
  return (await startLoad(lab, options)).finished;
}

function spawnLoad(firstLine: string): Load {
  const command = ["exec", "--interactive", containerName(CLIENT), "python3", REMOTE_SCRIPT];
  const child = spawn("docker", command, { stdio: "pipe" });
  const requests: LoadRequest[] = [];
  const complaints: string[] = [];
  let reportBegun: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => (reportBegun = resolve));
  const lines = lineSplitter((line) => {
    requests.push(JSON.parse(line) as LoadRequest);
    reportBegun();
  });
  child.stdout.on("data", (chunk: Buffer) => lines.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => complaints.push(chunk.toString()));
  child.stdin.on("error", () => undefined); // it ends before it reads only with a complaint
  child.stdin.write(firstLine); // left open: its end means "stop"
  const finished = new Promise<LoadSummary>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      reportBegun();
      if (code === 0) {
        resolve(summarize(requests));
      } else {
        reject(new Error(`the load generator ended with status ${code}: ${complaints.join("").trim()}`));
      }
    });
  });
  return { requests, begun, finished, stop: () => child.stdin.end() };
}

function validate(options: LoadOptions & { readonly rate: number; readonly timeoutSeconds: number }): void {
  const { hostname, protocol } = new URL(options.url);
  if (!isLabAddress(hostname) || !["http:", "https:"].includes(protocol)) {
    throw new Error(`only addresses of the lab may be loaded, got '${options.url}'`);
  }
  requireBetween("rate", options.rate, MAX_RATE);
  requireBetween("seconds", options.seconds, MAX_SECONDS);
  requireBetween("timeoutSeconds", options.timeoutSeconds, MAX_SECONDS);
}

function requireBetween(name: string, value: number, maximum: number): void {
  if (!(value > 0 && value <= maximum)) {
    throw new Error(`'${name}' should be more than 0 and at most ${maximum}, got ${value}`);
  }
}
