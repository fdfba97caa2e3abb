import { Annotations } from "cdktf";
import { Construct } from "constructs";
import { DeclaredExistingCluster } from "../document";
import { DocumentWriter, RemoteComponent } from "../remote";
import {
  ConstructError,
  hostPort,
  requireAddress,
  requireAll,
  requireCertificates,
  requireDnsName,
  requireLine,
  requireName,
  requireOpaqueIfGiven,
  requireOwnFramework,
  requirePort,
} from "../validation";
import { ClusterPaths } from "./cluster-paths";
import { ICluster, IContentTarget, IScheduler, IUpdatedInTurn, ListedWebAdmin } from "./cluster-roles";
import { ZatoRelease } from "./release";
import { HEALTH_PATH } from "./release/release-behavior";
import { ZatoAccess } from "./zato-access";
import { ClusterTraffic, MemberTls } from "./zato-load-balancer-options";

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
   * @default - that of the machine that `access` names, or else its address
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
   * How content is brought to it: the services and objects that the deployment declares. What it has besides stays, and is reported.
   *
   * @default - nothing on its machine is touched, or looked at
   */
  readonly access?: ZatoAccess;

  /**
   * The release of Zato that it runs. Content is declared as it takes it, and balancers keep from clients what is private in it.
   *
   * @default - nobody has told: content reaches it if it is 3.2 or 3.3, and the private paths are those of all releases
   */
  readonly release?: ZatoRelease;

  /**
   * Where its web-admin is, for the output `web_admin`.
   *
   * @default - it is not told
   */
  readonly webAdminUrl?: string;
}

/**
 * A cluster that is there already, whoever has installed it: by `zato quickstart`, by hand, or from a container image. Balancers send
 * requests to it as to any other, whatever its release, as long as it answers `GET /zato/ping`, which 2.0 and later do (read in their
 * sources). Content is brought to it where it is said how; nothing else on its machine is touched.
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
  public readonly webAdmin?: ListedWebAdmin;

  /** Those of all releases, where nobody has told which one it is. */
  public readonly privatePaths: readonly string[];

  /** What balancers have to know of its servers, where its release was told. */
  public readonly leastCheckTimeout?: number;
  public readonly takesChunks?: boolean;

  /** Takes what the deployment declares, where it is said how that is brought to it. */
  public readonly contentTarget?: IContentTarget;

  private readonly contents: RemoteComponent[] = [];
  private readonly earlierClusters: Pick<IUpdatedInTurn, "components">[] = [];
  private traffic?: ClusterTraffic;

  /**
   * @throws ConstructError when the name, the address, the port, the failure domain, a certificate, or what `access` names cannot be
   * one, or another cluster has a server's folder
   */
  constructor(scope: Construct, id: string, props: ExistingZatoClusterProps) {
    super(scope, id);
    requireOwnFramework(this);
    const { name, address, port, access, release, tls } = requireAll({
      name: () => requireName(this, "name of a cluster", props.clusterName ?? id),
      address: () => requireAddress(this, "address of a cluster", props.address),
      port: () => requirePort(this, "the port of the cluster", props.port ?? 11223),
      access: () => requireOpaqueIfGiven(this, "'access'", ZatoAccess, props.access),
      release: () => requireOpaqueIfGiven(this, "'release'", ZatoRelease, props.release),
      failureDomain: () => requireLine(this, "the failure domain", props.failureDomain ?? props.address),
      tls: () => props.tls && this.requireTls(props.tls),
    });
    this.clusterName = name;
    this.memberAddress = address;
    this.memberPort = port;
    this.failureDomain = props.failureDomain ?? access?.host.failureDomain ?? address;
    this.memberTls = tls;
    this.webAdmin = props.webAdminUrl === undefined ? undefined : { url: props.webAdminUrl };
    this.scheduler = props.schedulerRuns ? this.foreignScheduler() : undefined;
    this.privatePaths = release?._behavior.privatePaths ?? ZatoRelease._allPrivatePaths;
    const manners = release?._behavior.httpManners({});
    this.leastCheckTimeout = manners?.leastCheckTimeout;
    this.takesChunks = manners?.takesChunks;
    this.contentTarget = access && this.targetOf(access, release);
    Annotations.of(this).addInfo(
      `${this.node.path}: somebody else has installed this cluster: ` +
        (access
          ? "deploys bring content to it, and do not update or restart it, and there are no backups of it"
          : "deploys do not change or restart it, content does not reach it, 'verify' does not look at it, and there are no backups of it"),
    );
    DocumentWriter.of(this).add("existingClusters", () => this.describe());
  }

  public get healthUrl(): string {
    return `${this.memberTls ? "https" : "http"}://${hostPort(this.memberAddress, this.memberPort)}${HEALTH_PATH}`;
  }

  /** What is brought to it: its content, if that reaches it. */
  public get components(): RemoteComponent[] {
    return [...this.contents];
  }

  /** What the deployment says of requests is its balancer's, and for the firewall of its machine. */
  public serve(traffic: ClusterTraffic): void {
    this.traffic = traffic;
  }

  /** Its content is touched only after another cluster is as declared. */
  public startAfter(other: Pick<IUpdatedInTurn, "components">): void {
    this.earlierClusters.push(other);
  }

  private targetOf(access: ZatoAccess, release: ZatoRelease | undefined): IContentTarget {
    const { host } = access;
    const { machine } = host.presence;
    const contentPlace = access._placeFor(this, new ClusterPaths(this.clusterName), release, {
      scheduler_runs: String(this.scheduler !== undefined),
    });
    machine.claims.claim(this, this, [
      `/etc/cdktf-zato/content-secrets/${this.clusterName}`,
      ...(contentPlace.parameters!.container === "" ? contentPlace.parameters!.server_paths!.split("\n") : []),
    ]);
    machine.ingress.admit({
      protocol: "tcp",
      port: this.memberPort,
      from: () => this.traffic?.sources(),
      purpose: "the cluster that is there",
    });
    return {
      node: this.node,
      with: (...mixins) => this.with(...mixins),
      clusterName: this.clusterName,
      host,
      contentPlace,
      _contentDialect: ZatoRelease._ofOthers(release)[0]._behavior.content,
      addContent: (content) => {
        content.after(() => this.earlierClusters.flatMap(({ components }) => components));
        this.contents.push(content);
      },
    };
  }

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
