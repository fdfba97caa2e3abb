import { IConstruct } from "constructs";
import { ConstructError, requirePort } from "../validation";

/** The TCP ports of a host and the constructs that listen on them. */
export class PortRegistry {
  private readonly owners = new Map<number, { readonly owner: IConstruct; readonly purpose: string }>();

  /**
   * Notes that a construct listens on a port of this host.
   *
   * @throws ConstructError when the port is out of range, or another construct has claimed it
   */
  public claim(owner: IConstruct, port: number, purpose: string): void {
    requirePort(owner, `the port of ${purpose}`, port);
    const taken = this.owners.get(port);
    if (taken) {
      throw new ConstructError(
        owner,
        `port ${port} of ${purpose} is already used by ${taken.purpose} of ${taken.owner.node.path} on the same host`,
        "give one of the two another port",
      );
    }
    this.owners.set(port, { owner, purpose });
  }

  /** What the first claimed port from one to another is for: `17050 web-admin`; undefined where none is claimed. */
  public purposeWithin(first: number, last: number): string | undefined {
    const port = [...this.owners.keys()].sort((a, b) => a - b).find((claimed) => first <= claimed && claimed <= last);
    return port === undefined ? undefined : `${this.owners.get(port)!.purpose}, ${port}`;
  }

  /** The ports in rising order, each with its purpose: `17010 server1`. */
  public claims(): string[] {
    return [...this.owners].sort(([a], [b]) => a - b).map(([port, { purpose }]) => `${port} ${purpose}`);
  }
}
