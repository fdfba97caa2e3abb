import { ChildProcess, ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { DeclaredServer, DeclaredSsh } from "../document";
import { STAGING } from "../remote";

/** What a host answered. */
export interface HostAnswer {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a host is listened to while it answers. */
export interface Listening {
  readonly onOutput: (text: string) => void;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Whether the script goes on until its input ends. */
  readonly staysOpen: boolean;
}

/** Asks a host, by a script of ours and its words. What somebody listens to is not in the answer. */
export function askHost(host: DeclaredSsh, script: string, input: string, listening?: Listening): Promise<HostAnswer> {
  const command = `echo ${BEGINNING}; ${asRoot(host)}bash ${STAGING}/scripts/${script}`;
  const feed = (stdin: Writable): unknown => (listening?.staysOpen ? stdin.write(input) : stdin.end(input));
  return listening
    ? onHost(host, command, feed, fromBeginning(listening.onOutput), listening.signal)
    : onHost(host, command, feed).then(withoutNoise);
}

/** Before it comes what the login shell says, which is nothing to us. */
const BEGINNING = "@cdktf-zato";

/** What a host says after that, piece by piece. */
function fromBeginning(onOutput: (text: string) => void): (text: string) => void {
  let noise = "";
  let hasBegun = false;
  return (text) => {
    if (hasBegun) {
      onOutput(text);
      return;
    }
    noise += text;
    const beginning = noise.indexOf(`${BEGINNING}\n`);
    if (beginning >= 0) {
      hasBegun = true;
      onOutput(noise.slice(beginning + BEGINNING.length + 1));
    }
  };
}

function withoutNoise(answer: HostAnswer): HostAnswer {
  const beginning = answer.stdout.indexOf(`${BEGINNING}\n`);
  return beginning < 0 ? answer : { ...answer, stdout: answer.stdout.slice(beginning + BEGINNING.length + 1) };
}

/** For root's shell: what comes is unpacked into a folder of root's, which goes with it, and `export.sh` runs there. */
const EXPORT = [
  "umask 077",
  "folder=$(mktemp -d /run/cdktf-zato.XXXXXXXX) || exit",
  'trap "rm -rf -- $folder" EXIT',
  'trap "exit 143" HUP INT TERM',
  'tar -xf - --no-same-owner -C "$folder" && bash "$folder/scripts/export.sh" "$folder/manifest" </dev/null',
].join("\n");

/** Runs `export.sh` on a host that need not have any script of ours: they come as a tar archive, with its manifest. */
export function exportFromHost(host: DeclaredSsh, archive: string): Promise<HostAnswer> {
  const command = `echo ${BEGINNING}; ${asRoot(host)}sh -c '${EXPORT}'`;
  return onHost(host, command, (stdin) => createReadStream(archive).pipe(stdin)).then(withoutNoise);
}

/** Runs `restore.sh` on the host of a cluster, with a backup that is on this machine. */
export function restoreOnHost(
  host: DeclaredSsh,
  cluster: string,
  backup: string,
  options: readonly string[],
  onOutput: (text: string) => void,
): Promise<HostAnswer> {
  const words = [cluster, "$backup", ...options].join(" ");
  const command = [
    `test -d ${STAGING}/scripts || { echo "deploy the cluster before it is restored" >&2; exit 1; }`,
    "umask 077",
    `backup=$(mktemp ${STAGING}/backup.XXXXXXXX)`,
    "trap 'rm -f $backup' EXIT",
    "cat >$backup",
    `${asRoot(host)}bash ${STAGING}/scripts/restore.sh ${words}`,
  ].join("; ");
  return onHost(host, command, (stdin) => createReadStream(backup).pipe(stdin), onOutput);
}

/**
 * Gives the terminal of this program to a host: to a shell there, or to a command of its shell.
 *
 * @returns its exit status, or 255 where the host was not reached
 */
export function onTerminal(host: DeclaredSsh, command: string, signal: AbortSignal): Promise<number> {
  return withOptions(host, (words) => {
    const what = command === "" ? [] : [command];
    const child = start([...words, "--", host.address, ...what], "inherit", signal);
    return new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (status) => resolve(status ?? 255));
    });
  });
}

/**
 * Forwards a port of this machine, `127.0.0.1:8183:127.0.0.1:8183`, until the signal comes. The other end goes when this one is gone,
 * however that has come about.
 */
export function openTunnel(
  host: DeclaredSsh,
  forward: string,
  signal: AbortSignal,
  onOpen: () => void,
): Promise<HostAnswer> {
  return withOptions(host, (words) =>
    run(
      [...words, "-o", "ExitOnForwardFailure=yes", "-L", forward, "--", host.address, `echo ${BEGINNING}; exec cat`],
      () => undefined,
      fromBeginning(onOpen),
      signal,
    ),
  );
}

