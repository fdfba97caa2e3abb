import { IConstruct } from "constructs";
import { ConstructError, KIND, requireEach, requireWhole } from "../validation";

/** A server as the allocation sees it. */
export interface WorkerClaim {
  /** The server's name. */
  readonly server: string;

  /**
   * The number of workers that the user chose.
   *
   * @default - the server takes its share
   */
  readonly workers?: number;
}

/** What is kept away from Zato. */
export interface MatchCpusProps {
  /**
   * CPUs left to other software on the host, for example a local database.
   *
   * @default 0
   */
  readonly reservedCpus?: number;
}

/**
 * How the CPUs of a host become workers of its servers. Zato's author: the number of servers does not matter, as long
 * as their workers add up to the CPUs.
 */
export class WorkerAllocation {
  /** All CPUs, but for those reserved, spread as evenly as possible; the first servers take the rest. */
  public static matchCpus(props: MatchCpusProps = {}): WorkerAllocation {
    return new WorkerAllocation(props.reservedCpus ?? 0);
  }

  private constructor(private readonly reservedCpus: number) {}

  /** @hidden */
  protected get [KIND](): "WorkerAllocation" {
    return "WorkerAllocation";
  }

  /**
   * The CPUs that are left for workers.
   *
   * @throws ConstructError when so many cannot be reserved
   */
  public available(scope: IConstruct, cpus: number): number {
    return cpus - requireWhole(scope, "the number of reserved CPUs", this.reservedCpus, 0, cpus - 1);
  }

  /**
   * The workers of each server.
   *
   * @throws ConstructError when there are fewer CPUs than servers, or chosen workers do not add up to the CPUs
   */
  public allocate(scope: IConstruct, cpus: number, claims: readonly WorkerClaim[]): Map<string, number> {
    const available = this.available(scope, cpus);
    const chosen = claims.filter((claim) => claim.workers !== undefined);
    requireEach(chosen, ({ server, workers }) =>
      requireWhole(scope, `the number of workers of ${server}`, workers!, 1),
    );
    const sum = chosen.reduce((total, claim) => total + claim.workers!, 0);
    const open = claims.length - chosen.length;
    if (open === 0 && sum !== available) {
      const sums = chosen.map((claim) => `${claim.server} ${claim.workers}`).join(" + ");
      throw new ConstructError(
        scope,
        `the workers add up to ${sum} (${sums}), and the host has ${this.describe(cpus)}`,
        "let them add up to the CPUs, leave 'workers' out, or reserve CPUs for other software",
      );
    }
    if (open > available - sum) {
      throw new ConstructError(
        scope,
        `${this.describe(cpus)} do not suffice for ${claims.length} servers` +
          (sum > 0 ? `, of which ${chosen.length} already take ${sum} workers` : ""),
        "declare fewer servers or more CPUs: a server has at least one worker",
      );
    }
    return this.share(claims, available - sum, open);
  }

  private share(claims: readonly WorkerClaim[], workers: number, open: number): Map<string, number> {
    let position = 0;
    return new Map(
      claims.map((claim) => {
        const even = claim.workers ?? Math.floor(workers / open) + (position++ < workers % open ? 1 : 0);
        return [claim.server, even];
      }),
    );
  }

  private describe(cpus: number): string {
    return this.reservedCpus === 0 ? `${cpus} CPUs` : `${cpus} CPUs, ${this.reservedCpus} of them reserved`;
  }
}
