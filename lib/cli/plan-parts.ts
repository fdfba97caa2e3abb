import { DeclaredCluster, DeclaredComponent, DeclaredHost, StackDocument } from "../document";
import { DeclaredStack } from "./declared-stack";
import { PlannedChange, SettingChange } from "./plan-changes";
import { Effect, effectOf, greatest, remarkOn } from "./plan-effects";

/** A part of a deployment that is in a plan: a component, a host, a comparison of clusters, or a resource that is not ours. */
export interface PlannedPart {
  /** The kind of component, `host`, `parity`, `hook`, or `other`. */
  readonly kind: string;
  /** What it is called: `server1`; empty for a host. */
  readonly name: string;
  /** The construct path of its cluster, where it is a part of one that is declared. */
  readonly cluster?: string;
  /** That of its host. */
  readonly host?: string;
  /** Where it is: the name of its cluster or its host. */
  readonly where: string;
  readonly effect: Effect;
  /** What is to be said of it besides. */
  readonly remark: string;
  /** The kind of part whose change removes it, where it is not its own lifetime that does. */
  readonly removedBy?: "load-balancer" | "scheduler" | "host";
  /** What has changed in it. */
  readonly settings: readonly SettingChange[];
  readonly addresses: readonly string[];
}

/** The resources of one part in a plan, by what each stands for. */
type Roles = Partial<Record<Role, PlannedChange>>;
type Role = "preflight" | "state" | "lifetime" | "early" | "start";

/** What construct paths become in Terraform's names: `zato_host1_server1_state_2A8730A3`. */
const OURS = /^(?<part>.+)_(?<role>preflight|state|lifetime|early|start)_[0-9A-F]{8}$/;
const PARITY = /_parity_[0-9A-F]{8}$/;
const HOOK = /^(?<deployment>.+)_hooks_(?<hook>before-rollout|after-cluster-(?<cluster>.+)|after-rollout)_[0-9A-F]{8}$/;
const BARRIER = /^zato-hosts_passed_[0-9A-F]{8}$/;

/** The parts of a deployment that are in a plan, by what a stack declares; the order says nothing. */
export class PlanParts {
  private readonly groups = new Map<string, Roles>();
  private readonly foreign: PlannedChange[] = [];
  private readonly document: StackDocument;

  constructor(
    private readonly stack: DeclaredStack,
    changes: readonly PlannedChange[],
  ) {
    this.document = stack.document;
    for (const change of changes) {
      const { part, role } = OURS.exec(change.name)?.groups ?? {};
      if (isCarrier(change) && part !== undefined) {
        this.groups.set(part, { ...this.groups.get(part), [role as Role]: change });
      } else if (!(isCarrier(change) && BARRIER.test(change.name))) {
        this.foreign.push(change);
      }
    }
  }

  /** All of them. */
  public get all(): PlannedPart[] {
    const parts = [...this.groups].flatMap(([part, roles]) => this.partsOf(part, roles));
    return [...this.moved(parts), ...this.foreign.map((change) => this.hookPart(change) ?? foreignPart(change))];
  }