function asRoot({ sudo }: DeclaredSsh): string {
  return sudo ? "sudo -n " : "";
}

/** Runs a command on a host. */
async function onHost(
  host: DeclaredSsh,
  command: string,
  feed: (stdin: Writable) => void,
  onOutput?: (text: string) => void,
  signal?: AbortSignal,
): Promise<HostAnswer> {
  const answer = await withOptions(host, (words) =>
    run([...words, "--", host.address, command], feed, onOutput, signal),
  );
  return /you must have a tty/.test(answer.stderr) ? { ...answer, stderr: wantsTerminal(host) } : answer;
}

/** With the words by which the OpenSSH client reaches a host, and must find its pinned key. */
async function withOptions<T>(host: DeclaredSsh, work: (words: string[]) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "cdktf-zato-"));
  try {
    const knownHosts = join(folder, "known_hosts");
    writeFileSync(knownHosts, [host, host.bastion].flatMap((one) => (one ? [knownHost(one)] : [])).join(""));
    return await work(options(host, knownHosts));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function wantsTerminal({ user }: DeclaredSsh): string {
  return `sudo wants a terminal of ${user} ('requiretty'); put 'Defaults:${user} !requiretty' into a file in /etc/sudoers.d there`;
}

function options(host: DeclaredSsh, knownHosts: string): string[] {
  const common = [
    ["UserKnownHostsFile", quoted(knownHosts)],
    ["StrictHostKeyChecking", "yes"],
    ["BatchMode", "yes"],
    ["ConnectTimeout", "10"],
    // A host that is lost meanwhile is given up after a minute, not after what TCP allows.
    ["ServerAliveInterval", "20"],
    // No other key is offered, of which an agent may hold more than a host listens to.
    ...(host.keyFile === undefined
      ? []
      : [
          ["IdentityFile", quoted(host.keyFile)],
          ["IdentitiesOnly", "yes"],
        ]),
  ].flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  const { bastion } = host;
  const proxy = bastion === undefined ? [] : ["-o", `ProxyCommand=${proxyCommand(common, bastion)}`];
  return [...common, ...proxy, ...login(host)];
}

/** As whom, where, and by which name the key is known: ssh would look for its own spelling of an IPv6 address. */
function login(server: DeclaredServer): string[] {
  return ["-o", `HostKeyAlias=${knownName(server)}`, "-p", String(server.port), "-l", server.user];
}

/** A file in an option of ssh, which reads words, and `%` as the beginning of what it fills in. */
function quoted(file: string): string {
  return `"${file.replace(/["\\]/g, "\\$&").replaceAll("%", "%%")}"`;
}

/**
 * What ssh gives to a shell, after it has filled in what begins with `%`. Before, it looks whether quotes are in pairs, and takes one
 * behind a backslash for none: so backslashes stand outside of them.
 */
function proxyCommand(common: readonly string[], bastion: DeclaredServer): string {
  const words = ["ssh", ...common, ...login(bastion)].map((word) => word.replaceAll("%", "%%"));
  return [...words, "-W", "[%h]:%p", "--", bastion.address]
    .map((word) => `'${word.replace(/['\\]/g, "'\\$&'")}'`)
    .join(" ");
}

function knownHost(server: DeclaredServer): string {
  return `${knownName(server)} ${server.hostKey}\n`;
}

function knownName({ address, port }: DeclaredServer): string {
  return port === 22 ? address : `[${address}]:${port}`;
}

function run(
  words: string[],
  feed: (stdin: Writable) => void,
  onOutput?: (text: string) => void,
  signal?: AbortSignal,
): Promise<HostAnswer> {
  return new Promise((resolve, reject) => {
    const child = start(words, "pipe", signal);
    const { stdin, stdout: output, stderr: complaints } = child as ChildProcessWithoutNullStreams;
    let stdout = "";
    let stderr = "";
    // What is handed on is not kept: it may go on for days.
    output.setEncoding("utf8").on("data", onOutput ?? ((text: string) => (stdout += text)));
    complaints.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (status) => resolve({ status: status ?? 255, stdout, stderr }));
    // A host that cannot be reached closes its end before everything is written.
    stdin.on("error", () => undefined);
    feed(stdin);
  });
}

/** Starts the OpenSSH client, which ends when the signal comes. */
function start(words: string[], stdio: "pipe" | "inherit", signal?: AbortSignal): ChildProcess {
  // ssh runs its ProxyCommand by this shell, for which the words are quoted.
  const child = spawn("ssh", words, { stdio, env: { ...process.env, SHELL: "/bin/sh" } });
  signal?.addEventListener("abort", () => child.kill());
  return child;
}
