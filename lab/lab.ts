import { existsSync } from "node:fs";
import path from "node:path";
import { buildStandIn, sha256Of, type PublishedFile } from "./archive";
import { createContainer, startContainer } from "./container";
import { ARTIFACTS_DIR, ARTIFACTS_PORT, initialDisk } from "./disk";
import { docker, labContainers, removeContainers, runningLabContainers } from "./docker";
import { CLIENT, containerName, describeHost, validateSpecs, type HostSpec, type LabHost } from "./host";
import { ensureEquippedImage, ensureImage } from "./image/image";
import { runInside } from "./inside";
import { createHostKey, createLoginKey, KEY_FILE, LOGIN_USER, ssh, writeKnownHosts } from "./keys";
import { setLink } from "./link";
import { logToStderr, type Log } from "./log";
import { addressOf, createNetwork } from "./network";
import { CACHE_DIR } from "./paths";
import { ensureMachine } from "./prerequisites";
import type { CommandResult } from "./process";
import { DEFAULT_RELEASE, type Release } from "./release";
import { readState, writeState, type LabState } from "./state";
import { tearDown } from "./teardown";
import { ensureProviderMirror } from "./terraform/provider-mirror";

/** What kind of lab to boot. */
export interface LabOptions {
  /** Value of the lab's Docker label. One lab runs at a time, whatever its name. @default "lab" */
  readonly name?: string;
  /** The host `client` is always there, named here or not. @default - host1 and host2 */
  readonly hosts?: readonly HostSpec[];
  /** Content of /etc/zato-stand-in.conf on the hosts. @default - no such file */
  readonly standInConfiguration?: string;
  /** File that is served as the archive. @default - what lab/stand-in/build.sh builds */
  readonly archive?: string;
  /** Whether to make sure that Terraform gets its null provider. @default true */
  readonly terraform?: boolean;
  /** @default - to standard error */
  readonly log?: Log;
}

/** How to run a command on a host. */
export interface ExecOptions {
  /** @default - empty */
  readonly input?: string | Buffer;
}

/** What new machines should be like. */
export interface MachineOptions {
  /** Whether they have the packages that a cluster needs, which saves their installation. @default false */
  readonly equipped?: boolean;
  /** @default - that of `LAB_RELEASE`, else today's stable */
  readonly release?: Release;
}

/** Throw-away hosts: containers that run systemd and sshd, with addresses, host keys and disks of their own. */
export class Lab {
  /** Boots a lab, after removing whatever a former one left. */
  public static async up(options: LabOptions = {}): Promise<Lab> {
    const log = options.log ?? logToStderr;
    const specs = withClient(options);
    await ensureMachine(log);
    await tearDown();
    const [, archiveFile, cliConfigFile] = await Promise.all([
      ensureImage(DEFAULT_RELEASE, log),
      options.archive ?? buildStandIn(log),
      options.terraform === false ? undefined : ensureProviderMirror(log),
    ]);
    const name = options.name ?? "lab";
    await createNetwork(name);
    await createLoginKey();
    const lab = new Lab({ name, hosts: [], keyFile: KEY_FILE, terraform: { cliConfigFile }, specs });
    await lab.freshHosts(specs.map((spec) => spec.name));
    if (archiveFile !== undefined) {
      await lab.publishArchive(archiveFile);
    }
    return lab;
  }

  /** Finds the running lab; `undefined` where there is none, or only parts of one. */
  public static async attach(): Promise<Lab | undefined> {
    const state = readState();
    if (state === undefined) {
      return undefined;
    }
    const containers = await labContainers().catch((): string[] => []);
    const complete = state.specs.every((spec) => containers.includes(containerName(spec.name)));
    return complete ? new Lab(state) : undefined;
  }

  private constructor(private state: LabState) {}

  /** The hosts, in the order in which they were asked for. */
  public get hosts(): readonly LabHost[] {
    return this.state.hosts;
  }

  /** Private SSH key of the login user `ops`. */
  public get keyFile(): string {
    return this.state.keyFile;
  }

  /** Name of the account with passwordless sudo. */
  public get user(): string {
    return LOGIN_USER;
  }

  /** The archive that the hosts install. */
  public get archive(): PublishedFile {
    if (this.state.archive === undefined) {
      throw new Error("this lab has no archive: neither 'archive' was given, nor is there lab/stand-in/build.sh");
    }
    return this.state.archive;
  }

  /** Terraform's CLI configuration where the provider registry does not answer, else `undefined`. */
  public get cliConfigFile(): string | undefined {
    return this.state.terraform.cliConfigFile;
  }

  /** One host, by its name. */
  public host(name: string): LabHost {
    const found = this.hosts.find((host) => host.name === name);
    if (found === undefined) {
      throw new Error(`this lab has no host '${name}'`);
    }
    return found;
  }

  /** Runs a command as root, beside SSH. A string goes to bash, a list is run as it is. */
  public exec(host: string, command: string | readonly string[], options: ExecOptions = {}): Promise<CommandResult> {
    return runInside(containerName(host), typeof command === "string" ? ["bash", "-c", command] : command, options);
  }

  /** Like {@link exec}, for commands that have to succeed; gives the standard output. */
  public async execOrThrow(
    host: string,
    command: string | readonly string[],
    options: ExecOptions = {},
  ): Promise<string> {
    const result = await this.exec(host, command, options);
    if (result.status !== 0) {
      throw new Error(`'${String(command)}' on ${host} ended with status ${result.status}: ${result.stderr.trim()}`);
    }
    return result.stdout;
  }