  private hookPart(change: PlannedChange): PlannedPart | undefined {
    const { hook, cluster: name } = HOOK.exec(change.name)?.groups ?? {};
    if (!isCarrier(change) || hook === undefined) {
      return undefined;
    }
    const cluster = this.document.clusters.find((one) => one.name === name);
    return {
      kind: "hook",
      name: hook.replace(`-${name}`, "").replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()),
      where: cluster ? this.stack.labelOf(cluster) : (name ?? ""),
      ...(cluster && { cluster: cluster.path }),
      effect: change.action === "delete" || change.action === "forget" ? "noted" : "run",
      remark: "",
      settings: [],
      addresses: [change.address],
    };
  }

  private partsOf(part: string, roles: Roles): PlannedPart[] {
    const changes = Object.values(roles);
    const addresses = changes.map(({ address }) => address).sort();
    const component = this.document.components.find(({ resources }) => partIn(resources.state) === part);
    const host = this.document.hosts.find(({ resources }) => partIn(resources.preflight) === part);
    const former = roles.lifetime?.before.component;
    if (host) {
      return [{ ...this.hostPart(host, roles), addresses }];
    }
    if (component) {
      return [{ ...this.declaredPart(component, roles), addresses }];
    }
    return former === undefined ? changes.map(foreignPart) : [{ ...this.formerPart(former, roles), addresses }];
  }

  private hostPart(host: DeclaredHost, { preflight, lifetime }: Roles): Omit<PlannedPart, "addresses"> {
    return {
      kind: "host",
      name: "",
      host: host.path,
      where: host.name,
      ...(lifetime && removes(lifetime)
        ? { effect: "removed", remark: "what is left of ours on it", settings: [] }
        : preflight && preflight.action !== "delete"
          ? { effect: "checked", remark: asked(preflight), settings: changedIn(preflight) }
          : { effect: "noted", remark: "", settings: [] }),
    };
  }

  private declaredPart(component: DeclaredComponent, roles: Roles): Omit<PlannedPart, "addresses"> {
    const { kind, host } = component;
    const cluster = this.stack.clusterAt(component.partOf);
    const place = {
      kind,
      name: nameIn(cluster, component.name),
      host,
      cluster: cluster?.path,
      where: cluster ? this.stack.labelOf(cluster) : this.stack.host(host).name,
    };
    const { state, lifetime, start, early } = roles;
    const settings = changedIn(state);
    const said = (effect: Effect, remark = this.remarkOn(component, effect)): Omit<PlannedPart, "addresses"> => ({
      ...place,
      effect,
      settings,
      remark,
    });
    if (lifetime && removes(lifetime)) {
      return said("removed", whatStays(state, lifetime));
    }
    if (kind === "scheduler") {
      const effect = this.effectOnScheduler(roles);
      return start || !state ? said(effect) : said(effect, "made ready, and does not run here");
    }
    if (state?.action === "create") {
      return said("installed", "");
    }
    const reason = [state, early].map((change) => change && asked(change)).find((text) => text) ?? "";
    const effects = settings.map((setting) => effectOf(kind, setting));
    const effect = greatest(reason === "" ? effects : [...effects, "again"]);
    const isElsewhere = settings.some(({ name }) => name === "host_key" || name === "host_revision");
    return said(effect, reason || (isElsewhere ? "what is missing there" : this.remarkOn(component, effect)));
  }

  private remarkOn({ kind, partOf, path }: DeclaredComponent, effect: Effect): string {
    const hasPeer = this.document.components.some(
      (one) => one.kind === kind && one.partOf === partOf && one.path !== path,
    );
    return kind === "haproxy" && effect === "restarted" && hasPeer
      ? "the other host has the virtual address meanwhile"
      : remarkOn(kind, effect);
  }

  private effectOnScheduler({ state, start }: Roles): Effect {
    if (
      state?.action === "create" ||
      state?.settings.some((setting) => effectOf("scheduler", setting) === "installed")
    ) {
      return "installed";
    }
    const effects = {
      create: "started",
      replace: "restarted",
      update: "again",
      delete: "stopped",
      forget: "noted",
    } as const;
    return start ? effects[start.action] : "noted";
  }

  /** What the program does not have any more: `server/host1-server3`. */
  private formerPart(component: string, { lifetime, state }: Roles): Omit<PlannedPart, "addresses"> {
    const [kind = "", fullName = ""] = component.split("/");
    const before = state?.before ?? {};
    const cluster = this.document.clusters.find(({ name }) => name === before.cluster);
    const host = (this.hostOf(lifetime!.name) ?? this.hostWithKey(before.host_key))?.path ?? cluster?.host;
    const nameOfHost = kind === "host" ? fullName : host === undefined ? "" : this.stack.host(host).name;
    const place = {
      kind,
      name: kind === "host" ? "" : nameIn({ name: before.cluster ?? "" }, fullName),
      host,
      cluster: cluster?.path,
      where: before.cluster ?? nameOfHost,
      settings: [],
    };
    if (lifetime && removes(lifetime)) {
      return { ...place, effect: "removed", remark: whatStays(state, lifetime) };
    }
    const removedBy = this.removerOf(kind, fullName, host, cluster);
    return removedBy === undefined
      ? { ...place, effect: "noted", remark: "not in the program any more; nothing is done on its host" }
      : { ...place, effect: "removed", remark: removedBy === "load-balancer" ? "drained before" : "", removedBy };
  }

  /** The kind of part that removes from a host what is not in the program any more; nothing for all that stays there. */
  private removerOf(kind: string, name: string, host?: string, cluster?: DeclaredCluster): PlannedPart["removedBy"] {
    const changes = [...this.groups.values()];
    const lists = (text = ""): boolean => text.split("\n").includes(name);
    if (kind === "server" && cluster) {
      const drops = changes.some(({ state }) => lists(state?.before.servers) && !lists(state?.after.servers));
      return drops ? "load-balancer" : undefined;
    }
    if (kind === "redis" && cluster) {
      return "scheduler";
    }
    const checked = this.document.hosts.find(({ path }) => path === host)?.resources.preflight;
    const drops = changes.some(
      ({ preflight }) => preflight?.address === checked && preflight?.before.firewall && !preflight.after.firewall,
    );
    return kind === "firewall" && drops ? "host" : undefined;
  }

  /** The host that something is a part of, by Terraform's name: `host1_firewall_lifetime_…`. */
  private hostOf(name: string): DeclaredHost | undefined {
    return this.document.hosts.find(({ resources }) => name.startsWith(`${partIn(resources.preflight)}_`));
  }

  /** Machines that were copied have one key. */
  private hostWithKey(key: string | undefined): DeclaredHost | undefined {
    const found = this.document.hosts.filter(({ ssh }) => key !== undefined && ssh.hostKey.startsWith(key));
    return found.length === 1 ? found[0] : undefined;
  }

  /** One line for a scheduler that stops in one cluster and starts in another. */
  private moved(parts: readonly PlannedPart[]): PlannedPart[] {
    const schedulers = parts.filter(({ kind }) => kind === "scheduler");
    const [stopped] = schedulers.filter(({ effect }) => effect === "stopped");
    const [started] = schedulers.filter(({ effect }) => effect === "started");
    if (!stopped || !started) {
      return [...parts];
    }
    const move: PlannedPart = {
      ...started,
      effect: "moved",
      remark: `from ${stopped.where}, ${this.isLost(stopped) ? "which is lost" : "where it is stopped before"}; ${started.remark}`,
      settings: [],
      addresses: [...stopped.addresses, ...started.addresses].sort(),
    };
    return [...parts.filter((part) => part !== stopped && part !== started), move];
  }

  private isLost({ host }: PlannedPart): boolean {
    return this.document.hosts.some(({ path, lost }) => path === host && lost);
  }
}

