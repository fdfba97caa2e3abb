import { Construct } from "constructs";
import { DeclaredCluster } from "../document";
import { IHost } from "../host";
import { DocumentWriter, RemoteComponent, requireSecret, Secret } from "../remote";
import {
  checkAtSynth,
  ConstructError,
  hostPort,
  LOOPBACK,
  requireName,
  requireOpaque,
  requireOpaqueIfGiven,
  requireOwnFramework,
  requireWhole,
} from "../validation";
import { BACK_END } from "./back-end";
import { Backup } from "./backup";
import { ClusterFrame } from "./cluster-frame";
import { ClusterOrder } from "./cluster-order";
import { redisOf } from "./cluster-redis";
import { requireSoleOwner } from "./cluster-ownership";
import { ClusterPaths } from "./cluster-paths";
import { ClusterRegistration } from "./cluster-registration";
import { ContentPlace, ICluster, IContentTarget, IUpdatedInTurn } from "./cluster-roles";
import { sharedSecrets } from "./cluster-secrets";
import { joinHost, serversOn } from "./clusters-on-host";
import { DataRemoval } from "./data-removal";
import { requireEnvironment } from "./environment-file";
import { InstalledZato } from "./installed-zato";
import { unfitIpcPorts } from "./ipc-ports";
import { Odb } from "./odb";
import { OdbDatabase } from "./odb-database";
import { RedisConnection } from "./redis-connection";
import { identityOf } from "./rendered-database";
import { ZatoRelease } from "./release";
import { ContentDialect } from "./release/content-dialect";
import { requireRestartedAt } from "./restarted-at";
import { Scheduler } from "./scheduler";
import { WebAdmin } from "./web-admin";
import { WorkerAllocation } from "./worker-allocation";
import { ZatoClusterProps } from "./zato-cluster-props";
import { ZatoLoadBalancer } from "./zato-load-balancer";
import { ClusterTraffic, MemberTls } from "./zato-load-balancer-options";
import { ZatoServer, ZatoServerOptions } from "./zato-server";

/**
 * A complete and independent Zato cluster on one host: database, keys, servers whose workers add up to the host's CPUs,
 * load-balancer, web-admin and scheduler.
 *
 * @example
 * new ZatoCluster(this, "a", { host, installation: ZatoInstallation.preinstalled("/opt/zato/3.3") });
 */
export class ZatoCluster extends Construct implements ICluster, IContentTarget {
  public readonly clusterName: string;
  /** The machine that all of it lives on. */
  public readonly host: IHost;
  /** The release of Zato that it runs. */
  public readonly release: ZatoRelease;
  /** Zato's code on its machine. */
  public readonly installation: InstalledZato;
  /** Its operational database, which no other cluster has. */
  public readonly odb: Odb;
  /** What its database says of it, and the keys that its parts share. */
  public readonly registration: ClusterRegistration;
  /** Zato's load-balancer, which spreads requests over its servers. It is part of the cluster, and lost with it. */
  public readonly loadBalancer: ZatoLoadBalancer;
  /** The dashboard in which people look at the cluster, and change it. */
  public readonly webAdmin: WebAdmin;
  /** What starts jobs. It is installed in each cluster, and runs in one of a deployment's. */
  public readonly scheduler: Scheduler;
  /** What makes backups, where they are declared. */
  public readonly backup?: Backup;
  /** The Redis that its servers use, where one is declared. */
  public readonly redis?: RedisConnection;

  private readonly frame: ClusterFrame;
  private readonly order: ClusterOrder;
  private readonly allocation: WorkerAllocation;
  private readonly members: ZatoServer[] = [];

