import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { daemonAnswers } from "./docker";
import { startDaemon } from "./docker-daemon";
import type { Log } from "./log";
import { isInstalled, run, runOrThrow } from "./process";
import { TERRAFORM } from "./terraform/program";

/** Something that the machine lacks and that the lab cannot set up; the message says in one line how to get it. */
export class MissingPrerequisite extends Error {
  constructor(what: string, howToGetIt: string) {
    super(`${what} is missing: ${howToGetIt}`);
    this.name = "MissingPrerequisite";
  }
}

/** Lowest Terraform with ephemeral variables. */
const TERRAFORM_MINIMUM = "1.10";

/** Everything that hosts need from the machine: a Docker daemon, `ip` for power cuts, and an SSH client. */
export async function ensureMachine(log: Log): Promise<void> {
  ensureLinuxRoot();
  await ensureProgram("ip", "iproute2", log);
  await ensureProgram("ssh", "openssh-client", log);
  await ensureProgram("ssh-keygen", "openssh-client", log);
  await ensureDaemon(log);
  ensureInotifyInstances();
}

const INOTIFY_INSTANCES = "/proc/sys/fs/inotify/max_user_instances";

/** Each host's systemd takes five of the kernel's 128; a fourth lab beside others would boot with failed units. */
function ensureInotifyInstances(): void {
  if (Number(readFileSync(INOTIFY_INSTANCES, "utf8")) < 1024) {
    writeFileSync(INOTIFY_INSTANCES, "1024");
  }
}

/** Makes sure that a Docker daemon answers: the running one, else one that the lab installs and starts. */
export async function ensureDaemon(log: Log): Promise<void> {
  if (await daemonAnswers()) {
    return;
  }
  if (!(await isInstalled("dockerd")) || !(await isInstalled("docker"))) {
    await installPackages(["docker.io", "iptables"], "Docker", log);
  }
  // Where systemd runs, the package has started the daemon by itself.
  if (!(await daemonAnswers())) {
    await startDaemon(log);
  }
}

/** Makes sure that base systems can be built out of the distribution's packages. */
export async function ensureMmdebstrap(log: Log): Promise<void> {
  if (!(await isInstalled("mmdebstrap"))) {
    await installPackages(["mmdebstrap", "debian-archive-keyring"], "mmdebstrap", log);
  }
}

/** Makes sure that Terraform (or OpenTofu) is there; it is in no distribution, so it is only looked for. */
export async function ensureTerraform(): Promise<void> {
  const howToGetIt = `install Terraform >= ${TERRAFORM_MINIMUM} (developer.hashicorp.com/terraform/install) and have it on the PATH`;
  if (!(await isInstalled(TERRAFORM))) {
    throw new MissingPrerequisite(TERRAFORM, howToGetIt);
  }
  const version = await terraformVersion();
  if (isOlder(version, TERRAFORM_MINIMUM)) {
    throw new MissingPrerequisite(`a recent ${TERRAFORM} (this one is ${version})`, howToGetIt);
  }
}

/** Makes sure that a Go compiler is there, for the null provider's test double. */
export async function ensureGo(): Promise<void> {
  if (!(await isInstalled("go"))) {
    throw new MissingPrerequisite(
      "a way to get the null provider",
      "registry.terraform.io does not answer and there is no 'go' to build the lab's own one: allow the registry, or install Go >= 1.25",
    );
  }
}

function ensureLinuxRoot(): void {
  if (process.platform !== "linux" || process.getuid?.() !== 0) {
    throw new MissingPrerequisite(
      "root on Linux",
      "the lab sets network links up and down; run it with sudo, in CI or in a VM",
    );
  }
}

async function ensureProgram(program: string, debianPackage: string, log: Log): Promise<void> {
  if (!(await isInstalled(program))) {
    await installPackages([debianPackage], program, log);
  }
}

const WAIT_FOR_OTHERS = ["-o", "DPkg::Lock::Timeout=300"];

async function installPackages(packages: readonly string[], what: string, log: Log): Promise<void> {
  if (!existsSync("/etc/debian_version") || !(await isInstalled("apt-get"))) {
    throw new MissingPrerequisite(what, `install ${packages.join(", ")} with this machine's package manager`);
  }
  log(`installing ${packages.join(", ")}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  // Old package lists are good enough in most cases; only where they are not, new ones are fetched.
  const install = ["install", "-y", "--no-install-recommends", ...WAIT_FOR_OTHERS, ...packages];
  if ((await run("apt-get", install, { env })).status !== 0) {
    await runOrThrow("apt-get", ["update"], { env });
    await runOrThrow("apt-get", install, { env });
  }
}

/** The number that Terraform, or OpenTofu, says of itself. */
export async function terraformVersion(): Promise<string> {
  const env = { ...process.env, CHECKPOINT_DISABLE: "1" };
  const said = await runOrThrow(TERRAFORM, ["version", "-json"], { env });
  // OpenTofu from 1.12 on warns on the same way, of a configuration file that is not there for example.
  const answer: unknown = JSON.parse(said.slice(said.indexOf("{")));
  const version = (answer as { terraform_version?: unknown }).terraform_version;
  return typeof version === "string" ? version : "unknown";
}

function isOlder(version: string, minimum: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [minimumMajor = 0, minimumMinor = 0] = minimum.split(".").map(Number);
  return major < minimumMajor || (major === minimumMajor && minor < minimumMinor);
}
