import { docker } from "./docker";
import { run, type CommandResult, type RunOptions } from "./process";

/** What Docker leaves to a container's root, and what the lab adds: a command on a host can do no more to the machine than the host can. */
const CAPABILITIES = [
  ...["audit_write", "chown", "dac_override", "fowner", "fsetid", "kill", "mknod", "net_bind_service", "net_raw"],
  ...["setfcap", "setgid", "setpcap", "setuid", "sys_chroot", "net_admin", "sys_admin"],
];

const CONFINED = ["setpriv", "--bounding-set", ["-all", ...CAPABILITIES.map((name) => `+${name}`)].join(), "--"];

/** What Node hands over is a socket, which cannot be opened as /dev/stdin. */
const FROM_A_PIPE = ["sh", "-c", 'cat | "$@"', "sh"];

const ENVIRONMENT = {
  HOME: "/root",
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
};

/** A container's first process: its id, and the processors that the container has. */
interface FirstProcess {
  readonly pid: string;
  readonly cpus: string;
}

/** Of containers that run. */
const firstProcesses = new Map<string, FirstProcess>();

/**
 * Runs a command as root of a running container, in its namespaces. `docker exec` does the same by way of four programs, which takes
 * the processors a twentieth of a second; tests ask thousands of times.
 */
export async function runInside(
  container: string,
  command: readonly string[],
  options: Pick<RunOptions, "input" | "timeoutMs"> = {},
): Promise<CommandResult> {
  const { pid, cpus } = await firstProcess(container);
  const words = options.input === undefined ? command : [...FROM_A_PIPE, ...command];
  const entered = ["--target", pid, "--all", "taskset", "--cpu-list", cpus, ...CONFINED, ...words];
  return run("nsenter", entered, { ...options, env: ENVIRONMENT });
}

/** Since it is about to have another one. */
export function forgetFirstProcess(container: string): void {
  firstProcesses.delete(container);
}

async function firstProcess(container: string): Promise<FirstProcess> {
  const known = firstProcesses.get(container);
  if (known !== undefined) {
    return known;
  }
  const format = "{{.State.Pid}} {{.HostConfig.CpusetCpus}}";
  const [pid = "", cpus = ""] = (await docker(["inspect", "--format", format, container])).trim().split(" ");
  const first = { pid, cpus };
  // Without power it has none, and nsenter says so.
  if (pid !== "0") {
    firstProcesses.set(container, first);
  }
  return first;
}
