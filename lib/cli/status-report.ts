import { DeclaredComponent, DeclaredDeployment, DeclaredHost, StackDocument } from "../document";
import { literalTexts } from "../remote";
import { hostPort } from "../validation";
import { DeclaredStack } from "./declared-stack";
import { AddressFact, ComponentFacts, HostFacts, readFacts, UnitFact } from "./status-facts";

/** How a deployment is, as `status --json` prints it; docs/status.schema.json says the same. Another version is another format. */
export interface StatusReport {
  readonly version: 1;
  /** The stack's folder. */
  readonly stack: string;
  /** When this was asked. */
  readonly time: string;
  /** As the exit status: 0 all is well, 1 something is not, 2 no host could be asked. */
  readonly status: 0 | 1 | 2;
  readonly entries: readonly EntryStatus[];
  readonly hosts: readonly HostStatus[];
  readonly clusters: readonly ClusterStatus[];
  readonly components: readonly ComponentStatus[];
  /** What is not the same in all clusters of a deployment, a line each. */
  readonly differences: readonly string[];
  /** What is not well, the gravest first. */
  readonly findings: readonly StatusFinding[];
  /** The command to go on with; empty where all is well. */
  readonly command: string;
}

/** Something that is not well, and what to do. */
export interface StatusFinding {
  /** The construct path of the host that it is about; empty where it is about none alone. */
  readonly host: string;
  /** The name of the component on it; empty where it is about the host, or all. */
  readonly component: string;
  readonly text: string;
  readonly advice: string;
  readonly command: string;
}

/** How clients come to the clusters of a deployment. */
export interface EntryStatus {
  /** The construct path of the deployment. */
  readonly path: string;
  readonly name: string;
  /** What clients ask; empty where the program does not know. */
  readonly url: string;
  /** Whether the address moves between hosts. */
  readonly isVirtual: boolean;
  /** Who holds the virtual address. */
  readonly holders: readonly { readonly host: string; readonly since: string | null }[];
  /** Clusters, as that balancer in front has them which clients come through; none where it is not on these hosts, or does not answer. */
  readonly members: readonly MemberStatus[];
}

/** How a balancer in front has a cluster. */
export interface MemberStatus {
  readonly cluster: string;
  /** The host of the balancer that says so. */
  readonly host: string;
  /** In HAProxy's words: `UP`, `DOWN`, `MAINT`, `DRAIN` … */
  readonly state: string;
  readonly since: string;
  readonly requests: number;
  /** Whether it is declared to get no requests. */
  readonly isDrained: boolean;
}

/** Whether a cluster of this state gets requests: without checks HAProxy takes it for well, and where none passes its check, all get some. */
export function isUp(state: string): boolean {
  return ["UP", "no", "UNFIT_ALL", "LAST_RESORT"].includes(state);
}

/** A machine. */
export interface HostStatus {
  readonly path: string;
  readonly name: string;
  /** Its address, or its name where that is not known. */
  readonly address: string;
  /** What people know it by. */
  readonly labels: Readonly<Record<string, string>>;
  /** Whether it is declared lost, and so asked for nothing. */
  readonly isLost: boolean;
  /** Why it could not be asked; empty where it was. */
  readonly reason: string;
  /** Seconds by which its clock is ahead of this machine's; 0 where it may be right. */
  readonly clockOffset: number;
  readonly isDeploying: boolean;
  /** In KiB. */
  readonly disks: readonly { readonly mount: string; readonly size: number; readonly free: number }[];
}

/** What the program declares of a cluster. */
export interface ClusterStatus {
  readonly path: string;
  readonly name: string;
  /** The construct path of its host. */
  readonly host: string;
  readonly release: string;
  /** Builds that its servers run, as far as their units tell. */
  readonly builds: readonly string[];
  readonly schedulerIsActive: boolean;
}

