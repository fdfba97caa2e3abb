import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { LabHost } from "./host";
import { STATE_DIR } from "./paths";
import { run, runOrThrow, type CommandResult } from "./process";

/** Name of the account that everybody logs in with. */
export const LOGIN_USER = "ops";

/** Private key of the login user. */
export const KEY_FILE = path.join(STATE_DIR, "id_ed25519");

/** The hosts' keys, as ssh wants to have them. */
export const KNOWN_HOSTS = path.join(STATE_DIR, "known_hosts");

/** An ed25519 key pair. */
export interface KeyPair {
  readonly privateKey: string;
  /** Type and key, without a comment. */
  readonly publicKey: string;
}

/** Creates the key pair of the login user, and gives its public half. */
export async function createLoginKey(): Promise<string> {
  mkdirSync(STATE_DIR, { recursive: true });
  const pair = await generate(KEY_FILE);
  chmodSync(KEY_FILE, 0o600);
  return pair.publicKey;
}

/** The public half of the login user's key. */
export function loginPublicKey(): string {
  return withoutComment(readFileSync(`${KEY_FILE}.pub`, "utf8"));
}

/** Creates a host key; it is kept on the host only. */
export async function createHostKey(host: string): Promise<KeyPair> {
  mkdirSync(STATE_DIR, { recursive: true });
  const file = path.join(STATE_DIR, `host-key-${host}`);
  try {
    return await generate(file);
  } finally {
    rmSync(file, { force: true });
    rmSync(`${file}.pub`, { force: true });
  }
}

/** Pins the hosts' keys. */
export function writeKnownHosts(hosts: readonly LabHost[]): void {
  writeFileSync(KNOWN_HOSTS, hosts.map((host) => `${host.address} ${host.hostKey}\n`).join(""));
}

/** Arguments of an ssh call that trusts the pinned key and offers the lab's key, and nothing else. */
export function sshArguments(host: LabHost): string[] {
  const options = {
    BatchMode: "yes",
    ConnectTimeout: "5",
    HostKeyAlgorithms: "ssh-ed25519",
    IdentitiesOnly: "yes",
    IdentityFile: KEY_FILE,
    // The client's first choice takes it some twenty times as long, which thousands of calls in a run of the tests add up.
    KexAlgorithms: "curve25519-sha256",
    LogLevel: "ERROR",
    StrictHostKeyChecking: "yes",
    UserKnownHostsFile: KNOWN_HOSTS,
  };
  // Quoted, since a path may have a blank.
  const flags = Object.entries(options).flatMap(([name, value]) => ["-o", `${name}="${value}"`]);
  return ["-F", "none", ...flags, `${LOGIN_USER}@${host.address}`];
}

/** Runs a command on a host over real SSH. */
export function ssh(host: LabHost, command: string, input?: string): Promise<CommandResult> {
  return run("ssh", [...sshArguments(host), "--", command], { input });
}

async function generate(file: string): Promise<KeyPair> {
  rmSync(file, { force: true });
  rmSync(`${file}.pub`, { force: true });
  await runOrThrow("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "cdktf-zato-lab", "-f", file]);
  return {
    privateKey: readFileSync(file, "utf8"),
    publicKey: withoutComment(readFileSync(`${file}.pub`, "utf8")),
  };
}

function withoutComment(publicKey: string): string {
  return publicKey.trim().split(" ").slice(0, 2).join(" ");
}
