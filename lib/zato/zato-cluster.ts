import { Construct } from "constructs";
import { DeclaredCluster } from "../document";
import { IHost } from "../host";
import { DocumentWriter, RemoteComponent, requireSecret, Secret } from "../remote";
import {
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
import { requireSoleOwner } from "./cluster-ownership";
import { ClusterPaths } from "./cluster-paths";
import { ClusterRegistration } from "./cluster-registration";
import { ContentPlace, ICluster, IContentTarget, IUpdatedInTurn } from "./cluster-roles";
import { sharedSecrets } from "./cluster-secrets";
import { joinHost, serversOn } from "./clusters-on-host";
import { DataRemoval } from "./data-removal";
import { requireEnvironment } from "./environment-file";
import { InstalledZato } from "./installed-zato";
import { validateIpcPorts } from "./ipc-ports";
import { Odb } from "./odb";
import { OdbDatabase } from "./odb-database";
import { RedisConnection } from "./redis-connection";
import { ZatoRelease } from "./release";
import { requireRestartedAt } from "./restarted-at";
import { Scheduler } from "./scheduler";
import { WebAdmin } from "./web-admin";
import { WorkerAllocation } from "./worker-allocation";
import { ZatoClusterProps } from "./zato-cluster-props";
import { ClusterTraffic, MemberTls, ZatoLoadBalancer } from "./zato-load-balancer";
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
  public readonly host: IHost;
  public readonly release: ZatoRelease;
  public readonly installation: InstalledZato;
  public readonly odb: Odb;
  public readonly registration: ClusterRegistration;
  public readonly loadBalancer: ZatoLoadBalancer;
  public readonly webAdmin: WebAdmin;
  public readonly scheduler: Scheduler;
  public readonly backup?: Backup;
  public readonly redis?: RedisConnection;

  private readonly frame: ClusterFrame;
  private readonly order = new ClusterOrder();
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
      name: `${this.clusterName}-installation`,
    });
    this.frame = this.frameOf(props, paths);

    const { frame, order } = this;
    order.put("installation", this.installation);
    this.odb = order.put("odb", new Odb(frame, "odb"));
    requireSoleOwner(this, { odb: this.odb.identity, redis: this.redis?._identityOn(this.host) });
    this.registration = order.put("registration", new ClusterRegistration(frame, "registration"));
    const served = { servers: () => this.members, webAdmin: () => this.webAdmin };
    this.loadBalancer = order.put(
      "loadBalancer",
      new ZatoLoadBalancer(frame, "load-balancer", props.zatoLoadBalancer ?? {}, served),
    );
    this.webAdmin = order.put("webAdmin", new WebAdmin(frame, "web-admin", props.webAdmin ?? {}));
    this.scheduler = order.put("scheduler", new Scheduler(frame, "scheduler"));
    this.backup = props.backup && order.put("backup", new Backup(frame, "backup", props.backup));
    const cpus = this.allocation.available(this, this.host.cpus);
    joinHost(this, this.host, cpus);
    const servers = props.servers ?? Math.max(1, Math.min(2, cpus));
    requireWhole(this, "the number of servers", servers, 0, 99);
    for (let number = 1; number <= servers; number++) {
      this.addServer(`server${number}`);
    }
    this.node.addValidation({ validate: () => this.validateServers() });
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
  public startAfter(other: IUpdatedInTurn): void {
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

  public get healthUrl(): string {
    return this.loadBalancer.healthUrl;
  }

  public serve(traffic: ClusterTraffic): void {
    this.loadBalancer._serve(traffic);
  }

  public get contentTarget(): IContentTarget {
    return this;
  }

  public get contentPlace(): ContentPlace {
    const { paths, installation } = this.frame;
    return {
      zato: installation.path,
      build: installation._build,
      packages: paths.packages(installation._build),
      serverPath: paths.component(this.members[0]!.serverName),
      servers: this.members,
    };
  }

  private frameOf(props: ZatoClusterProps, paths: ClusterPaths): ClusterFrame {
    const environment = {
      ...this.redis?._environment(this),
      ...requireEnvironment(this, props.environment ?? {}),
    };
    const shared = sharedSecrets(this, props);
    const odb = requireOpaque(this, "'odb'", OdbDatabase, props.odb ?? OdbDatabase.localPostgresql());
    const database = odb._render(this, this.clusterName);
    const webAdminPassword = props.webAdmin?.password ?? Secret.generated();
    const schedulerPort = props.schedulerPort ?? 31530;
    return {
      cluster: this,
      clusterName: this.clusterName,
      host: this.host,
      release: this.release._behavior,
      paths,
      installation: this.installation,
      database,
      dataRemoval: props.dataRemoval ?? DataRemoval.KEEP,
      sharedSecrets: shared,
      secrets: {
        ...shared,
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
        apiUser: "server_api_client1",
      },
      workersOf: (server) => this.workersOf(server),
    };
  }

  private workersOf(server: string): number {
    const claims = this.members.map((member) => ({ server: member.serverName, workers: member._chosenWorkers }));
    return this.allocation.allocate(this, this.host.cpus, claims).get(server)!;
  }

  /** What the stack's document says of it. */
  private describe(): DeclaredCluster {
    const { backup, redis } = this;
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
      ...(redis && { redis: redis.identity }),
      schedulerIsActive: this.scheduler.isActive,
      schedulerAddress: this.scheduler.address,
      ...(backup && { backup: { directory: backup.directory, retain: backup.retain } }),
    };
  }

  private validateServers(): string[] {
    if (this.members.length === 0) {
      return [
        new ConstructError(this, "the cluster has no servers", "set 'servers' to at least 1, or call addServer()")
          .message,
      ];
    }
    validateIpcPorts(serversOn(this.host));
    return [];
  }
}
