import { spawn, type ChildProcess } from "node:child_process";
import { containerName } from "../host";
import { lineSplitter } from "../process";

/** Number of requests that each cluster has answered with 2xx. */
export type Answers = Readonly<Record<string, number>>;

/** What the balancer of one host said in one life: from its start to its end. */
interface Life {
  first?: Answers;
  last?: Answers;
}

/** How often a balancer is asked: what it counted since the last time is lost when its host is. */
export const SAMPLING_SECONDS = 0.2;

/** Ends when nobody listens any more. */
const SCRIPT = `
while IFS= read -r -t ${SAMPLING_SECONDS} _ || [ $? -gt 128 ]; do
    echo "holds $(ip -o address show to "$1" | wc -l)"
    echo "show stat clusters 4 -1" | socat -t 1 - UNIX-CONNECT:/run/zato-edge/admin.sock 2>&1 || true
    echo end
done
`;

/**
 * Watches the balancers in front of the clusters from their own hosts, since a client cannot see which cluster has
 * answered: who holds the virtual address, and how many requests each cluster has answered.
 */
export class EdgeWatch {
  private readonly lives: Life[] = [];
  private readonly watchers = new Set<ChildProcess>();
  private readonly holders = new Set<string>();
  private readonly since = new Map<string, number>();

  constructor(private readonly virtualAddress: string) {}

  /** Begins to watch a host; to be called again when the host has come back from a power cut. */
  public follow(host: string): void {
    const command = ["exec", "--interactive", containerName(host), "bash", "-c", SCRIPT, "edge", this.virtualAddress];
    const child = spawn("docker", command, { stdio: ["pipe", "pipe", "ignore"] });
    const life: Life = {};
    let columns: string[] = [];
    let sample: Record<string, number> = {};
    const lines = lineSplitter((line) => {
      if (line.startsWith("holds ")) {
        this.noteHolder(host, line !== "holds 0");
      } else if (line.startsWith("# ")) {
        columns = line.slice(2).split(",");
      } else if (line.startsWith("clusters,")) {
        const cells = line.split(",");
        sample[cells[columns.indexOf("svname")] ?? ""] = Number(cells[columns.indexOf("hrsp_2xx")]);
      } else if (line === "end" && Object.keys(sample).length > 0) {
        life.first ??= sample;
        life.last = sample;
        sample = {};
      }
    });
    child.stdout.on("data", (chunk: Buffer) => lines.push(chunk));
    child.stdin.on("error", () => undefined);
    child.on("error", () => undefined);
    child.on("close", () => this.watchers.delete(child));
    this.lives.push(life);
    this.watchers.add(child);
  }

  /** Requests answered since each balancer was first seen. */
  public answers(): Answers {
    const sum: Record<string, number> = {};
    for (const { first = {}, last = {} } of this.lives) {
      for (const [cluster, count] of Object.entries(last)) {
        sum[cluster] = (sum[cluster] ?? 0) + count - (first[cluster] ?? 0);
      }
    }
    return sum;
  }

  /** Whether every balancer that is watched has said something. */
  public get isReady(): boolean {
    return this.lives.every((life) => life.last !== undefined);
  }

  /** When the host took the virtual address (as of `Date.now()`); `undefined` while it has it not. */
  public holdsSince(host: string): number | undefined {
    return this.holders.has(host) ? this.since.get(host) : undefined;
  }

  /** Forgets a host that has lost its power: it can say no more that it holds nothing. */
  public lost(host: string): void {
    this.holders.delete(host);
  }

  /** Ends all watching. */
  public stop(): void {
    this.watchers.forEach((child) => child.stdin?.end());
  }

  private noteHolder(host: string, holds: boolean): void {
    if (holds && !this.holders.has(host)) {
      this.holders.add(host);
      this.since.set(host, Date.now());
    } else if (!holds) {
      this.holders.delete(host);
    }
  }
}
