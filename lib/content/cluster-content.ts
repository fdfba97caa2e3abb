import { Construct } from "constructs";
import { requireOwnFramework } from "../validation";
import { IContentTarget } from "../zato";
import { ContentDeclaration } from "./content-declaration";

/** What a {@link ClusterContent} is declared with. */
export interface ClusterContentProps {
  /** The clusters that run it. */
  readonly clusters: readonly IContentTarget[];

  /**
   * Whether objects and services that nobody declared are deleted, rather than reported.
   *
   * @default false
   */
  readonly exclusiveContent?: boolean;
}

/**
 * What clusters run that were composed by hand, or a single one.
 *
 * @example
 * const content = new ClusterContent(this, "content", { clusters: [cluster] });
 * content.addServices(path.join(__dirname, "services"));
 */
export class ClusterContent extends ContentDeclaration {
  public readonly exclusiveContent: boolean;
  protected readonly contentClusters: readonly IContentTarget[];

  constructor(scope: Construct, id: string, props: ClusterContentProps) {
    super(scope, id);
    requireOwnFramework(this);
    this.contentClusters = props.clusters;
    this.exclusiveContent = props.exclusiveContent ?? false;
  }
}