/** A part of a cluster or of a balancer, on a host that has answered. */
export interface ComponentStatus {
  readonly name: string;
  readonly kind: string;
  /** The construct path of its host. */
  readonly host: string;
  /** The construct path of what it is a part of. */
  readonly partOf: string;
  /** When a deploy has touched it last, `failed` where it failed, null where nothing of it is there. */
  readonly deployed: string | null;
  readonly units: readonly (Omit<UnitFact, "since"> & { readonly since: string | null })[];
  /** Null where it is not asked for an answer. */
  readonly answers: boolean | null;
  readonly workers: { readonly up: number; readonly declared: number } | null;
  /** As its cluster's load-balancer has it, in HAProxy's words. */
  readonly rotation: string | null;
  readonly requests: number | null;
  /** Whether it is kept from requests since it lacks what its cluster ran. */
  readonly isHeld: boolean;
  readonly build: string | null;
  readonly services: {
    readonly loaded: number;
    readonly declared: number;
    readonly missing: readonly string[];
    readonly code: string;
  } | null;
  readonly certificates: readonly {
    readonly place: string;
    readonly end: string | null;
    readonly days: number | null;
  }[];
  readonly backup: { readonly time: string; readonly bytes: number } | null;
  /** Alarms that could not be delivered. */
  readonly undelivered: { readonly count: number; readonly since: string } | null;
}

/** What a host was asked, and what it has said. */
export interface AskedHost {
  readonly host: DeclaredHost;
  readonly where: string;
  readonly reason: string;
  readonly said: string;
  /** When it was asked, and when it had answered, in seconds since 1970. */
  readonly asked: number;
  readonly answered: number;
}

/** All that is measured; what of it is well is another matter. */
export type Measured = Pick<StatusReport, "entries" | "hosts" | "clusters" | "components">;

/** Puts what hosts have said beside what a stack declares. */
export function measure(stack: DeclaredStack, asked: readonly AskedHost[], now: number): Measured {
  const { document } = stack;
  const facts = new Map(asked.flatMap((one) => (one.reason ? [] : [[one.host.path, readFacts(one.said)] as const])));
  const components = document.components.flatMap((component) => {
    const said = facts.get(component.host);
    return said ? [componentStatus(component, said.component(component.name), now)] : [];
  });
  return {
    entries: document.deployments.map((deployment) => entryStatus(stack, deployment, facts, now)),
    hosts: document.hosts.map((host) => hostStatus(host, asked, facts.get(host.path))),
    clusters: document.clusters.map((cluster) => ({
      path: cluster.path,
      name: stack.labelOf(cluster),
      host: cluster.host,
      release: cluster.release,
      builds: [
        ...new Set(components.flatMap(({ partOf, build }) => (partOf === cluster.path && build ? [build] : []))),
      ].sort(),
      schedulerIsActive: cluster.schedulerIsActive,
    })),
    components,
  };
}

/** Components of a deployment's balancer in front, on hosts of the stack. */
export function balancersOf(document: StackDocument, { loadBalancer }: DeclaredDeployment): DeclaredComponent[] {
  return document.components.filter(({ kind, partOf }) => kind === "haproxy" && partOf === loadBalancer?.path);
}

