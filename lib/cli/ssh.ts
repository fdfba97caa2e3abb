import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { STAGING } from "../remote";
import { DeclaredContent } from "./stack-file";

/** What a host answered. */
export interface HostAnswer {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `verify.sh` on a host by the OpenSSH client, which must find the pinned host key. */
export async function askHost(content: DeclaredContent): Promise<HostAnswer> {
  const folder = mkdtempSync(join(tmpdir(), "cdktf-zato-"));
  try {
    const knownHosts = join(folder, "known_hosts");
    writeFileSync(knownHosts, [content, content.bastion].flatMap((host) => (host ? [knownHost(host)] : [])).join(""));
    const command = `${content.sudo ? "sudo -n " : ""}bash ${STAGING}/scripts/verify.sh ${content.name}`;
    return await run("ssh", [...options(content, knownHosts), "--", content.address, command], content.manifest);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function options(content: DeclaredContent, knownHosts: string): string[] {
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
