import { KIND } from "../validation";

/** A beginning of URL paths for which clients come back to the same cluster. */
export interface StickyPath {
  /** From `/` on. */
  readonly path: string;

  /** How the cluster is found again. */
  readonly affinity: Affinity;
}

/** Whether a client comes back to the cluster that it was sent to first. */
export class Affinity {
  /** Each request goes wherever it is best: the default, and right for everything stateless. */
  public static readonly NONE = new Affinity("none");

  /** All requests from one address go to the same cluster while it is up: for WebSockets and clients without cookies. */
  public static readonly SOURCE = new Affinity("source");

  /** A cookie of the balancer's names the cluster. */
  public static readonly COOKIE = new Affinity("cookie");

  private constructor(
    /** Its name: `none`, `source` or `cookie`. */
    public readonly kind: "none" | "source" | "cookie",
  ) {}

  /** @hidden */
  protected get [KIND](): "Affinity" {
    return "Affinity";
  }
}
