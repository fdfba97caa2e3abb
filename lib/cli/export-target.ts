import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { DeclaredServer, DeclaredSsh } from "../document";

/** How somebody logs in who has no program yet. */
export interface LoginOptions {
  /**
   * The file with the private key.
   *
   * @default - an agent, or those that ssh takes by itself
   */
  readonly key?: string;

  /**
   * The file of known host keys.
   *
   * @default - those of ssh's own configuration
   */
  readonly knownHosts?: string;
}

/**
 * How ssh would reach a host, by its own configuration, and with a key of the host that somebody has seen before.
 *
 * @param host what ssh takes: a name of its configuration, `user@address`, or `ssh://user@address:port`
 * @throws Error when ssh cannot tell, or no key of the host is known
 */
export function targetOf(host: string, { key, knownHosts }: LoginOptions): DeclaredSsh {
  if (key !== undefined && !existsSync(key)) {
    throw new Error(`there is no key file '${key}'`);
  }
  const found = configurationOf(host);
  const jump = found.proxyjump === "none" ? undefined : found.proxyjump;
  if (jump?.includes(",")) {
    throw new Error(`ssh reaches '${host}' through several hosts (${jump}), and a program knows one bastion`);
  }
  const server = serverOf(found, knownHosts);
  return {
    ...server,
    sudo: server.user !== "root",
    ...(key !== undefined && { keyFile: key }),
    ...(jump !== undefined && { bastion: serverOf(configurationOf(`ssh://${jump}`), knownHosts) }),
  };
}

type Configuration = Readonly<Record<string, string | undefined>>;

/** What ssh would do, by the lower-case names of its options. */
function configurationOf(host: string): Configuration {
  const { status, stdout, stderr, error } = spawnSync("ssh", ["-G", "--", host], { encoding: "utf8" });
  if (status !== 0) {
    throw new Error(`ssh does not know how to reach '${host}': ${error?.message ?? stderr.trim()}`);
  }
  return Object.fromEntries(
    stdout.split("\n").map((line) => [line.split(" ", 1)[0]!, line.slice(line.indexOf(" ") + 1).trim()]),
  );
}

function serverOf(found: Configuration, knownHosts: string | undefined): DeclaredServer {
  const { hostname: address = "", user = "" } = found;
  const port = Number(found.port);
  const name = found.hostkeyalias ?? (port === 22 ? address : `[${address}]:${port}`);
  const files =
    knownHosts === undefined
      ? `${found.userknownhostsfile ?? ""} ${found.globalknownhostsfile ?? ""}`.split(" ")
      : [knownHosts];
  const keys = files.flatMap((file) => keysIn(file.replace(/^~(?=\/)/, homedir()), name));
  if (keys.length === 0) {
    throw new Error(
      `no key of '${name}' is known here; log in by 'ssh -p ${port} ${user}@${address}' once, compare the key with what the machine's ` +
        "console shows, and try again; or name the file that has it by '--known-hosts'",
    );
  }
  return { address, port, user, hostKey: keys[0]! };
}

/** Those of a host in a file of known hosts, which may hold hashes in the place of names. */
function keysIn(file: string, name: string): string[] {
  const { stdout } = spawnSync("ssh-keygen", ["-F", name, "-f", file], { encoding: "utf8" });
  return (stdout ?? "").split("\n").flatMap((line) => {
    const [, key] = /^[^#@\s]\S* ((?:ssh|ecdsa)-\S+ \S+)/.exec(line) ?? [];
    return key ?? [];
  });
}
