import { inLastingOrder, Predecessor, RemoteComponent } from "../remote";

/** Those by which a cluster answers, and which another cluster waits for. */
const ANSWERING = ["servers", "content", "loadBalancer", "webAdmin"] as const;

/**
 * What of a cluster is brought to what is declared, and after what. Each release says its own; these steps every cluster has.
 */
export type ClusterSteps = Readonly<Record<string, readonly string[]>> &
  Readonly<Record<"installation" | (typeof ANSWERING)[number], readonly string[]>>;

/** In which order the components of one cluster are touched. */
export class ClusterOrder {
  private readonly components = new Map<string, RemoteComponent[]>();
  private readonly earlierClusters: (() => readonly Predecessor[])[] = [];

  constructor(private readonly steps: ClusterSteps) {}

  /** Gives a component its place, behind all that comes before: what is there at synth. */
  public put<T extends RemoteComponent>(step: string, component: T): T {
    this.components.set(step, [...this.of(step), component]);
    component.after(() => (step === "servers" ? this.beforeServer(component) : this.before(step)));
    return component;
  }

  /** The components of some steps, in the order in which they were put there. */
  public of(...steps: readonly string[]): RemoteComponent[] {
    return steps.flatMap((step) => this.components.get(step) ?? []);
  }

  /** All by which the cluster answers, and which another cluster waits for. */
  public get answering(): RemoteComponent[] {
    return this.of(...ANSWERING);
  }

  /** Lets servers be touched only after all of another cluster is as declared. */
  public startAfter(components: () => readonly Predecessor[]): void {
    this.earlierClusters.push(components);
  }

  private before(step: string): Predecessor[] {
    return this.of(...this.steps[step]!);
  }

  private beforeServer(server: RemoteComponent): Predecessor[] {
    const ordered = inLastingOrder(this.of("servers"), ({ node }) => node.id);
    const previous = ordered[ordered.indexOf(server) - 1];
    return previous ? [previous] : [...this.before("servers"), ...this.earlierClusters.flatMap((f) => f())];
  }
}
