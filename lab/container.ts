import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import path from "node:path";
import type { InitialDisk, InitialFile, InitialLink } from "./disk";
import { docker, LABEL } from "./docker";
import { containerName, cpusetOf, type HostSpec } from "./host";
import { forgetFirstProcess, runInside } from "./inside";
import { addressOf, networkOptions } from "./network";
import { STATE_DIR, withWorkFolder } from "./paths";
import { runOrThrow, waitUntil } from "./process";

const BOOT_TIMEOUT_MS = 60_000;
const SSH_PORT = 22;

/**
 * What systemd needs, and no more: no privileged container. /tmp is noexec, as Docker makes it and as hardened hosts
 * have it.
 */
const MACHINE_LIKE = [
  ...["--cap-add", "SYS_ADMIN", "--cap-add", "NET_ADMIN"],
  ...["--security-opt", "seccomp=unconfined", "--security-opt", "apparmor=unconfined"],
  ...["--tmpfs", "/run", "--tmpfs", "/tmp", "--shm-size", "256m"],
  // What systemd takes as "shut down", for a `docker stop` by hand.
  ...["--stop-signal", "SIGRTMIN+3"],
  // A balancer may bind to a virtual address that is not its own yet. The file is read-only after the start.
  ...["--sysctl", "net.ipv4.ip_nonlocal_bind=1"],
];

/** Creates a host's container with its initial disk, without starting it. */
export async function createContainer(
  spec: HostSpec,
  image: string,
  labelValue: string,
  disk: InitialDisk,
): Promise<void> {
  const name = containerName(spec.name);
  const identity = ["--name", name, "--hostname", spec.name, "--label", `${LABEL}=${labelValue}`];
  const resources = ["--cpuset-cpus", cpusetOf(spec), ...(spec.memory ? ["--memory", spec.memory] : [])];
  const network = networkOptions(spec.name);
  const cgroups = await controlGroupOptions();
  await docker(["create", ...identity, ...resources, ...network, ...MACHINE_LIKE, ...cgroups, image]);
  await fillDisk(name, disk);
}

/** Starts a host's container, and waits until it has booted and lets one log in. */
export async function startContainer(host: string): Promise<void> {
  forgetFirstProcess(containerName(host));
  await docker(["start", containerName(host)]);
  await waitUntil(`boot of ${host}`, BOOT_TIMEOUT_MS, () => missingOfSystemd(host));
  await waitUntil(`SSH of ${host}`, BOOT_TIMEOUT_MS, () => missingOfSsh(addressOf(host)));
}

async function missingOfSystemd(host: string): Promise<string | undefined> {
  const command = ["systemctl", "is-system-running", "--wait"];
  const answer = await runInside(containerName(host), command, { timeoutMs: BOOT_TIMEOUT_MS });
  const state = answer.stdout.trim();
  if (state === "degraded") {
    const failed = await runInside(containerName(host), ["systemctl", "list-units", "--failed", "--plain"]);
    throw new Error(`${host} has booted with failed units:\n${failed.stdout}`);
  }
  return state === "running" ? undefined : state || answer.stderr.trim();
}

function missingOfSsh(address: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: SSH_PORT, timeout: 1_000 });
    const finish = (missing?: string): void => {
      socket.destroy();
      resolve(missing);
    };
    // sshd greets first: an answer means more than an open port.
    socket.once("data", () => finish());
    socket.once("error", (error) => finish(error.message));
    socket.once("timeout", () => finish("no answer"));
    socket.once("close", () => finish("closed"));
  });
}

/** systemd keeps its units in control groups of its own, which the two versions give it in different ways. */
async function controlGroupOptions(): Promise<string[]> {
  const version = (await docker(["info", "--format", "{{.CgroupVersion}}"])).trim();
  // On v2 the image's first process makes the private tree writable.
  return version === "2" ? ["--cgroupns", "private"] : ["--volume", "/sys/fs/cgroup:/sys/fs/cgroup:ro"];
}

/** As one archive without folders: those that are on the host's disk already keep their owners and modes. */
async function fillDisk(container: string, disk: InitialDisk): Promise<void> {
  await withWorkFolder(STATE_DIR, async (folder) => {
    const archive = path.join(folder, "disk.tar");
    const names = [
      ...disk.files.map((file) => stage(folder, file)),
      ...disk.links.map((link) => stageLink(folder, link)),
    ];
    await runOrThrow("tar", ["-C", folder, "--owner=0", "--group=0", "-cf", archive, "--", ...names]);
    await docker(["cp", "-", `${container}:/`], { input: readFileSync(archive) });
  });
}

function stage(folder: string, file: InitialFile): string {
  const name = file.path.slice(1);
  const target = path.join(folder, name);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, file.content);
  chmodSync(target, file.mode ?? 0o644);
  return name;
}

function stageLink(folder: string, link: InitialLink): string {
  const name = link.path.slice(1);
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  symlinkSync(link.target, path.join(folder, name));
  return name;
}
