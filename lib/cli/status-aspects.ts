import { StatusAdvice } from "./status-advice";
import { Problem } from "./status-problem";
import { ClusterStatus, ComponentStatus, HostStatus, isUp, Measured, StatusFinding } from "./status-report";
import { ageOf, sizeOf } from "./status-units";

/** How a part of a deployment is, in a few words. */
export interface Aspect {
  /** What it is about: `server1`, `disk`. */
  readonly row: string;
  /** How many other parts rest on it: a part that fails takes those of a lower rank with it. */
  readonly rank: number;
  /** What stays as long as nothing happens. */
  readonly text: string;
  /** What changes all the time. */
  readonly detail: string;
  readonly level: Level;
  readonly findings: readonly StatusFinding[];
}

/** `idle` is what rests as declared, or is not known. */
export type Level = "well" | "idle" | "bad";

/** A cluster with its host, or a host without one. */
export interface StatusColumn {
  readonly host: HostStatus;
  readonly cluster?: ClusterStatus;
  readonly aspects: readonly Aspect[];
}

/** Kinds of components that have a row, from what clients meet first. */
const ROWS = ["haproxy", "load-balancer", "server", "web-admin", "scheduler", "redis", "odb"];

/** Kinds of components that others rest on, from what is asked by a client to what answers in the end. */
const RANKS = ["haproxy", "load-balancer", "server", "redis", "odb"];

/** Kinds of components whose service rests until their timer starts it. */
const BY_TIMER = ["backup", "alarms"];

/** A certificate that ends in so many days is no longer well. */
const LEAST_DAYS = 14;

/** As preflight's. */
const MOST_CLOCK_OFFSET = 30;

const MIB = 1024;

/** Judges what was measured: a column for each cluster, and for each host without one. */
export function columnsOf(measured: Measured, advice: StatusAdvice, now: number): StatusColumn[] {
  return measured.hosts.flatMap((host) => {
    const own = measured.clusters.filter((cluster) => cluster.host === host.path);
    return (own.length > 0 ? own : [undefined]).map((cluster) => ({
      host,
      cluster,
      aspects: new ColumnJudge(measured, advice, now, host, cluster).aspects(),
    }));
  });
}

class ColumnJudge {
  private readonly components: readonly ComponentStatus[];

  constructor(
    private readonly measured: Measured,
    private readonly advice: StatusAdvice,
    private readonly now: number,
    private readonly host: HostStatus,
    private readonly cluster: ClusterStatus | undefined,
  ) {
    const { components, clusters } = measured;
    this.components = components.filter(
      (one) =>
        one.host === host.path && (one.partOf === cluster?.path || !clusters.some(({ path }) => path === one.partOf)),
    );
  }

  public aspects(): Aspect[] {
    const isSilent = this.host.isLost || this.host.reason !== "";
    return [
      this.machine(),
      ...this.labels(),
      ...this.requests(isSilent),
      ...(isSilent ? [] : [...this.parts(), ...this.code(), ...this.upkeep()]),
    ];
  }

  private machine(): Aspect {
    const { host, advice } = this;
    if (host.isLost) {
      return { row: "machine", rank: -1, text: "declared lost", detail: "", level: "idle", findings: [] };
    }
    return this.judge("machine", "", host.reason === "" ? undefined : advice.silent(host), {
      well: host.address,
      detail: host.isDeploying ? "a deploy is at work" : "",
    });
  }

  /** By which somebody finds the machine, above all where it does not answer. */
  private labels(): Aspect[] {
    const text = Object.entries(this.host.labels)
      .map((label) => label.join(" "))
      .join(", ");
    return text === "" ? [] : [{ row: "labels", rank: -1, text, detail: "", level: "well", findings: [] }];
  }

  /** Whether its cluster gets any, as balancers in front say. */
  private requests(isSilent: boolean): Aspect[] {
    const { measured, cluster, advice } = this;
    const members = measured.entries.flatMap((entry) => entry.members).filter((one) => one.cluster === cluster?.name);
    return members.map((member) => {
      const since = `for ${ageOf(this.now - Date.parse(member.since) / 1000)}`;
      if (member.isDrained && !isUp(member.state)) {
        return { row: "requests", rank: -1, text: "none, as declared", detail: since, level: "idle", findings: [] };
      }
      const problem = advice.member(member);
      const aspect = this.judge("requests", "", problem, {
        well: "gets its share",
        detail: problem ? since : `${member.requests} in flight`,
      });
      // The machine itself is what is to be seen to.
      return isSilent ? { ...aspect, findings: [] } : aspect;
    });
  }

