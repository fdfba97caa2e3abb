import { DeclaredHost } from "../document";
import { FRAMEWORK } from "../framework";
import { DeclaredStack } from "./declared-stack";
import { quoted } from "./quoted";
import { Problem } from "./status-problem";
import { ComponentStatus, EntryStatus, HostStatus, isUp, MemberStatus } from "./status-report";
import { sizeOf } from "./status-units";

const DOCS = "docs/operations.md";

/** What each thing that is not well is called, and what to do about it. */
export class StatusAdvice {
  constructor(private readonly stack: DeclaredStack) {}

  public silent(host: HostStatus): Problem {
    const { document } = this.stack;
    const active = document.clusters.find((cluster) => cluster.host === host.path && cluster.schedulerIsActive);
    return {
      text: "does not answer",
      said: `${host.address} does not answer: ${host.reason}${active ? "; the scheduler is there, so no job may run" : ""}`,
      advice: `see whether the machine is on, and has a network; if it is lost: ${DOCS}#a-machine-is-lost`,
      command: this.program("ssh", this.labelOf(host.path)),
    };
  }

  public stopped(
    component: ComponentStatus,
    unit: { readonly name: string; readonly state: string },
    since: string,
    failed: ComponentStatus | undefined,
  ): Problem {
    const said = `${unit.name} is ${unit.state}${since}`;
    if (unit.state !== "inactive") {
      const text = unit.state === "activating" ? "starts, and has not ended that" : "does not run";
      return { text, said, advice: "see why it does not start", command: this.logs(component) };
    }
    return {
      text: "does not run",
      said,
      ...(failed
        ? {
            advice: `a deploy that failed at ${failed.name} may have stopped it; see why, remove the cause, and deploy again`,
            command: this.logs(failed, "1d"),
          }
        : {
            advice: "somebody has stopped it; start it",
            command: this.onHost(component.host, `systemctl start ${unit.name}`),
          }),
    };
  }

  public absent(component: ComponentStatus): Problem {
    return {
      text: "is not there",
      said: `nothing of ${component.name} is on the host`,
      advice: "deploy it",
      command: this.program("verify"),
    };
  }

  /** What to do about something that a deploy brings there, or starts again. */
  public whileDeploying(): Omit<Problem, "text" | "said"> {
    return { advice: "a deploy is at work; look again when it has ended", command: this.program("status") };
  }

  public failedDeploy(component: ComponentStatus): Problem {
    return {
      text: "has failed",
      said: `that of ${component.name} has failed`,
      advice: "see why, remove the cause, and deploy again",
      command: this.logs(component, "1d"),
    };
  }

  public mute(component: ComponentStatus): Problem {
    return {
      text: "does not answer",
      said: "it runs, and does not answer",
      advice: "see what it says",
      command: this.logs(component),
    };
  }

  public silentOdb(component: ComponentStatus): Problem {
    const { odb } = this.stack.document.clusters.find(({ path }) => path === component.partOf)!;
    return {
      text: "does not answer",
      said: `the database ${odb.database} does not answer at ${odb.address}`,
      advice: odb.local
        ? "see whether PostgreSQL runs"
        : "see to the database server; this is what the last deploy said of it",
      command: odb.local ? this.onHost(component.host, "pg_lsclusters") : this.logs(component, "1d"),
    };
  }

  public server(component: ComponentStatus): Problem | undefined {
    const { workers, rotation, isHeld } = component;
    const { up, declared } = workers!;
    const logs = this.logs(component);
    if (up < declared) {
      return up === 0
        ? { ...this.mute(component), text: "does not answer" }
        : {
            text: `${up} of ${declared} workers`,
            said: `${up} of ${declared} workers answer`,
            advice: "see what it says",
            command: logs,
          };
    }
    if (isHeld) {
      return {
        text: "gets no requests",
        said: "it gets no requests, since it lacks services that the cluster ran",
        advice: "see which, and why",
        command: logs,
      };
    }
    if (rotation === "DRAIN" || rotation === "MAINT") {
      return {
        text: "gets no requests",
        said: "it gets no requests: it was taken out by hand",
        ...this.byVerify(),
      };
    }
    return rotation === "DOWN"
      ? {
          text: "gets no requests",
          said: "it gets no requests: its load-balancer finds that it does not answer",
          advice: "see what it says",
          command: logs,
        }
      : undefined;
  }

  public secondScheduler(component: ComponentStatus): Problem | undefined {
    return component.units.some(({ state }) => state === "active")
      ? {
          text: "runs, and should not",
          said: "it runs, though that of another cluster does: every job runs twice",
          ...this.byVerify(),
        }
      : undefined;
  }

  public services(component: ComponentStatus): Problem | undefined {
    const { loaded, declared, missing } = component.services!;
    return loaded < declared
      ? {
          text: `${loaded} of ${declared}`,
          said: `${component.name} has ${loaded} of ${declared}; it lacks ${missing.join(", ")}${declared - loaded > missing.length ? " …" : ""}`,
          ...this.byVerify(),
        }
      : undefined;
  }

