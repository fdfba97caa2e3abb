import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { bash, HOST_SCRIPTS } from "../../support/bash";

/** An HAProxy that runs with a rendered configuration, for a test. */
export class Haproxy {
  /** What it has written to its standard output: the journal of a host. */
  public log = "";

  private process?: ChildProcess;

  private constructor(
    private readonly file: string,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  /**
   * Starts one, and waits until it listens.
   *
   * @param config the configuration, from which a host's script takes what the release does not know
   */
  public static async start(folder: string, name: string, config: string, port: number, env = {}): Promise<Haproxy> {
    const complaints = complaintsAbout(folder, config, name, "");
    if (complaints !== "") {
      throw new Error(`haproxy does not accept ${name}: ${complaints}`);
    }
    const haproxy = new Haproxy(fileOf(folder, name), { ...process.env, ...env });
    await haproxy.run(port);
    return haproxy;
  }

  /** Ends it at once. */
  public async stop(): Promise<void> {
    const { process } = this;
    this.process = undefined;
    if (process && process.exitCode === null) {
      const ended = new Promise((resolve) => process.once("exit", resolve));
      process.kill("SIGKILL");
      await ended;
    }
  }

  /** Ends it, and starts it anew with the same configuration. */
  public async restart(port: number): Promise<void> {
    await this.stop();
    await this.run(port);
  }

  private async run(port: number): Promise<void> {
    const started = spawn(binary(), ["-db", "-f", this.file], { stdio: ["ignore", "pipe", "pipe"], env: this.env });
    this.process = started;
    for (const stream of [started.stdout, started.stderr]) {
      stream.on("data", (chunk: Buffer) => (this.log += chunk.toString()));
    }
    await until(`HAProxy on port ${port}: ${this.log}`, () => listens(port));
  }
}

/**
 * Puts a configuration in its file, without what this release of HAProxy does not know and with addresses beside names, as hosts do it, and
 * without the user, since who has not root keeps his own.
 *
 * @param option by default warnings count, too; a name that nobody knows is one
 * @returns what HAProxy says of it; empty where it starts with it
 */
export function complaintsAbout(folder: string, config: string, name = "config", option = "-dW"): string {
  const file = fileOf(folder, name);
  writeFileSync(`${file}.given`, config.replace(/^ {4}(user|group) haproxy\n/gm, ""));
  const { status, stdout, stderr } = bash(
    `. "$1/lib/haproxy.sh"; haproxy() { command "$HAPROXY" "$@"; }; as_haproxy_can <"$2.given" | with_addresses "$2" >"$2.new"; mv "$2.new" "$2"; haproxy $3 -c -f "$2"`,
    [HOST_SCRIPTS, file, option],
    { HAPROXY: binary(), work: folder },
  );
  return status === 0 ? "" : `${stdout}${stderr}`;
}

function fileOf(folder: string, name: string): string {
  return path.join(folder, `${name}.cfg`);
}

function binary(): string {
  return process.env.HAPROXY ?? "haproxy";
}

/** A folder for a test file; gives what removes it. */
export function newFolder(): string {
  return mkdtempSync(path.join(tmpdir(), "zato-haproxy-"));
}

/** Removes a folder. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** Ports that nobody listens on. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** A certificate with its key, in one file as HAProxy reads it. */
export function newCertificate(folder: string, name = "localhost"): string {
  const file = path.join(folder, `${name}.pem`);
  const { status, stderr } = spawnSync(
    "openssl",
    ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", `/CN=${name}`, "-addext", `subjectAltName=DNS:${name}`, "-keyout", `${file}.key`, "-out", `${file}.crt`], // prettier-ignore
    { encoding: "utf8" },
  );
  if (status !== 0) {
    throw new Error(stderr);
  }
  spawnSync("sh", ["-c", 'cat "$1.crt" "$1.key" >"$1"', "sh", file]);
  return file;
}

/** Repeats a question until it is answered with yes, for ten seconds. */
export async function until(what: string, question: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await question())) {
    if (Date.now() > deadline) {
      throw new Error(`waited in vain for ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
