/** Something that may come into a host. */
export interface IngressRule {
  /** `vrrp` has no ports. */
  readonly protocol: "tcp" | "udp" | "vrrp";

  /** The port on the host; none for `vrrp`. */
  readonly port?: number;

  /** Networks, addresses or DNS names from which it comes; `undefined` for anywhere. Asked for at synth. */
  readonly from: () => readonly string[] | undefined;

  /** What it is for, in words without quotes. */
  readonly purpose: string;
}

/** What the components of a host expect to come in from elsewhere: the rules of its firewall, if it has one. */
export class IngressRegistry {
  private readonly rules: IngressRule[] = [];

  /** Notes that something has to come in. */
  public admit(rule: IngressRule): void {
    this.rules.push(rule);
  }

  /**
   * The rules, one for each source: `tcp 11223 10.0.0.21 the Zato load-balancer`, with `-` for no port and `any` for
   * anywhere.
   */
  public lines(): string[] {
    const lines = this.rules.flatMap(({ protocol, port, from, purpose }) =>
      (from() ?? ["any"]).map((source) => `${protocol} ${port ?? "-"} ${source} ${purpose}`),
    );
    return [...new Set(lines)];
  }
}
