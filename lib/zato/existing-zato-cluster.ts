import { Annotations } from "cdktf";
import { Construct } from "constructs";
import { DeclaredExistingCluster } from "../document";
import { DocumentWriter, RemoteComponent } from "../remote";
import {
  ConstructError,
  hostPort,
  requireAddress,
  requireCertificates,
  requireDnsName,
  requireLine,
  requireName,
  requireOwnFramework,
  requirePort,
} from "../validation";
import { ICluster, IScheduler } from "./cluster-roles";
import { MemberTls } from "./zato-load-balancer";

/** What an {@link ExistingZatoCluster} is declared with. */
export interface ExistingZatoClusterProps {
  /** Where balancers reach it: an address or a name. */
  readonly address: string;

  /**
   * The port at which they do: that of its load-balancer, or of whatever else answers for all of it.
   *
   * @default 11223
   */
  readonly port?: number;

  /**
   * The name by which the deployment knows it, whatever it calls itself.
   *
   * @default - the id of the construct
   */
  readonly clusterName?: string;

  /**
   * What it is lost together with: two clusters of a deployment are never in one failure domain.
   *
   * @default - its address
   */
  readonly failureDomain?: string;

  /**
   * How it is known, where it speaks TLS on that port.
   *
   * @default - it speaks plain HTTP
   */
  readonly tls?: MemberTls;

  /**
   * Whether its scheduler runs. One may in a deployment, or jobs would run twice; those of clusters that the deployment makes stand still
   * then.
   *
   * @default false
   */
  readonly schedulerRuns?: boolean;

  /**
   * Where its web-admin is, for the output `web_admin_urls`.
   *
   * @default - it is not told
   */
  readonly webAdminUrl?: string;
}

/**
 * A cluster that is there already, whoever has installed it: by `zato quickstart`, by hand, or from a container image. Balancers send
 * requests to it as to any other; nothing on its machine is touched, or looked at. Any release that answers `GET /zato/ping`, which 2.0
 * and later do (read in their sources).
 *
 * @example
 * new HighAvailabilityDeployment<ICluster>(this, "zato", {
 *   clusters: [
 *     new ExistingZatoCluster(this, "a", { address: "10.0.0.11", schedulerRuns: true }),
 *     new ExistingZatoCluster(this, "b", { address: "10.0.0.12" }),
 *   ],
 *   loadBalancer: new HaproxyLoadBalancer(this, "edge", { hosts: [edge1, edge2], virtualAddress: "10.0.0.100" }),
 * });
 */
export class ExistingZatoCluster extends Construct implements ICluster {
  public readonly clusterName: string;
  public readonly failureDomain: string;
  public readonly memberAddress: string;
  public readonly memberPort: number;
  public readonly memberTls?: MemberTls;
  public readonly scheduler?: IScheduler;
  public readonly webAdmin?: { readonly url: string };

  /** None: nothing of it is brought to any host. */
  public readonly components: RemoteComponent[] = [];

  /** @throws ConstructError when the name, the address, the port, the failure domain or a certificate cannot be one */
  constructor(scope: Construct, id: string, props: ExistingZatoClusterProps) {
    super(scope, id);
    requireOwnFramework(this);
    this.clusterName = requireName(this, "name of a cluster", props.clusterName ?? id);
    this.memberAddress = requireAddress(this, "address of a cluster", props.address);
    this.memberPort = requirePort(this, "the port of the cluster", props.port ?? 11223);
    this.failureDomain = requireLine(this, "the failure domain", props.failureDomain ?? props.address);
    this.memberTls = props.tls && this.requireTls(props.tls);
    this.webAdmin = props.webAdminUrl === undefined ? undefined : { url: props.webAdminUrl };
    this.scheduler = props.schedulerRuns ? this.foreignScheduler() : undefined;
    Annotations.of(this).addInfo(
      `${this.node.path}: somebody else has installed this cluster: deploys do not change or restart it, content does not reach it, ` +
        "'verify' does not look at it, and there are no backups of it",
    );
    DocumentWriter.of(this).add("existingClusters", () => this.describe());
  }

  public get healthUrl(): string {
    return `${this.memberTls ? "https" : "http"}://${hostPort(this.memberAddress, this.memberPort)}/zato/ping`;
  }

  /** What the deployment says of requests is its balancer's alone. */
  public serve(): void {}

  /** It is not updated. */
  public startAfter(): void {}

  private requireTls({ ca, serverName }: MemberTls): MemberTls {
    requireCertificates(this, "'ca' of a cluster", ca);
    return {
      ca,
      serverName:
        serverName === undefined
          ? undefined
          : requireDnsName(this, "name that the cluster's certificate is for", serverName),
    };
  }

  /** What the stack's document says of it. */
  private describe(): DeclaredExistingCluster {
    return {
      path: this.node.path,
      name: this.clusterName,
      address: hostPort(this.memberAddress, this.memberPort),
      tls: this.memberTls !== undefined,
      failureDomain: this.failureDomain,
      schedulerIsActive: this.scheduler !== undefined,
      ...(this.webAdmin && { webAdminUrl: this.webAdmin.url }),
    };
  }

  private foreignScheduler(): IScheduler {
    return {
      isActive: true,
      canRun: true,
      runsAnyway: true,
      deactivate: () => {
        throw new ConstructError(
          this,
          "its scheduler runs, and so would another one: every job would run twice",
          "stop it on its machine and leave 'schedulerRuns' out, or let it be the only one",
        );
      },
      startAfter: () => {},
    };
  }
}