/** A comparison of clusters, or a resource of somebody else's. */
function foreignPart(change: PlannedChange): PlannedPart {
  const { address, action, name } = change;
  const isParity = isCarrier(change) && PARITY.test(name);
  const effects = {
    create: "installed",
    update: "changed",
    replace: "again",
    // A note of Terraform's alone.
    delete: isCarrier(change) && !removes(change) ? "noted" : "removed",
    forget: "noted",
  } as const;
  const effect = isParity && action !== "delete" ? "compared" : effects[action];
  return {
    kind: isParity ? "parity" : "other",
    name: isParity ? "all clusters" : address,
    where: "",
    effect,
    remark: isParity ? "what they run" : action === "replace" ? "removed and made anew by Terraform" : "by Terraform",
    settings: [],
    addresses: [address],
  };
}

function isCarrier({ type }: PlannedChange): boolean {
  return type === "null_resource" || type === "terraform_data";
}

/** Of an address of ours: `null_resource.zato_host1_server1_state_2A8730A3`. */
function partIn(address: string): string | undefined {
  return OURS.exec(address.slice(address.indexOf(".") + 1))?.groups?.part;
}

/** Without the cluster's: `server1` for `host1-server1`. */
function nameIn(cluster: { readonly name: string } | undefined, name: string): string {
  return cluster && name.startsWith(`${cluster.name}-`) ? name.slice(cluster.name.length + 1) : name;
}

/** Whether a lifetime ends in a way that removes its part: not where the program has it no more. */
function removes({ action, reason, hasProvisioners }: PlannedChange): boolean {
  return (
    (action === "delete" || action === "replace") && hasProvisioners && reason !== "delete_because_no_resource_config"
  );
}

function whatStays(state: PlannedChange | undefined, lifetime: PlannedChange): string {
  return [
    ...(state?.before.on_removal === "keep-data" ? ["its data stay"] : []),
    ...(lifetime.action === "replace" ? ["it does not come back by itself"] : []),
  ].join("; ");
}

/** What differs from the last deploy, where there was one. */
function changedIn(change: PlannedChange | undefined): readonly SettingChange[] {
  return change?.action === "replace" ? change.settings : [];
}

/** Why something is brought again though nothing has changed in it; empty where that is not so. */
function asked({ reason }: PlannedChange): string {
  const reasons: Readonly<Record<string, string>> = {
    replace_because_tainted: "its last deploy has failed",
    replace_by_request: "asked for by -replace",
  };
  return reasons[reason] ?? "";
}
