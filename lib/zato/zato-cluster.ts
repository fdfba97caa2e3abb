import { Construct, IConstruct } from "constructs";
import { DeclaredCluster } from "../document";
import { IHost } from "../host";
import { DocumentWriter, inLastingOrder, RemoteComponent, requireSecret, Secret } from "../remote";
import {
  ConstructError,
  requireName,
  requireOpaque,
  requireOpaqueIfGiven,
  requireOwnFramework,
  requireWhole,
} from "../validation";
import { Backup } from "./backup";
import { joinHost, serversOn } from "./clusters-on-host";
import { requireSoleOwner } from "./cluster-ownership";
import { ClusterPaths } from "./cluster-paths";
import { ClusterRegistration } from "./cluster-registration";
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
import { DataRemoval, ZatoClusterProps } from "./zato-cluster-props";
import { ZatoLoadBalancer } from "./zato-load-balancer";
import { ZatoServer, ZatoServerOptions } from "./zato-server";

/** A Zato cluster, as the deployment and the layers above see it. */
export interface IZatoCluster extends IConstruct {
  /** The cluster's name in Zato. */
  readonly clusterName: string;
  /** The machine that it lives on. */
  readonly host: IHost;
  /** Its operational database. */
  readonly odb: Odb;
  /** Its servers. */
  readonly servers: ZatoServer[];
  /** The load-balancer inside it. */
  readonly loadBalancer: ZatoLoadBalancer;
  /** Its web-admin. */
  readonly webAdmin: WebAdmin;
  /** Its scheduler, which may be inactive. */
  readonly scheduler: Scheduler;
  /** Its Redis, if it has one. */
  readonly redis?: RedisConnection;
}

/**
 * A complete and independent Zato cluster on one host: database, keys, servers whose workers add up to the host's CPUs,
 * load-balancer, web-admin and scheduler.
 *
 * @example
 * new ZatoCluster(this, "a", { host, installation: ZatoInstallation.preinstalled("/opt/zato/3.3") });
 */
export class ZatoCluster extends Construct implements IZatoCluster {
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

  /** @internal */ public readonly _paths: ClusterPaths;
  /** @internal */ public readonly _environment: Readonly<Record<string, string>>;
  /** @internal */ public readonly _secrets: Readonly<Record<string, Secret>>;
  /** @internal */ public readonly _onRemoval: DataRemoval;
  /** @internal */ public readonly _restartedAt?: string;

  private deployment?: IConstruct;
  private readonly allocation: WorkerAllocation;
  private readonly members: ZatoServer[] = [];
  private readonly contents: RemoteComponent[] = [];
  private readonly earlierClusters: (() => RemoteComponent[])[] = [];

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
    this._paths = new ClusterPaths(this.clusterName);
    this.host.claims.claim(this, this, this._paths.ofCluster);
    this._onRemoval = props.dataRemoval ?? DataRemoval.KEEP;
    this._restartedAt = requireRestartedAt(this, props.restartedAt);
    this._environment = { ...this.redis?._environment(this), ...requireEnvironment(this, props.environment ?? {}) };
    const redisPassword = this.redis?._passwordFor(this);
    this._secrets = {
      secret_key: requireSecret(this, "'secretKey'", props.secretKey ?? Secret.generated()),
      jwt_secret: requireSecret(this, "'jwtSecret'", props.jwtSecret ?? Secret.generated()),
      admin_invoke_password: requireSecret(
        this,
        "'adminInvokePassword'",
        props.adminInvokePassword ?? Secret.generated(),
      ),
      scheduler_api_password: Secret.generated(),
      ...(redisPassword && { redis_password: redisPassword }),
    };
    this.allocation = requireOpaque(this, "'workers'", WorkerAllocation, props.workers ?? WorkerAllocation.matchCpus());

    this.installation = new InstalledZato(this, "installation", {
      host: this.host,
      installation: props.installation,
      release: this.release,
      name: `${this.clusterName}-installation`,
    });
    this.odb = new Odb(this, "odb", props.odb ?? OdbDatabase.localPostgresql());
    requireSoleOwner(this);
    this.registration = new ClusterRegistration(this, "registration");
    this.loadBalancer = new ZatoLoadBalancer(this, "load-balancer", props.zatoLoadBalancer ?? {});
    this.webAdmin = new WebAdmin(this, "web-admin", props.webAdmin ?? {});
    this.scheduler = new Scheduler(this, "scheduler", props.schedulerPort ?? 31530);
    this.backup = props.backup && new Backup(this, "backup", props.backup);
    joinHost(this);
    const servers = props.servers ?? Math.max(1, Math.min(2, this._cpus));
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
    if (this.node.tryFindChild(id) || this._paths.isTaken(id)) {
      throw new ConstructError(
        this,
        `'${id}' is the name of another part of the cluster`,
        "name the server differently",
      );
    }
    const server = new ZatoServer(this, id, options);
    // One after the other: the first start on a fresh ODB must be serial, and updates never take two servers at once.
    server.after(() => {
      const ordered = inLastingOrder(this.members, ({ serverName }) => serverName);
      const before = ordered[ordered.indexOf(server) - 1];
      return before ? [before] : [this.registration, ...this.earlierClusters.flatMap((f) => f())];
    });
    this.members.push(server);
    return server;
  }

  /** Everything of the cluster whose convergence the next cluster waits for. */
  public get components(): RemoteComponent[] {
    return [...this.members, ...this.contents, this.loadBalancer, this.webAdmin];
  }

  /** What the cluster must run before its load-balancer sends it requests. */
  public get contentComponents(): RemoteComponent[] {
    return [...this.contents];
  }

  /** Adds what the cluster must run before its load-balancer sends it requests. */
  public addContent(content: RemoteComponent): void {
    content.after(() => this.members);
    this.contents.push(content);
  }

  /** Lets this cluster's servers be touched only after another cluster is as declared and answers. */
  public startAfter(other: ZatoCluster): void {
    this.earlierClusters.push(() => other.components);
  }

  /**
   * Notes that the cluster belongs to a deployment.
   *
   * @throws ConstructError when it belongs to another one
   * @internal
   */
  public _join(deployment: IConstruct): void {
    if (this.deployment) {
      throw new ConstructError(
        deployment,
        `the cluster ${this.node.path} already belongs to ${this.deployment.node.path}`,
        "give each deployment clusters of its own",
      );
    }
    this.deployment = deployment;
  }

  /** Every secret that a component of the cluster is created with, by the name under which the host keeps it. @internal */
  public get _secretsInUse(): Readonly<Record<string, Secret>> {
    return {
      ...this._secrets,
      odb_password: this.odb._database.password,
      web_admin_password: this.webAdmin._password,
    };
  }

  /** The CPUs of its host that its workers may take. @internal */
  public get _cpus(): number {
    return this.allocation.available(this, this.host.cpus);
  }

  /** @internal */
  public _workersOf(server: ZatoServer): number {
    const claims = this.members.map((member) => ({
      server: member.serverName,
      workers: member._chosenWorkers,
    }));
    return this.allocation.allocate(this, this.host.cpus, claims).get(server.serverName)!;
  }

  /** What the stack's document says of it. */
  private describe(): DeclaredCluster {
    const { backup } = this;
    return {
      path: this.node.path,
      name: this.clusterName,
      host: this.host.node.path,
      release: this.release.name,
      address: this.loadBalancer.address,
      webAdminUrl: this.webAdmin.url,
      servers: this.members.map(({ serverName: name, address, workers }) => ({ name, address, workers })),
      schedulerIsActive: this.scheduler.isActive,
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