function entryStatus(
  stack: DeclaredStack,
  deployment: DeclaredDeployment,
  facts: ReadonlyMap<string, HostFacts>,
  now: number,
): EntryStatus {
  const { document } = stack;
  const { loadBalancer, drained } = deployment;
  const nodes = balancersOf(document, deployment);
  const said = nodes.flatMap(({ host, name }) => {
    const its = facts.get(host)?.component(name);
    return its ? [{ host, ...its }] : [];
  });
  const address = loadBalancer && known(stack, loadBalancer.address);
  const held = ({ addresses }: ComponentFacts): AddressFact[] => addresses.filter(({ isHeld }) => isHeld);
  const holders = said.flatMap((node) =>
    held(node)
      .slice(0, 1)
      .map(({ since }) => ({ host: node.host, since })),
  );
  const through = said.find((node) => held(node).length > 0 && node.answers) ?? said.find(({ answers }) => answers);
  const clusters = [...document.clusters, ...document.existingClusters].filter(({ path }) =>
    deployment.clusters.includes(path),
  );
  return {
    path: deployment.path,
    name: deployment.path.split("/").at(-1)!,
    url: loadBalancer && address ? `${loadBalancer.tls ? "https" : "http"}://${entryPlace(address, loadBalancer)}` : "",
    isVirtual: nodes.some(({ parameters }) => parameters.virtual_router_id !== undefined),
    holders: holders.map(({ host, since }) => ({ host, since: since === undefined ? null : isoOf(since) })),
    members: (through?.members ?? [])
      .map(({ name, state, requests, seconds }) => ({
        cluster: name,
        host: through!.host,
        state,
        since: isoOf(now - seconds),
        requests,
        isDrained: clusters.some((cluster) => cluster.name === name && drained.includes(cluster.path)),
      }))
      .sort((one, other) => one.cluster.localeCompare(other.cluster)),
  };
}

/** Without the port that a browser takes anyway. */
function entryPlace(address: string, { port, tls }: { readonly port: number; readonly tls: boolean }): string {
  const withPort = hostPort(address, port);
  return port === (tls ? 443 : 80) ? withPort.slice(0, withPort.lastIndexOf(":")) : withPort;
}

function known(stack: DeclaredStack, text: string): string {
  try {
    return stack.valueOf(text, "the address");
  } catch {
    return "";
  }
}

function hostStatus(host: DeclaredHost, asked: readonly AskedHost[], facts: HostFacts | undefined): HostStatus {
  const its = asked.find((one) => one.host.path === host.path);
  return {
    path: host.path,
    name: host.name,
    address: its?.where ?? host.name,
    labels: literalTexts(host.labels ?? {}) as Record<string, string>,
    isLost: host.lost,
    reason: its?.reason ?? "",
    clockOffset: its && facts?.time !== undefined ? offsetOf(facts.time, its) : 0,
    isDeploying: facts?.isDeploying ?? false,
    disks: facts?.disks ?? [],
  };
}

/** By how much a clock is outside of the time in which it was looked at. */
function offsetOf(time: number, { asked, answered }: AskedHost): number {
  return Math.round(time < asked ? time - asked : Math.max(0, time - answered));
}

function componentStatus(
  { name, kind, host, partOf, parameters }: DeclaredComponent,
  facts: ComponentFacts,
  now: number,
): ComponentStatus {
  const { deployed, units, certificates, services, backup, undelivered } = facts;
  return {
    name,
    kind,
    host,
    partOf,
    deployed: deployed === undefined ? null : deployed === "failed" ? deployed : isoOf(deployed),
    units: units.map((unit) => ({ ...unit, since: unit.since === 0 ? null : isoOf(unit.since) })),
    answers: facts.answers ?? null,
    workers: kind === "server" ? { up: facts.workers ?? 0, declared: Number(parameters.workers) } : null,
    rotation: facts.rotation ?? null,
    requests: facts.requests ?? null,
    isHeld: facts.isHeld,
    build: facts.build ?? null,
    services: services ? { ...services, missing: facts.missing, code: facts.code ?? "" } : null,
    certificates: certificates.map(({ place, end }) => ({
      place,
      end: end === undefined ? null : isoOf(end),
      days: end === undefined ? null : Math.floor((end - now) / 86400),
    })),
    backup: backup ? { time: isoOf(backup.time), bytes: backup.bytes } : null,
    undelivered: undelivered ? { count: undelivered.count, since: isoOf(undelivered.since) } : null,
  };
}

/** No number of seconds that a host names is no time. */
function isoOf(seconds: number): string {
  const time = new Date(Math.min(seconds, 8e12) * 1000);
  return time.toISOString().replace(/\.\d+Z$/, "Z");
}
