import { IConstruct } from "constructs";
import { ConstructError, requirePort } from "../validation";

/** Who listens on a port, and what for. */
interface PortClaim {
  readonly owner: IConstruct;
  readonly purpose: string;
  /** True where it is the host's own, and not to be found free. */
  readonly isHosts: boolean;
}

/** The TCP ports of a host and the constructs that listen on them. */
export class PortRegistry {
  private readonly owners = new Map<number, PortClaim>();

  /**
   * Notes that a construct listens on a port of this host.
   *
   * @throws ConstructError when the port is out of range, or another construct has claimed it
   */
  public claim(owner: IConstruct, port: number, purpose: string): void {
    this.note(owner, port, purpose, false);
  }

  /**
   * Notes that something of the host's own listens on a port: it is nobody else's, and the preflight does not ask for it to
   * be free. Several constructs may rely on the same.
   *
   * @throws ConstructError when the port is out of range, or a construct has claimed it
   */
  public reserve(owner: IConstruct, port: number, purpose: string): void {
    this.note(owner, port, purpose, true);
  }

  /** What the first claimed port from one to another is for: `17050 web-admin`; undefined where none is claimed. */
  public purposeWithin(first: number, last: number): string | undefined {
    const port = [...this.owners.keys()].sort((a, b) => a - b).find((claimed) => first <= claimed && claimed <= last);
    return port === undefined ? undefined : `${this.owners.get(port)!.purpose}, ${port}`;
  }

  /** The ports that components listen on, in rising order, each with its purpose: `17010 server1`. */
  public claims(): string[] {
    return [...this.owners]
      .filter(([, { isHosts }]) => !isHosts)
      .sort(([a], [b]) => a - b)
      .map(([port, { purpose }]) => `${port} ${purpose}`);
  }

  private note(owner: IConstruct, port: number, purpose: string, isHosts: boolean): void {
    requirePort(owner, `the port of ${purpose}`, port);
    const taken = this.owners.get(port);
    if (taken && !(isHosts && taken.isHosts && taken.purpose === purpose)) {
      throw new ConstructError(
        owner,
        `port ${port} of ${purpose} is already used by ${taken.purpose} of ${taken.owner.node.path} on the same host`,
        "give one of the two another port",
      );
    }
    this.owners.set(port, { owner, purpose, isHosts });
  }
}