  /**
   * @throws ConstructError when a name, a port or a number cannot be what it claims to be, the ODB or the Redis is that
   * of another cluster, or clusters on one host would have more workers than it has CPUs
   */
  constructor(scope: Construct, id: string, props: ZatoClusterProps) {
    super(scope, id);
    requireOwnFramework(this);
    this.clusterName = requireName(this, "name of a cluster", props.clusterName ?? id);
    this.host = props.host;
    this.release = requireOpaque(this, "'release'", ZatoRelease, props.release ?? ZatoRelease.V3_3);
    this.redis = requireOpaqueIfGiven(this, "'redis'", RedisConnection, props.redis);
    this.allocation = requireOpaque(this, "'workers'", WorkerAllocation, props.workers ?? WorkerAllocation.matchCpus());
    const paths = new ClusterPaths(this.clusterName);
    this.host.presence.machine.claims.claim(this, this, paths.ofCluster);
    this.installation = new InstalledZato(this, "installation", {
      host: this.host,
      installation: props.installation,
      release: this.release,
      demands: this.release._behavior.demands,
      name: `${this.clusterName}-installation`,
    });
    this.frame = this.frameOf(props, paths);
    requireSoleOwner(this, {
      odb: identityOf(this.frame.database, this.host.address),
      redis: this.redis?._identityOn(this.host),
    });

    const { _components: components } = this.release;
    this.order = new ClusterOrder(components.steps);
    this.order.put("installation", this.installation);
    const made = components.make(this.frame, props, () => this.members);
    Object.entries(made).forEach(([step, component]: [string, RemoteComponent]) => this.order.put(step, component));
    this.odb = made.odb;
    this.registration = made.registration;
    this.loadBalancer = made.loadBalancer;
    this.webAdmin = made.webAdmin;
    this.scheduler = made.scheduler;
    this.backup = made.backup;
    const cpus = this.allocation.available(this, this.host.cpus);
    joinHost(this, this.host, cpus);
    const servers = props.servers ?? this.release._behavior.serversFor(cpus);
    requireWhole(this, "the number of servers", servers, 0, 99);
    for (let number = 1; number <= servers; number++) {
      this.addServer(`server${number}`);
    }
    checkAtSynth(this, () => this.missingServers());
    DocumentWriter.of(this).add("clusters", () => this.describe());
  }

  /** The servers, in the order in which they were added. They are started and updated in that of their names. */
  public get servers(): ZatoServer[] {
    return [...this.members];
  }

  /**
   * Adds a server. The workers of the others change, so that all of them add up to the CPUs again.
   *
   * @throws ConstructError when the name or a port is taken
   */
  public addServer(id: string, options: ZatoServerOptions = {}): ZatoServer {
    if (this.node.tryFindChild(id) || this.frame.paths.isTaken(id)) {
      throw new ConstructError(
        this,
        `'${id}' is the name of another part of the cluster`,
        "name the server differently",
      );
    }
    const server = new ZatoServer(this.frame, id, options, this.members.length);
    this.members.push(server);
    checkAtSynth(server, () => unfitIpcPorts(server, serversOn(this.host)));
    return this.order.put("servers", server);
  }

  /** Everything of the cluster whose convergence the next cluster waits for. */
  public get components(): RemoteComponent[] {
    return this.order.answering;
  }

  /** Adds what the cluster must run before its load-balancer sends it requests. */
  public addContent(content: RemoteComponent): void {
    this.order.put("content", content);
  }

  /** Lets this cluster's servers be touched only after another cluster is as declared and answers. */
  public startAfter(other: Pick<IUpdatedInTurn, "components">): void {
    this.order.startAfter(() => other.components);
  }

  public get failureDomain(): string {
    return this.host.failureDomain;
  }

  public get memberAddress(): string {
    return this.host.address;
  }

  public get memberPort(): number {
    return this.loadBalancer.memberPort;
  }

  public get memberTls(): MemberTls | undefined {
    return this.loadBalancer.tls;
  }

  public get privatePaths(): readonly string[] {
    return this.frame.release.privatePaths;
  }

  public get leastCheckTimeout(): number | undefined {
    return this.frame.httpManners.leastCheckTimeout;
  }

  public get takesChunks(): boolean {
    return this.frame.httpManners.takesChunks;
  }

  public get largestBody(): number | undefined {
    return this.frame.httpManners.largestBody;
  }

  public get saysNotExecuted(): boolean {
    return true;
  }

  public get healthUrl(): string {
    return this.loadBalancer.healthUrl;
  }

  public serve(traffic: ClusterTraffic): void {
    this.loadBalancer._serve(traffic);
  }

  public get contentTarget(): IContentTarget {
    return this;
  }

  /** @internal */
  public get _contentDialect(): ContentDialect {
    return this.frame.release.content;
  }