  public member({ cluster, state, isDrained, host }: MemberStatus): Problem | undefined {
    const balancer = this.labelOf(host);
    if (isDrained) {
      return {
        text: "gets some, against its declaration",
        said: `the cluster ${cluster} is declared drained, and was put back by hand`,
        ...this.byVerify(),
      };
    }
    if (state === "MAINT" || state === "DRAIN") {
      return {
        text: "none: taken out by hand",
        said: `the cluster ${cluster} gets none: it was taken out of the balancer on ${balancer} by hand`,
        ...this.byVerify(),
      };
    }
    if (state === "UNFIT" || state === "UNFIT_ALL") {
      const isLast = state === "UNFIT_ALL";
      return {
        text: isLast ? "gets some, and fails its check" : "none: fails its check",
        said: isLast
          ? `the cluster ${cluster} fails the declared check of a service, as all do; all get requests therefore`
          : `the cluster ${cluster} gets none: it answers, but fails the declared check of a service`,
        advice: "see why the service does not answer 200 there",
        command: this.program("logs", "--since", "10m"),
      };
    }
    const itsBalancer = {
      advice: "see what the cluster's load-balancer says",
      command: this.program("logs", `${cluster}-load-balancer`),
    };
    if (state === "LAST_RESORT") {
      return {
        text: "gets some, and fails its check",
        said: `the cluster ${cluster} does not pass the check of the balancer on ${balancer}, as none does; those that take connections get all requests therefore`,
        ...itsBalancer,
      };
    }
    return state === "DOWN"
      ? {
          text: "none: does not answer",
          said: `the cluster ${cluster} gets none: it does not answer the balancer on ${balancer}`,
          ...itsBalancer,
        }
      : undefined;
  }

  public failedBackup(component: ComponentStatus): Problem {
    return {
      text: "has failed",
      said: "the last one has failed",
      advice: "see why, and make one",
      command: this.logs(component, "1d"),
    };
  }

  public noBackup(component: ComponentStatus): Problem {
    return {
      text: "there is none",
      advice: "see why, and make one",
      command: this.logs(component, "1d"),
    };
  }

  public undelivered(component: ComponentStatus, count: number, since: string): Problem {
    return {
      text: `${count} not delivered`,
      said: `${count} could not be delivered${since}, and nobody has heard of what they say`,
      advice: "see why; when the cause is gone, 'test-alarms' tries it again",
      command: this.logs(component),
    };
  }

  public noLook(component: ComponentStatus): Problem {
    return {
      text: "the last look has failed",
      advice: "see why, since nobody is told of anything",
      command: this.logs(component),
    };
  }

  public certificate(
    { place, days, end }: { readonly place: string; readonly days: number | null; readonly end: string | null },
    host: HostStatus,
  ): Problem {
    const ends = days === null ? "cannot be read" : days < 0 ? "has expired" : `ends in ${days} days`;
    return {
      text: ends,
      said: `${place} ${ends}${end === null ? "" : ` (${end})`}`,
      advice: "get another one, give it to the program, and deploy",
      command: this.onHost(host.path, `openssl x509 -noout -subject -dates -in ${word(place)}`),
    };
  }

  public disk(
    { mount, free, size }: { readonly mount: string; readonly free: number; readonly size: number },
    host: HostStatus,
  ): Problem {
    return {
      text: `${sizeOf(free)} free on ${mount}`,
      said: `${mount} has ${sizeOf(free)} of ${sizeOf(size)} free`,
      advice: "see what fills it",
      command: this.onHost(host.path, `du -xhd 2 --threshold=100M ${word(mount)}`),
    };
  }

  public clock(host: HostStatus): Problem {
    const { clockOffset } = host;
    const off = `${Math.abs(clockOffset)} s ${clockOffset > 0 ? "ahead" : "behind"}`;
    return {
      text: off,
      said: `it is ${off}, by that of this machine`,
      advice: "let both use NTP",
      command: this.onHost(host.path, "timedatectl"),
    };
  }

  /** What is wrong with the whole of an entry. */
  public entry(entry: EntryStatus, balancer: string, isComplete: boolean): Problem | undefined {
    const { name, url, isVirtual, holders, members } = entry;
    const command = this.program("logs", balancer);
    if (isVirtual && holders.length === 0) {
      return {
        text: `${isComplete ? "nobody" : "nobody who answers"} holds the virtual address of ${url}`,
        advice: "see what the balancers say",
        command,
      };
    }
    if (holders.length > 1) {
      return {
        text: `${holders.map(({ host }) => this.labelOf(host)).join(" and ")} both hold the virtual address of ${url}`,
        advice: "they do not hear each other; see to the network between them",
        command,
      };
    }
    return members.length > 0 && !members.some(({ state }) => isUp(state))
      ? { text: `no cluster of ${name} gets requests`, advice: "see what the balancers say", command }
      : undefined;
  }

  /** What `verify` puts right. */
  public byVerify(): Omit<Problem, "text"> {
    return { advice: "put it right by the command that this prints", command: this.program("verify") };
  }

  /** What a host is called where there may be others. */
  public labelOf(path: string): string {
    const { hosts } = this.stack.document;
    const { name }: DeclaredHost = this.stack.host(path);
    return hosts.filter((other) => other.name === name).length > 1 ? path : name;
  }

  private logs({ name }: ComponentStatus, since = "1h"): string {
    return this.program("logs", name, "--since", since);
  }

  private onHost(path: string, command: string): string {
    const { ssh } = this.stack.host(path);
    return this.program("ssh", this.labelOf(path), "--", ...(ssh.sudo ? ["sudo"] : []), command);
  }

  private program(command: string, ...words: string[]): string {
    return [`npx ${FRAMEWORK.library} ${command} ${word(this.stack.folder)}`, ...words].join(" ");
  }
}

/** For a shell, and as it is where that is the same. */
function word(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : quoted(text);
}
