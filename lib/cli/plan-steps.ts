import { DeclaredCluster, DeclaredDeployment, StackDocument } from "../document";
import { inLastingOrder } from "../remote";
import { DeclaredStack } from "./declared-stack";
import { PlannedPart } from "./plan-parts";

/** What is done at one time, and who answers meanwhile. */
export interface PlanStep {
  readonly title: string;
  /** Names of clusters that answer all the time; not where nothing is said of that. */
  readonly answering?: readonly string[];
  /** The cluster that does not, for a while. */
  readonly pausing?: string;
  /** In the order in which they are touched, where that is not at the same time. */
  readonly parts: readonly PlannedPart[];
}

const EVERYWHERE = ["firewall", "installation", "odb", "cluster", "redis"];
const IN_CLUSTER = ["server", "content", "load-balancer", "web-admin", "hook", "backup"];
const ALL = ["host", ...EVERYWHERE, ...IN_CLUSTER, "scheduler", "haproxy", "metrics", "alarms", "parity"];

/** Triggers by which a balancer in front reaches its clusters another way: it waits for them then (kinds/haproxy.sh). */
const WAYS_TO_MEMBERS = ["members", "server_name", "file_members_ca"];

/** A plan in the order in which it will happen: that of docs/reading-a-plan.md. */
export class PlanSteps {
  private readonly document: StackDocument;

  constructor(
    private readonly stack: DeclaredStack,
    private readonly parts: readonly PlannedPart[],
  ) {
    this.document = stack.document;
  }

  /** All steps in which something is done, or noted. */
  public get all(): PlanStep[] {
    const noted = this.parts.filter(({ effect }) => effect === "noted");
    const ends = this.parts.filter((part) => part.effect === "removed" && !part.removedBy && part.kind !== "other");
    const rest = this.parts.filter((part) => !noted.includes(part) && !ends.includes(part));
    const up = new Set(this.members().filter((path) => this.isUp(path)));
    const step = (title: string, pick: (part: PlannedPart) => boolean, kinds: readonly string[]): PlanStep => ({
      title,
      answering: this.namesOf(up),
      parts: inOrder(rest.filter(pick), kinds),
    });
    const steps = [
      step("checks of the hosts; if one fails, nothing else begins", isCheck, ALL),
      step("before anything is deployed; if it fails, nothing is", isHook("beforeRollout"), ALL),
      step("on all hosts at the same time", (part) => EVERYWHERE.includes(part.kind) && !part.removedBy, ALL),
      step("the balancer in front, one host after the other, as soon as the hosts are checked", comesEarly, ALL),
      ...this.clusters().map((cluster) => this.clusterStep(cluster, rest, up)),
      this.schedulerStep(rest, up),
      this.balancerStep(rest, up),
      step("when all clusters are as declared", ({ kind }) => kind === "parity", ALL),
      step("at the end", isHook("afterRollout"), ALL),
    ];
    const told = steps.flatMap(({ parts }) => parts);
    return [
      ...steps,
      step("all else, in an order of Terraform's", (part) => !told.includes(part), ALL),
      { title: "what goes, the last first", parts: inOrder(ends, ALL).reverse() },
      { title: "only noted: nothing is done on a host", parts: inOrder(noted, ALL) },
    ].filter(({ parts }) => parts.length > 0);
  }

  /** One cluster, after which it is one of those that answer. */
  private clusterStep(cluster: DeclaredCluster, all: readonly PlannedPart[], up: Set<string>): PlanStep {
    const { path } = cluster;
    const parts = all.filter((part) => part.cluster === path && IN_CLUSTER.includes(part.kind));
    const servers = serversBefore(cluster, parts);
    const [wasUp, name] = [up.has(path), this.stack.labelOf(cluster)];
    const isUnreached = parts.some(closesWaysIn);
    const pauses = wasUp && (isUnreached || parts.some((part) => stopsAll(part, servers)));
    const answering = this.namesOf([...up].filter((one) => one !== path || !pauses));
    if (wasUp && isUnreached) {
      up.delete(path);
    } else if (parts.length > 0 && this.canAnswer(path)) {
      up.add(path);
    }
    const gets = this.canAnswer(path) ? ", which gets requests at the end" : ", which gets no requests";
    return {
      title: `the cluster ${name}, one part after the other${wasUp ? "" : gets}`,
      answering,
      ...(pauses && { pausing: name }),
      parts: inOrder(parts, IN_CLUSTER),
    };
  }

  /** One that starts where it did not run may restart the servers there. */
  private schedulerStep(all: readonly PlannedPart[], up: ReadonlySet<string>): PlanStep {
    const parts = all.filter(({ kind, removedBy }) => kind === "scheduler" || removedBy === "scheduler");
    const starting = parts.filter(({ effect }) => effect === "moved" || effect === "started");
    const pausing = this.document.clusters.find(
      ({ path, servers }) => up.has(path) && servers.length === 1 && starting.some(({ cluster }) => cluster === path),
    );
    return {
      title: "the scheduler",
      answering: this.namesOf([...up].filter((path) => path !== pausing?.path)),
      ...(pausing && { pausing: this.stack.labelOf(pausing) }),
      parts: inOrder(parts, ALL),
    };
  }

