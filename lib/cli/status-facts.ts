/** What systemd says of a unit. */
export interface UnitFact {
  readonly name: string;
  /** `active`, `inactive`, `failed`, `activating` … */
  readonly state: string;
  /** Since when, in seconds since 1970; 0 where it never was anything else. */
  readonly since: number;
  /** How often systemd has started it again. */
  readonly restarts: number;
  /** How it ended last: `success`, `exit-code` … */
  readonly result: string;
}

/** A certificate on a host, and its end in seconds since 1970, if it could be read. */
export interface CertificateFact {
  readonly place: string;
  readonly end?: number;
}

/** How the balancer in front has a cluster: `UP`, `DOWN`, `MAINT`, `DRAIN`, `UNFIT` …, for how many seconds. */
export interface MemberFact {
  readonly name: string;
  readonly state: string;
  readonly requests: number;
  readonly seconds: number;
}

/** A virtual address that a host may hold, and since when it does, in seconds since 1970. */
export interface AddressFact {
  readonly address: string;
  readonly isHeld: boolean;
  readonly since?: number;
}

/** What a host says of a component on it. */
export interface ComponentFacts {
  /** When the last deploy that touched it has ended, in seconds since 1970; nothing where none of it is there. */
  readonly deployed?: number | "failed";
  readonly units: readonly UnitFact[];
  /** Of what is asked by a request: a load-balancer, web-admin, an ODB, the balancer in front. */
  readonly answers?: boolean;
  /** How many workers of a server answer. */
  readonly workers?: number;
  /** How the cluster's load-balancer has a server, and how many requests it works on. */
  readonly rotation?: string;
  readonly requests?: number;
  /** Whether a server is kept from requests since it lacks what its cluster ran. */
  readonly isHeld: boolean;
  /** What tells the build that a server's unit runs. */
  readonly build?: string;
  /** Services that all workers of a server have loaded as deployed, of those that were. */
  readonly services?: { readonly loaded: number; readonly declared: number };
  /** Names of some that they have not. */
  readonly missing: readonly string[];
  /** What tells the code of all services of a server from any other. */
  readonly code?: string;
  readonly certificates: readonly CertificateFact[];
  readonly members: readonly MemberFact[];
  readonly addresses: readonly AddressFact[];
  /** The newest backup of the cluster's data. */
  readonly backup?: { readonly time: number; readonly bytes: number };
  /** Alarms that could not be delivered, and since when, in seconds since 1970. */
  readonly undelivered?: { readonly count: number; readonly since: number };
}

/** What a host says of itself, as `status.sh` prints it: a line `SUBJECT<tab>FACT<tab>VALUE` for each fact. */
export interface HostFacts {
  /** Its clock, in seconds since 1970. */
  readonly time?: number;
  readonly isDeploying: boolean;
  /** File systems, in KiB. */
  readonly disks: readonly { readonly mount: string; readonly size: number; readonly free: number }[];
  readonly component: (name: string) => ComponentFacts;
}

/** Reads what a host has said; what is not understood is passed over, since hosts may know more than this program. */
export function readFacts(said: string): HostFacts {
  const lines = said.split("\n").map((line) => line.split("\t"));
  const valuesOf = (subject: string, fact: string): string[][] =>
    lines.filter(([by, what]) => by === subject && what === fact).map(([, , value = ""]) => value.split(" "));
  return {
    time: numberIn(valuesOf("host", "time")[0]?.[0]),
    isDeploying: valuesOf("host", "deploy").length > 0,
    disks: valuesOf("host", "disk").flatMap(([mount = "", ...numbers]) => {
      const [size, free] = numbers.map(numberIn);
      return size !== undefined && size > 0 && free !== undefined ? [{ mount, size, free }] : [];
    }),
    component: (name) => readComponent((fact) => valuesOf(name, fact)),
  };
}

function readComponent(valuesOf: (fact: string) => string[][]): ComponentFacts {
  const first = (fact: string): string[] => valuesOf(fact)[0] ?? [];
  const [deployed] = first("deployed");
  const [answers] = first("answers");
  const [rotation, requests] = first("rotation");
  const [build] = first("build");
  const [code] = first("code");
  const [loaded, declared] = first("services").map(numberIn);
  const [time, bytes] = first("backup").map(numberIn);
  const [count, since] = first("undelivered").map(numberIn);
  return {
    deployed: deployed === "failed" ? "failed" : numberIn(deployed),
    units: valuesOf("unit").map(([name = "", state = "", since, restarts, result = ""]) => ({
      name,
      state,
      since: numberIn(since) ?? 0,
      restarts: numberIn(restarts) ?? 0,
      result,
    })),
    answers: answers === undefined ? undefined : answers === "yes",
    workers: numberIn(first("workers")[0]),
    rotation,
    requests: numberIn(requests),
    isHeld: first("held").length > 0,
    build,
    services: loaded === undefined || declared === undefined ? undefined : { loaded, declared },
    missing: first("missing"),
    code,
    certificates: valuesOf("certificate").map(([place = "", end]) => ({ place, end: numberIn(end) })),
    members: valuesOf("member").map(([name = "", state = "", working, seconds]) => ({
      name,
      state,
      requests: numberIn(working) ?? 0,
      seconds: numberIn(seconds) ?? 0,
    })),
    addresses: valuesOf("address").map(([address = "", held, since]) => ({
      address,
      isHeld: held === "held",
      since: numberIn(since),
    })),
    backup: time === undefined || bytes === undefined ? undefined : { time, bytes },
    undelivered: count === undefined || since === undefined ? undefined : { count, since },
  };
}

function numberIn(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}(\.\d+)?$/.test(text) ? Number(text) : undefined;
}