  /** Runs a command over SSH, as the login user, with the host's key pinned. */
  public ssh(host: string, command: string, input?: string): Promise<CommandResult> {
    return ssh(this.host(host), command, input);
  }

  /** Copies a file of this machine to a host. */
  public async copyTo(host: string, file: string, destination: string): Promise<void> {
    await this.execOrThrow(host, ["mkdir", "--parents", path.posix.dirname(destination)]);
    await docker(["cp", file, `${containerName(host)}:${destination}`]);
  }

  /** Serves a file from the host `client`. */
  public async publish(file: string): Promise<string> {
    const name = path.basename(file);
    await this.copyTo(CLIENT, file, `${ARTIFACTS_DIR}/${name}`);
    await this.execOrThrow(CLIENT, ["chmod", "0644", `${ARTIFACTS_DIR}/${name}`]);
    return `http://${addressOf(CLIENT)}:${ARTIFACTS_PORT}/${encodeURIComponent(name)}`;
  }

  /** Builds the stand-in again where its sources have changed since this lab was booted, and serves it. */
  public async refreshArchive(log: Log = logToStderr): Promise<void> {
    const file = await buildStandIn(log);
    if (file !== undefined && sha256Of(file) !== this.state.archive?.sha256) {
      await this.publishArchive(file);
    }
  }

  /**
   * Takes a host's power away. Its link goes first: with the processes alone gone, the host's kernel would still refuse
   * connections for a moment, which no real power cut does.
   */
  public async powerCut(host: string): Promise<void> {
    await this.disconnect(host);
    await docker(["kill", containerName(host)]);
  }

  /** Gives a host its power back, and waits until it has booted: address, host key and disk are as before. */
  public async powerOn(host: string): Promise<void> {
    await startContainer(host);
  }

  /** Pulls a host's network cable. */
  public async disconnect(host: string): Promise<void> {
    await setLink(containerName(host), "down");
  }

  /** Puts a host's network cable back in. */
  public async reconnect(host: string): Promise<void> {
    await setLink(containerName(host), "up");
  }

  /** Replaces a host by a new machine: same name and address, empty disk, new host key. */
  public async rebuild(host: string, options: MachineOptions = {}): Promise<LabHost> {
    await this.freshHosts([host], options);
    return this.host(host);
  }

  /** Gives power to every host that has none. */
  public async powerOnAll(): Promise<void> {
    const running = await runningLabContainers();
    const dark = this.hosts.filter((host) => !running.includes(containerName(host.name)));
    await Promise.all(dark.map((host) => this.powerOn(host.name)));
  }

  /** Replaces several hosts by new machines at the same time. */
  public async freshHosts(names: readonly string[], options: MachineOptions = {}): Promise<void> {
    const specs = names.map((name) => this.spec(name));
    const { equipped = false, release = DEFAULT_RELEASE } = options;
    const image = await (equipped ? ensureEquippedImage : ensureImage)(release, logToStderr);
    await removeContainers(await existing(names));
    const built = await Promise.all(specs.map((spec) => this.build(spec, image)));
    this.remember(built);
    if (names.includes(CLIENT) && this.state.archive !== undefined) {
      await this.publish(this.archiveFile());
    }
  }

  /** Removes the lab: no container, network, volume or state is left. */
  public async down(): Promise<void> {
    await tearDown();
  }

  private async build(spec: HostSpec, image: string): Promise<LabHost> {
    const key = await createHostKey(spec.name);
    await createContainer(spec, image, this.state.name, initialDisk(spec, key));
    await startContainer(spec.name);
    return describeHost(spec, key.publicKey);
  }

  private async publishArchive(file: string): Promise<void> {
    const archive = { url: await this.publish(file), sha256: sha256Of(file) };
    this.update({ ...this.state, archive, archiveFile: file });
  }

  private archiveFile(): string {
    const file = this.state.archiveFile ?? path.join(CACHE_DIR, path.posix.basename(this.archive.url));
    if (!existsSync(file)) {
      throw new Error(`the archive ${file} is gone`);
    }
    return file;
  }

  private remember(built: readonly LabHost[]): void {
    const hosts = this.state.specs.flatMap(
      ({ name }) => built.find((host) => host.name === name) ?? this.hosts.find((host) => host.name === name) ?? [],
    );
    writeKnownHosts(hosts);
    this.update({ ...this.state, hosts });
  }

  private update(state: LabState): void {
    this.state = state;
    writeState(state);
  }

  private spec(name: string): HostSpec {
    const found = this.state.specs.find((spec) => spec.name === name);
    if (found === undefined) {
      throw new Error(`this lab has no host '${name}'`);
    }
    return found;
  }
}

const DEFAULT_HOSTS: readonly HostSpec[] = [{ name: "host1" }, { name: "host2" }];

function withClient(options: LabOptions): HostSpec[] {
  const asked = options.hosts ?? DEFAULT_HOSTS;
  const hosts = asked.some((spec) => spec.name === CLIENT) ? asked : [...asked, { name: CLIENT }];
  validateSpecs(hosts);
  return hosts.map((spec) => ({ standInConfiguration: options.standInConfiguration, ...spec }));
}

async function existing(hosts: readonly string[]): Promise<string[]> {
  const containers = await labContainers();
  return hosts.map(containerName).filter((name) => containers.includes(name));
}
