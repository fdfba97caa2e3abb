import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { STAGING } from "../remote";
import { DeclaredComponent } from "./stack-file";

/** What a host answered. */
export interface HostAnswer {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Asks the host of a component, by a script of ours and its words. */
export async function askHost(component: DeclaredComponent, script: string, input: string): Promise<HostAnswer> {
  const folder = mkdtempSync(join(tmpdir(), "cdktf-zato-"));
  try {
    const knownHosts = join(folder, "known_hosts");
    const { bastion, address, sudo } = component;
    writeFileSync(knownHosts, [component, bastion].flatMap((host) => (host ? [knownHost(host)] : [])).join(""));
    const command = `${sudo ? "sudo -n " : ""}bash ${STAGING}/scripts/${script}`;
    // The OpenSSH client, which must find the pinned host key.
    return await run("ssh", [...options(component, knownHosts), "--", address, command], input);
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

function run(program: string, words: string[], input: string): Promise<HostAnswer> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { stdio: ["pipe", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (data: Buffer) => (stdout += data.toString()));
    child.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
    child.on("error", reject);
    child.on("close", (status) => resolve({ status: status ?? 255, stdout, stderr }));
    // A host that cannot be reached closes its end before everything is written.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
  });
}