  private parts(): Aspect[] {
    const rank = ({ kind }: ComponentStatus): number => ROWS.indexOf(kind);
    return [...this.components]
      .sort((one, other) => rank(one) - rank(other))
      .flatMap((component) => {
        const judged = this.partOf(component);
        return judged
          ? [this.judge(this.rowOf(component), component.name, this.stateOf(component) ?? judged.problem, judged)]
          : [];
      });
  }

  /** What is said of a part that is there and runs. */
  private partOf(component: ComponentStatus): (Shown & { readonly problem?: Problem }) | undefined {
    const { advice, cluster } = this;
    const { kind, answers, workers, requests } = component;
    switch (kind) {
      case "server":
        return {
          problem: advice.server(component),
          well: `${workers!.up} of ${workers!.declared} workers`,
          detail: `${requests ?? 0} in flight`,
        };
      case "load-balancer":
      case "web-admin":
        return { problem: answers === false ? advice.mute(component) : undefined, well: "answers", detail: "" };
      case "odb":
        return { problem: answers === false ? advice.silentOdb(component) : undefined, well: "answers", detail: "" };
      case "redis":
        return { well: "runs", detail: "" };
      case "scheduler":
        return cluster?.schedulerIsActive
          ? { well: "runs", detail: "" }
          : { problem: advice.secondScheduler(component), well: "stands by", detail: "" };
      case "haproxy":
        return { problem: answers === false ? advice.mute(component) : undefined, ...this.balancer() };
      default:
        return undefined;
    }
  }

  private balancer(): Shown {
    const virtual = this.measured.entries.filter(({ isVirtual }) => isVirtual);
    const held = virtual.flatMap(({ holders }) => holders.filter(({ host }) => host === this.host.path));
    return virtual.length === 0
      ? { well: "answers", detail: "" }
      : { well: held.length > 0 ? "holds the virtual address" : "stands by", detail: "" };
  }

  /** Whether what should run does. A deploy that is at work may not have come to it, or have stopped it. */
  private stateOf(component: ComponentStatus): Problem | undefined {
    const problem = this.lackOf(component);
    // A scheduler is stopped in one cluster before the deploy gets to the host of another one.
    return problem && this.measured.hosts.some(({ isDeploying }) => isDeploying)
      ? { ...problem, ...this.advice.whileDeploying() }
      : problem;
  }

  /** What never was brought there is told by the row of deploys. */
  private lackOf(component: ComponentStatus): Problem | undefined {
    const { kind, units, deployed } = component;
    if (deployed === null) {
      return this.advice.absent(component);
    }
    const wanted = units.filter(({ name }) => {
      return kind === "scheduler"
        ? this.cluster?.schedulerIsActive
        : !BY_TIMER.includes(kind) || name.endsWith(".timer");
    });
    const stopped = wanted.find(({ state }) => state !== "active" && state !== "reloading");
    return stopped && this.advice.stopped(component, stopped, this.sinceOf(stopped.since), this.failed());
  }

  private code(): Aspect[] {
    const { cluster, components, advice } = this;
    if (!cluster) {
      return [];
    }
    const builds = cluster.builds.map((build) => build.slice(0, 12)).join(" and ");
    const poorest = components
      .filter(({ services }) => services !== null)
      .sort((one, other) => one.services!.loaded - other.services!.loaded)[0];
    return [
      {
        row: "Zato",
        rank: -1,
        text: cluster.release + (builds && `, ${builds}`),
        detail: "",
        level: "well",
        findings: [],
      },
      ...(poorest
        ? [
            this.judge("services", poorest.name, advice.services(poorest), {
              well: `${poorest.services!.loaded} of ${poorest.services!.declared}`,
              detail: "",
            }),
          ]
        : []),
    ];
  }

  private upkeep(): Aspect[] {
    return [...this.backup(), ...this.alarms(), ...this.certificates(), this.deploy(), ...this.disk(), this.clock()];
  }

  private backup(): Aspect[] {
    return this.components
      .filter(({ kind }) => kind === "backup")
      .map((component) => {
        const failed = component.units.find(({ name, result }) => name.endsWith(".service") && result !== "success");
        const { backup } = component;
        const problem =
          this.stateOf(component) ??
          (failed ? this.advice.failedBackup(component) : backup ? undefined : this.advice.noBackup(component));
        const age = backup ? `${ageOf(this.now - Date.parse(backup.time) / 1000)} ago` : "";
        return this.judge("backup", component.name, problem, {
          well: backup ? "made" : "",
          detail: backup ? `${age}, ${sizeOf(backup.bytes / MIB)}` : "",
        });
      });
  }