  /** After which balancers in front reach all clusters by the ways that they have now. */
  private balancerStep(all: readonly PlannedPart[], up: Set<string>): PlanStep {
    const answering = this.namesOf(up);
    this.members()
      .filter((path) => this.canAnswer(path))
      .forEach((path) => up.add(path));
    return {
      title: "the balancer in front, one host after the other",
      answering,
      parts: inOrder(all.filter(comesLate), ALL),
    };
  }

  /** One deployment after the other, and of each the clusters in the order of their names. */
  private clusters(): DeclaredCluster[] {
    const { clusters, deployments } = this.document;
    const inDeployments = deployments.flatMap((deployment) => this.membersOf(deployment));
    const alone = clusters.filter((cluster) => !inDeployments.includes(cluster));
    return [...inDeployments, ...inLastingOrder(alone, ({ name }) => name)];
  }

  private membersOf(deployment: DeclaredDeployment): DeclaredCluster[] {
    const members = this.document.clusters.filter(({ path }) => deployment.clusters.includes(path));
    return inLastingOrder(members, ({ name }) => name);
  }

  /** All clusters, those of others that are in a deployment too. */
  private members(): string[] {
    const { clusters, deployments } = this.document;
    return [...new Set([...clusters.map(({ path }) => path), ...deployments.flatMap((one) => one.clusters)])];
  }

  /** Whether it answers before the plan, as far as the program and the plan tell. */
  private isUp(path: string): boolean {
    const isMissing = this.parts.some(
      ({ cluster, kind, effect }) => cluster === path && kind === "load-balancer" && effect === "installed",
    );
    return this.canAnswer(path) && !isMissing;
  }

  private canAnswer(path: string): boolean {
    const cluster = this.document.clusters.find((one) => one.path === path);
    const isDrained = this.document.deployments.some(({ drained }) => drained.includes(path));
    return !isDrained && !(cluster && this.stack.host(cluster.host).lost);
  }

  private namesOf(paths: Iterable<string>): string[] {
    const names = [...paths].map((path) => {
      const cluster = this.document.clusters.find((one) => one.path === path);
      return cluster ? this.stack.labelOf(cluster) : path.split("/").at(-1)!;
    });
    return inLastingOrder(names, (name) => name);
  }
}

function isHook(hook: string): (part: PlannedPart) => boolean {
  return ({ kind, name }) => kind === "hook" && name === hook;
}

function isCheck({ kind, removedBy }: PlannedPart): boolean {
  return kind === "host" || removedBy === "host";
}

/** A balancer in front waits for its clusters only where it is to reach them another way. */
function comesLate({ kind, settings }: PlannedPart): boolean {
  return kind === "haproxy" && settings.some(({ name }) => WAYS_TO_MEMBERS.includes(name));
}

function comesEarly(part: PlannedPart): boolean {
  return part.kind === "haproxy" && !comesLate(part);
}

/** How many servers a cluster has before the plan. */
function serversBefore({ servers }: DeclaredCluster, parts: readonly PlannedPart[]): number {
  const own = parts.filter(({ kind }) => kind === "server");
  const added = own.filter(({ effect, settings }) => effect === "installed" && settings.length === 0);
  const removed = own.filter(({ effect }) => effect === "removed");
  return servers.length - added.length + removed.length;
}

/** Whether all requests of its cluster have to wait for it. */
function stopsAll({ kind, effect }: PlannedPart, servers: number): boolean {
  const mayStop = effect === "restarted" || effect === "again";
  return mayStop && (kind === "load-balancer" || (["server", "content"].includes(kind) && servers === 1));
}

/** Whether balancers in front know of none of the ports that other hosts reach a cluster by when it has been brought, and hear of them later. */
function closesWaysIn({ kind, settings }: PlannedPart): boolean {
  const { before, after } = settings.find(({ name }) => name === "file_config") ?? {};
  if (kind !== "load-balancer" || before === undefined || after === undefined) {
    return false;
  }
  const left = waysIn(after);
  return !waysIn(before).some((way) => left.includes(way));
}

/** Ports, and whether with TLS: `11224 ssl`. */
function waysIn(config: string): string[] {
  const front = config.split("\nfrontend ").find((section) => section.startsWith("front_http_plain\n")) ?? "";
  return [...front.matchAll(/^ {4}bind (?!127\.)[^ ,]*:(\d+)\S*(?: v6only)?( ssl)?/gm)].map(
    ([, port, tls = ""]) => port + tls,
  );
}

/** By kind, then by place and name; what another part removes comes when that does. */
function inOrder(parts: readonly PlannedPart[], kinds: readonly string[]): PlannedPart[] {
  const rank = ({ kind, removedBy }: PlannedPart): number => kinds.indexOf(removedBy ?? kind);
  const byName = inLastingOrder(parts, ({ where, name }) => `${where} ${name}`);
  return byName.sort((a, b) => rank(a) - rank(b));
}
