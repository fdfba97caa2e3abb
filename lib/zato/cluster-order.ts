import { inLastingOrder, RemoteComponent } from "../remote";

/** What of a cluster is brought to what is declared, and after what: from the first to the last. */
const ORDER = {
  installation: [],
  odb: ["installation"],
  registration: ["odb"],
  // One after the other: the first start on a fresh ODB must be serial, and updates never take two servers at once.
  servers: ["registration"],
  content: ["servers"],
  // A new cluster gets no requests before it has its services and channels.
  loadBalancer: ["servers", "content"],
  webAdmin: ["loadBalancer"],
  scheduler: ["webAdmin"],
  backup: ["servers", "content", "webAdmin"],
} as const satisfies Record<string, readonly string[]>;

/** A step of {@link ORDER}. */
type ClusterStep = keyof typeof ORDER;

/** Those that another cluster waits for. */
const ANSWERING: readonly ClusterStep[] = ["servers", "content", "loadBalancer", "webAdmin"];

/** In which order the components of one cluster are touched. */
export class ClusterOrder {
  private readonly steps = new Map<ClusterStep, RemoteComponent[]>();
  private readonly earlierClusters: (() => readonly RemoteComponent[])[] = [];

  /** Gives a component its place, behind all that comes before: what is there at synth. */
  public put<T extends RemoteComponent>(step: ClusterStep, component: T): T {
    this.steps.set(step, [...this.of(step), component]);
    component.after(() => (step === "servers" ? this.beforeServer(component) : this.before(step)));
    return component;
  }

  /** The components of some steps, in the order in which they were put there. */
  public of(...steps: readonly ClusterStep[]): RemoteComponent[] {
    return steps.flatMap((step) => this.steps.get(step) ?? []);
  }

  /** All by which the cluster answers, and which another cluster waits for. */
  public get answering(): RemoteComponent[] {
    return this.of(...ANSWERING);
  }

  /** Lets servers be touched only after all of another cluster is as declared. */
  public startAfter(components: () => readonly RemoteComponent[]): void {
    this.earlierClusters.push(components);
  }

  private before(step: ClusterStep): RemoteComponent[] {
    return this.of(...ORDER[step]);
  }

  private beforeServer(server: RemoteComponent): RemoteComponent[] {
    const ordered = inLastingOrder(this.of("servers"), ({ node }) => node.id);
    const previous = ordered[ordered.indexOf(server) - 1];
    return previous ? [previous] : [...this.before("servers"), ...this.earlierClusters.flatMap((f) => f())];
  }
}
