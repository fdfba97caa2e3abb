import { spawn } from "node:child_process";
import { parseArgs, types } from "node:util";
import { inColumns } from "../lib/cli/columns";
import { buildStandIn } from "./archive";
import { runningLabContainers } from "./docker";
import { containerName, type HostSpec, type LabHost } from "./host";
import { ensureImages } from "./image/image";
import { sshArguments } from "./keys";
import { Lab } from "./lab";
import { logToStderr } from "./log";
import { HOST_NAMES } from "./network";
import { ensureMachine, ensureTerraform } from "./prerequisites";
import { exitStatus } from "./process";
import { STATE_FILE } from "./state";
import { purge, tearDown, tearDownAll } from "./teardown";
import { ensureProviderMirror } from "./terraform/provider-mirror";

const USAGE = `usage: lab COMMAND

  prepare             build what a lab needs: images, stand-in, provider mirror
  up [HOST…]          boot a lab (default: host1 host2; client is always there)
      --cpus N        CPUs of each host (default: all of the machine's)
      --memory SIZE   memory limit of each host, as in "2g" (default: none)
  status              what runs
  ssh HOST [CMD…]     log in, or run a command, as the user with sudo
  cut HOST            cut the power of a host
  on HOST             give it back
  rebuild HOST        replace a host by a new machine
  down [--all]        remove the lab; with --all also stop a Docker daemon that the lab started
  purge               like down --all, and remove image and cache

Hosts: ${HOST_NAMES.join(" ")}
`;

/** Options of all commands together. */
interface Flags {
  readonly all?: boolean;
  readonly cpus?: string;
  readonly memory?: string;
}

type Command = (args: readonly string[], flags: Flags) => Promise<number>;

const COMMANDS: Readonly<Record<string, Command>> = {
  prepare: prepareLab,
  up: upLab,
  status,
  ssh: login,
  cut: (args) => onHost(args, "cut off", (lab, host) => lab.powerCut(host)),
  on: (args) => onHost(args, "up again", (lab, host) => lab.powerOn(host)),
  rebuild: (args) => onHost(args, "a new machine", (lab, host) => lab.rebuild(host)),
  down: (_args, flags) => done("no lab is left", flags.all ? tearDownAll(logToStderr) : tearDown()),
  purge: () => done("no lab, image or cache is left", purge(logToStderr)),
};

async function prepareLab(): Promise<number> {
  await ensureMachine(logToStderr);
  await ensureTerraform();
  const [images, archive, cliConfigFile] = await Promise.all([
    ensureImages(logToStderr),
    buildStandIn(logToStderr),
    ensureProviderMirror(logToStderr),
  ]);
  images.forEach((image) => print(`image      ${image}`));
  print(`archive    ${archive ?? "none: lab/stand-in/build.sh is not there"}`);
  print(`terraform  ${cliConfigFile ?? "uses the provider registry"}`);
  return 0;
}

async function upLab(names: readonly string[], flags: Flags): Promise<number> {
  const hosts = (names.length > 0 ? names : ["host1", "host2"]).map((name): HostSpec => ({
    name,
    cpus: flags.cpus === undefined ? undefined : Number(flags.cpus),
    memory: flags.memory,
  }));
  const started = Date.now();
  await Lab.up({ hosts });
  logToStderr(`up in ${((Date.now() - started) / 1000).toFixed(1)} s`);
  return status();
}

async function status(): Promise<number> {
  const lab = await Lab.attach();
  if (lab === undefined) {
    print("no lab runs");
    return 1;
  }
  const running = await runningLabContainers();
  const rows = lab.hosts.map((host) => describe(host, running.includes(containerName(host.name))));
  inColumns(rows).forEach(print);
  print(`state      ${STATE_FILE}`);
  print(`terraform  ${lab.cliConfigFile ? `TF_CLI_CONFIG_FILE=${lab.cliConfigFile}` : "uses the provider registry"}`);
  return 0;
}

async function login([name, ...command]: readonly string[]): Promise<number> {
  const lab = await runningLab();
  const child = spawn("ssh", [...sshArguments(lab.host(requireHost(name))), ...command], {
    stdio: "inherit",
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(exitStatus(code, signal)));
  });
}

async function onHost(
  [name]: readonly string[],
  outcome: string,
  action: (lab: Lab, host: string) => Promise<unknown>,
): Promise<number> {
  const lab = await runningLab();
  const { name: host } = lab.host(requireHost(name));
  return done(`${host} is ${outcome}`, action(lab, host));
}

async function done(outcome: string, action: Promise<unknown>): Promise<number> {
  await action;
  print(outcome);
  return 0;
}

async function runningLab(): Promise<Lab> {
  const lab = await Lab.attach();
  if (lab === undefined) {
    throw new Error("no lab runs: start one with 'up'");
  }
  return lab;
}

function requireHost(name: string | undefined): string {
  if (name === undefined) {
    throw new Error("which host?");
  }
  return name;
}

function describe({ name, address, cpus, hostKey }: LabHost, runs: boolean): string[] {
  return [name, address, `${cpus} CPUs`, runs ? "running" : "no power", hostKey];
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function main(args: readonly string[]): Promise<number> {
  // What follows `ssh HOST` belongs to the command on the host, options included.
  if (args[0] === "ssh") {
    return login(args.slice(1));
  }
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      all: { type: "boolean" },
      cpus: { type: "string" },
      memory: { type: "string" },
      help: { type: "boolean" },
    },
  });
  const [name = "", ...rest] = positionals;
  const command = COMMANDS[name];
  if (command === undefined || values.help) {
    process.stderr.write(USAGE);
    return values.help ? 0 : 2;
  }
  return command(rest, values);
}

main(process.argv.slice(2)).then(
  (status) => (process.exitCode = status),
  (error: unknown) => {
    logToStderr(types.isNativeError(error) ? error.message : String(error));
    process.exitCode = 1;
  },
);
