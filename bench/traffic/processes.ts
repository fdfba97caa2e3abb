import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import path from "node:path";
import { certificateIn, type Layer } from "./pairs";

const DURATION = 2;

/** What wrk has measured. */
export interface Measured {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  /** Requests that were answered otherwise than by 200, or not at all. */
  readonly failed: number;
}

/** Starts the HAProxies; gives what ends them. */
export async function startAll(layers: readonly Layer[], folder: string): Promise<() => Promise<void>> {
  const certificate = certificateIn(folder);
  execFileSync(
    "openssl",
    ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", `${certificate}.key`, "-out", `${certificate}.crt`], // prettier-ignore
    { stdio: "ignore" },
  );
  execFileSync("sh", ["-c", 'cat "$1.crt" "$1.key" >"$1"', "sh", certificate]);
  const started: ChildProcess[] = [];
  for (const { name, config, port } of layers) {
    const file = path.join(folder, `${name}.cfg`);
    writeFileSync(file, config);
    started.push(spawn("haproxy", ["-db", "-f", file], { stdio: "ignore" }));
    await listening(port);
  }
  // A cluster that is checked is up from the start, but for TLS sessions and pools nothing is there yet.
  await pause(3000);
  return async () => {
    await Promise.all(
      started.map((one) => {
        const ended = new Promise((resolve) => one.once("exit", resolve));
        one.kill("SIGKILL");
        return ended;
      }),
    );
  };
}

/** So many connections that each ask again as soon as they are answered. */
export function measure(address: string, connections: number): Promise<Measured> {
  const args = ["-t1", `-c${connections}`, `-d${DURATION}s`, "--latency", `http://${address}/zato/ping`];
  return new Promise((resolve, reject) => {
    const wrk = spawn("wrk", args, { stdio: ["ignore", "pipe", "inherit"] });
    let said = "";
    wrk.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
    wrk.on("error", (error) => reject(new Error(`wrk cannot be run; install it: ${error.message}`)));
    wrk.on("close", (status) => status === 0 && resolve(read(said)));
  });
}

/** The version of HAProxy. */
export function haproxyVersion(): string {
  return /version (\S+)/.exec(execFileSync("haproxy", ["-v"], { encoding: "utf8" }))![1]!;
}

function read(said: string): Measured {
  const [, value, unit] = /50%\s+([\d.]+)(us|ms|s)/.exec(said)!;
  const errors = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(said)?.slice(1) ?? [];
  const others = /Non-2xx or 3xx responses: (\d+)/.exec(said)?.[1] ?? "0";
  return {
    perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(said)![1]),
    p50: Number(value) * { us: 0.001, ms: 1, s: 1000 }[unit as "us" | "ms" | "s"],
    failed: [...errors, others].reduce((sum, count) => sum + Number(count), 0),
  };
}

async function listening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
    if (isOpen) {
      return;
    }
    await pause(100);
  }
  throw new Error(`nothing listens on port ${port}`);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
