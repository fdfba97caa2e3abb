import { cpus as machineCpus } from "node:os";
import { address6Of, addressOf } from "./network";
import { INSTANCE } from "./instance";

/** A host as it is asked for. */
export interface HostSpec {
  /** One of the names that the lab has an address for: host1 to host3, lb1, lb2, client, db. */
  readonly name: string;
  /** Number of CPUs that the host sees. @default - all of the machine's */
  readonly cpus?: number;
  /** The very CPUs, in cpuset notation ("0-1", "1"). @default - the first `cpus` of the machine */
  readonly cpuset?: string;
  /** Memory limit in Docker's notation ("2g"). @default - no limit */
  readonly memory?: string;
  /** Content of /etc/zato-stand-in.conf. @default - the lab's `standInConfiguration` */
  readonly standInConfiguration?: string;
}

/** A host as it is. */
export interface LabHost {
  readonly name: string;
  readonly address: string;
  /** Its IPv6 address. */
  readonly address6: string;
  /** Public host key, as in known_hosts: "ssh-ed25519 AAAA…". */
  readonly hostKey: string;
  /** What `nproc` says on the host. */
  readonly cpus: number;
}

/** The host that carries the clients' side: artifacts and load. */
export const CLIENT = "client";

/** Name of a host's container. */
export function containerName(host: string): string {
  return `cdktf-zato-lab${INSTANCE}-${host}`;
}

/** The CPUs of a host, in cpuset notation. */
export function cpusetOf(spec: HostSpec): string {
  if (spec.cpuset !== undefined) {
    return spec.cpuset;
  }
  const available = machineCpus().length;
  const wanted = spec.cpus ?? available;
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > available) {
    throw new Error(`'cpus' of ${spec.name} should be from 1 to the machine's ${available}, got ${wanted}`);
  }
  return `0-${wanted - 1}`;
}

/** Number of CPUs in a cpuset ("0-1,3" are three). */
export function cpuCount(cpuset: string): number {
  return cpuset
    .split(",")
    .map((range) => range.split("-").map(Number))
    .reduce((sum, [first = 0, last = first]) => sum + last - first + 1, 0);
}

/** What a spec and a host key make. */
export function describeHost(spec: HostSpec, hostKey: string): LabHost {
  return {
    name: spec.name,
    address: addressOf(spec.name),
    address6: address6Of(spec.name),
    hostKey,
    cpus: cpuCount(cpusetOf(spec)),
  };
}

/** Fails for hosts that the lab cannot boot. */
export function validateSpecs(specs: readonly HostSpec[]): void {
  const names = specs.map((spec) => spec.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new Error(`each host may be named once, got '${twice}' twice`);
  }
  for (const spec of specs) {
    addressOf(spec.name);
    cpusetOf(spec);
  }
}
