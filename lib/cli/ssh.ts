import { spawn } from "node:child_process";
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { STAGING } from "../remote";
import { DeclaredComponent } from "./stack-file";

/** What a host answered. */
export interface HostAnswer {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Asks the host of a component, by a script of ours and its words. */
export function askHost(component: DeclaredComponent, script: string, input: string): Promise<HostAnswer> {
  return onHost(component, `${asRoot(component)}bash ${STAGING}/scripts/${script}`, (stdin) => stdin.end(input));
}

/** Runs `restore.sh` on the host of a cluster, with a backup that is on this machine. */
export function restoreOnHost(
  odb: DeclaredComponent,
  backup: string,
  options: readonly string[],
  onOutput: (text: string) => void,
): Promise<HostAnswer> {
  const words = [odb.name.replace(/-odb$/, ""), "$backup", ...options].join(" ");
  const command = [
    `test -d ${STAGING}/scripts || { echo "deploy the cluster before it is restored" >&2; exit 1; }`,
    "umask 077",
    `backup=$(mktemp ${STAGING}/backup.XXXXXXXX)`,
    "trap 'rm -f $backup' EXIT",
    "cat >$backup",
    `${asRoot(odb)}bash ${STAGING}/scripts/restore.sh ${words}`,
  ].join("; ");
  return onHost(odb, command, (stdin) => createReadStream(backup).pipe(stdin), onOutput);
}

function asRoot({ sudo }: DeclaredComponent): string {
  return sudo ? "sudo -n " : "";
}

/** Runs a command by the OpenSSH client, which must find the pinned host key. */
async function onHost(
  component: DeclaredComponent,
  command: string,
  feed: (stdin: Writable) => void,
  onOutput?: (text: string) => void,
): Promise<HostAnswer> {
  const folder = mkdtempSync(join(tmpdir(), "cdktf-zato-"));
  try {
    const knownHosts = join(folder, "known_hosts");
    const { bastion, address } = component;
    writeFileSync(knownHosts, [component, bastion].flatMap((host) => (host ? [knownHost(host)] : [])).join(""));
    return await run("ssh", [...options(component, knownHosts), "--", address, command], feed, onOutput);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function options(content: DeclaredComponent, knownHosts: string): string[] {
  const common = [
    ["UserKnownHostsFile", knownHosts],
    ["StrictHostKeyChecking", "yes"],
    ["BatchMode", "yes"],
    ["ConnectTimeout", "10"],
    // A host that is lost meanwhile is given up after a minute, not after what TCP allows.
    ["ServerAliveInterval", "20"],
    ...(content.keyFile === undefined ? [] : [["IdentityFile", content.keyFile]]),
  ].flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  const { bastion } = content;
  const proxy =
    bastion === undefined
      ? []
      : ["-o", `ProxyCommand=ssh ${common.join(" ")} -p ${bastion.port} -W [%h]:%p ${bastion.user}@${bastion.address}`];
  return [...common, ...proxy, "-p", String(content.port), "-l", content.user];
}

function knownHost({ address, port, hostKey }: { address: string; port: number; hostKey: string }): string {
  return `${port === 22 ? address : `[${address}]:${port}`} ${hostKey}\n`;
}

function run(
  program: string,
  words: string[],
  feed: (stdin: Writable) => void,
  onOutput: (text: string) => void = () => undefined,
): Promise<HostAnswer> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { stdio: ["pipe", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (data: Buffer) => {
      stdout += data.toString();
      onOutput(data.toString());
    });
    child.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
    child.on("error", reject);
    child.on("close", (status) => resolve({ status: status ?? 255, stdout, stderr }));
    // A host that cannot be reached closes its end before everything is written.
    child.stdin.on("error", () => undefined);
    feed(child.stdin);
  });
}