  private alarms(): Aspect[] {
    return this.components
      .filter(({ kind }) => kind === "alarms")
      .map((component) => {
        const { undelivered } = component;
        const failed = component.units.find(({ result, name }) => name.endsWith(".service") && result !== "success");
        const problem =
          this.stateOf(component) ??
          (undelivered
            ? this.advice.undelivered(component, undelivered.count, this.sinceOf(undelivered.since))
            : failed && this.advice.noLook(component));
        return this.judge("alarms", component.name, problem, { well: "on watch", detail: "" });
      });
  }

  private certificates(): Aspect[] {
    const found = this.components.flatMap(({ name, certificates }) =>
      certificates.map((certificate) => ({ ...certificate, name })),
    );
    const [first] = found.sort((one, other) => (one.days ?? -1e6) - (other.days ?? -1e6));
    return first
      ? [
          this.judge(
            "certificates",
            first.name,
            first.days === null || first.days < LEAST_DAYS ? this.advice.certificate(first, this.host) : undefined,
            { well: "good", detail: first.days === null ? "" : `for ${first.days} days` },
          ),
        ]
      : [];
  }

  private deploy(): Aspect {
    if (this.host.isDeploying) {
      // What it is at has no stamp, as what has failed.
      return this.judge("last deploy", "", undefined, { well: "at work", detail: "" });
    }
    const failed = this.failed();
    const lacking = this.components.find(({ deployed, kind }) => deployed === null && kind !== "host");
    const times = this.components.flatMap(({ deployed }) => (deployed ? [Date.parse(deployed) / 1000] : []));
    const problem = failed ? this.advice.failedDeploy(failed) : lacking && this.advice.absent(lacking);
    return this.judge("last deploy", (failed ?? lacking)?.name ?? "", problem, {
      well: "done",
      detail: problem || times.length === 0 ? "" : `${ageOf(this.now - Math.max(...times))} ago`,
    });
  }

  /** What the last deploy has not brought to its end. */
  private failed(): ComponentStatus | undefined {
    return this.components.find(({ deployed }) => deployed === "failed");
  }

  /** A backup leaves as much free as it takes for too little. */
  private disk(): Aspect[] {
    const [fullest] = [...this.host.disks].sort((one, other) => one.free / one.size - other.free / other.size);
    if (!fullest) {
      return [];
    }
    const isLow = this.host.disks.find(({ size, free }) => free < Math.min(size / 20, MIB * MIB));
    return [
      this.judge("disk", "", isLow && this.advice.disk(isLow, this.host), {
        well: "has room",
        detail: isLow ? "" : `${Math.floor((100 * fullest.free) / fullest.size)} % free`,
      }),
    ];
  }

  private clock(): Aspect {
    const { clockOffset } = this.host;
    const isOff = Math.abs(clockOffset) > MOST_CLOCK_OFFSET;
    return this.judge("clock", "", isOff ? this.advice.clock(this.host) : undefined, { well: "right", detail: "" });
  }

  private judge(row: string, component: string, problem: Problem | undefined, shown: Shown): Aspect {
    const { host } = this;
    const subject = [host.name, row === "machine" ? "" : row].filter(Boolean).join(" ");
    const kind = this.components.find(({ name }) => name === component)?.kind;
    return {
      row,
      rank: kind === undefined ? -1 : RANKS.indexOf(kind),
      text: problem ? problem.text : shown.well,
      detail: shown.detail,
      level: problem ? "bad" : "well",
      findings: problem
        ? [
            {
              host: host.path,
              component,
              text: `${subject}: ${problem.said ?? problem.text}`,
              advice: problem.advice,
              command: problem.command,
            },
          ]
        : [],
    };
  }

  /** As it is called in its cluster. */
  private rowOf({ name, kind }: ComponentStatus): string {
    const { cluster } = this;
    const short = cluster && name.startsWith(`${cluster.name}-`) ? name.slice(cluster.name.length + 1) : name;
    return kind === "odb" ? "ODB" : kind === "haproxy" ? `balancer ${short}` : short;
  }

  private sinceOf(since: string | null): string {
    return since === null ? "" : ` for ${ageOf(this.now - Date.parse(since) / 1000)}`;
  }
}

/** How something is shown where nothing is wrong with it. */
interface Shown {
  readonly well: string;
  readonly detail: string;
}