  public get contentPlace(): ContentPlace {
    const { paths, installation } = this.frame;
    return {
      release: this.frame.release.scripts,
      zato: installation.path,
      root: installation._root,
      build: installation._build,
      packages: paths.packages(installation._build),
      paths,
      serverPath: paths.component(this.members[0]!.serverName),
      servers: this.members,
    };
  }

  private frameOf(props: ZatoClusterProps, paths: ClusterPaths): ClusterFrame {
    const release = this.release._behavior;
    const declaredEnvironment = requireEnvironment(this, props.environment ?? {});
    const redis = redisOf(this, props, release, paths);
    const environment = {
      ...(redis && release.redisEnvironment(redis)),
      ...(props.auditLogDays !== undefined && release.auditEnvironment(this.requireDays(props.auditLogDays))),
      ...declaredEnvironment,
    };
    const shared = sharedSecrets(this, props, release.demands.sharedSecrets);
    const odb = requireOpaque(this, "'odb'", OdbDatabase, props.odb ?? OdbDatabase.localPostgresql());
    const database = odb._render(this, this.clusterName, release.demands.databasePrefix);
    release.demands.require(this, {
      odb: database,
      redis,
      hasJwtSecret: props.jwtSecret !== undefined,
      hasAuditLogDays: props.auditLogDays !== undefined,
      retriesPosts: props.zatoLoadBalancer?.retryPosts === true,
    });
    const webAdminPassword = props.webAdmin?.password ?? Secret.generated();
    const schedulerPort = props.schedulerPort ?? release.schedulerPort;
    return {
      cluster: this,
      clusterName: this.clusterName,
      host: this.host,
      release,
      paths,
      installation: this.installation,
      database,
      dataRemoval: props.dataRemoval ?? DataRemoval.KEEP,
      isBackedUp: props.backup !== undefined,
      sharedSecrets: shared,
      secrets: {
        ...shared,
        ...(redis?.ownUnit !== undefined && {
          redis_password: requireSecret(this, "'redisPassword'", props.redisPassword ?? Secret.generated()),
        }),
        odb_password: database.password,
        web_admin_password: requireSecret(this, "the password of web-admin", webAdminPassword),
      },
      environment,
      restartedAt: requireRestartedAt(this, props.restartedAt),
      loadBalancer: {
        port: props.zatoLoadBalancer?.port ?? 11223,
        socket: paths.socket("load-balancer"),
        backEnd: BACK_END,
      },
      scheduler: {
        port: schedulerPort,
        address: hostPort(LOOPBACK, schedulerPort),
      },
      httpManners: release.httpManners(declaredEnvironment),
      redis,
      workersOf: (server) => this.workersOf(server),
    };
  }

  private requireDays(days: number): number {
    return requireWhole(this, "'auditLogDays'", days, 0, 3650);
  }

  private workersOf(server: string): number {
    const claims = this.members.map((member) => ({ server: member.serverName, workers: member._chosenWorkers }));
    return this.frame.release.workersOf(this, this.allocation, this.host.cpus, claims).get(server)!;
  }

  /** What the stack's document says of it. */
  private describe(): DeclaredCluster {
    const { backup } = this;
    const { redis } = this.frame;
    const { engine, host, port, database, isLocal } = this.frame.database;
    return {
      path: this.node.path,
      name: this.clusterName,
      host: this.host.node.path,
      release: this.release.name,
      address: this.loadBalancer.address,
      webAdminUrl: this.webAdmin.url,
      servers: this.members.map(({ serverName: name, address, workers }) => ({ name, address, workers })),
      tls: this.loadBalancer.tls !== undefined,
      ...this.loadBalancer._paths,
      odb: { engine, address: hostPort(host, port), database, local: isLocal },
      ...(redis && { redis: `${hostPort(redis.host, redis.port)}/${redis.database}` }),
      schedulerIsActive: this.scheduler.isActive,
      schedulerAddress: this.scheduler.address,
      ...(backup && { backup: { directory: backup.directory, retain: backup.retain } }),
    };
  }

  private missingServers(): ConstructError[] {
    return this.members.length === 0
      ? [new ConstructError(this, "the cluster has no servers", "set 'servers' to at least 1, or call addServer()")]
      : [];
  }
}
