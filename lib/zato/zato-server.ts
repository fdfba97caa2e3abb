import { ComponentState, HostRequirements } from "../remote";
import { hostPort, LOOPBACK, requireName, requirePort, requireWhole } from "../validation";
import { backEndServer } from "./back-end";
import { ClusterComponent } from "./cluster-component";
import { ClusterFrame } from "./cluster-frame";
import { renderCommandFile } from "./command-file";
import { onceName } from "./haproxy/back-ends";
import { renderEnvironmentFile, requireEnvironment } from "./environment-file";
import { FIRST_PORT } from "./release/release-behavior";
import { requireRestartedAt } from "./restarted-at";

/** What a server can be told. */
export interface ZatoServerOptions {
  /**
   * The number of its workers, each a process.
   *
   * @default - its share of the host's CPUs
   */
  readonly workers?: number;

  /**
   * The port on which it listens on loopback, for the cluster's load-balancer.
   *
   * @default - 17010 for `server1`, 17011 for `server2` and so on by the number in its name
   */
  readonly port?: number;

  /**
   * The first of the ports that its workers use among themselves, one each.
   *
   * @default - 17050 for the first port, 10 more for each port above it
   */
  readonly ipcPort?: number;

  /**
   * Environment variables of the server's process, for its services or to override any key of `server.conf`
   * (`Zato_Config_Server_server__conf_<stanza>_<key>`). Not for secrets: they stand in Terraform's state.
   *
   * @default - none
   */
  readonly environment?: Readonly<Record<string, string>>;

  /**
   * Another text restarts the server, drained, without any other change: the date, for example.
   *
   * @default - that of the cluster
   */
  readonly restartedAt?: string;
}

/** A server of a cluster: a master process and its workers. */
export class ZatoServer extends ClusterComponent {
  /** The server's name in Zato: its construct id. */
  public readonly serverName: string;

  /** The port on which it listens on loopback. */
  public readonly port: number;

  /** The first port that its workers use among themselves; none where a server of its release is one process. */
  public readonly ipcPort: number | undefined;

  /** @internal */
  public readonly _chosenWorkers: number | undefined;

  private readonly environment: Readonly<Record<string, string>>;
  private readonly restartedAt?: string;

  /**
   * @param position how many servers the cluster has already
   * @hidden A cluster makes its components itself.
   */
  constructor(frame: ClusterFrame, id: string, options: ZatoServerOptions, position: number) {
    super(frame, requireName(frame.cluster, "name of a server", id), "server");
    this.serverName = id;
    this.port = options.port ?? defaultPort(id, position);
    this.machine.ports.claim(this, this.port, id);
    this.ipcPort =
      options.ipcPort === undefined
        ? frame.release.ipcPortOf(this.port)
        : requirePort(this, `'ipcPort' of ${id}`, options.ipcPort);
    frame.release.demands.requireServer(this, {
      name: id,
      port: this.port,
      hasIpcPort: options.ipcPort !== undefined,
    });
    this._chosenWorkers =
      options.workers === undefined
        ? undefined
        : requireWhole(this, `the number of workers of ${id}`, options.workers, 1);
    this.environment = requireEnvironment(this, options.environment ?? {});
    this.restartedAt = requireRestartedAt(this, options.restartedAt);
  }

  /** The number of its workers, once all servers of the cluster are known. */
  public get workers(): number {
    return this.frame.workersOf(this.serverName);
  }

  /** Where it listens: `127.0.0.1:17010`. */
  public get address(): string {
    return hostPort(LOOPBACK, this.port);
  }

  /** Its name in the load-balancer's back end. @internal */
  public get _backEndServer(): string {
    return backEndServer(this.serverName);
  }

  protected override state(): ComponentState {
    const { path, unit, serverName } = this;
    const { clusterName, database, installation, loadBalancer, paths, redis, release, scheduler, secrets } = this.frame;
    const environmentFile = paths.environmentFile(serverName);
    const runtime = {
      zato: installation.path,
      code: installation._unit,
      path,
      home: paths.home,
      cluster: clusterName,
      labels: this.unitLabels,
      name: serverName,
      environmentFile,
      bind: this.address,
      workers: this.workers,
      ipcPort: this.ipcPort,
      schedulerPort: scheduler.port,
      startHook: this.startHook,
      restartedAt: this.restartedAt ?? this.frame.restartedAt,
    };
    const command = release.commands.createServer({
      odb: database,
      path,
      clusterName,
      server: serverName,
      port: this.port,
      workers: this.workers,
      scheduler: scheduler.address,
      redis,
    });
    const packages = paths.packages(installation._build);
    const { redis_password: redisPassword } = secrets;
    const databases = release.databaseEnvironment(database);
    return {
      parameters: {
        ...this.common(),
        server: serverName,
        path,
        unit,
        environment_file: environmentFile,
        packages,
        address: this.address,
        health_url: `http://${this.address}${release.healthPath}`,
        workers: String(this.workers),
        closed_channels: release.closedChannels.join("\n"),
        load_balancer_socket: loadBalancer.socket,
        back_end: `${loadBalancer.backEnd}/${this._backEndServer}`,
        back_end_once: onceName(loadBalancer.backEnd),
        hot_deploy: paths.hotDeploy,
        ...(redis &&
          release.demands.needsRedis && { home: paths.home, redis_host: redis.host, redis_port: String(redis.port) }),
        command_secrets: this.secretFields(command),
        environment_secrets: [
          ...(redisPassword ? release.redisPasswordVariables.map((variable) => `${variable} redis_password`) : []),
          ...Object.entries(databases.secrets).map(([variable, secret]) => `${variable} ${secret}`),
        ].join("\n"),
      },
      files: {
        create: renderCommandFile(command),
        environment: renderEnvironmentFile({
          ...release.serverEnvironment(runtime),
          ...databases.variables,
          Zato_Hot_Deploy_Dir: paths.hotDeploy,
          Zato_User_Conf_Dir: paths.userConf,
          PYTHONPATH: `${paths.modules}:${packages}`,
          ...this.frame.environment,
          ...this.environment,
        }),
        unit: release.serverUnit(runtime),
      },
      // The cluster's registration brings the secret itself.
      triggers: redisPassword ? { redis_password: redisPassword.version } : {},
    };
  }

  /** Nothing of the server's environment gets to what root runs. */
  private get startHook(): { before: string; needed: string; after: string } {
    const name = `${this.frame.clusterName}-${this.serverName}`;
    const environment = "/usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    const script = `${environment} /bin/bash /var/lib/cdktf-zato/components/${name}/scripts/server-start.sh`;
    return {
      before: `${script} before ${name}`,
      needed: `${script} needed ${name}`,
      after: `${script} after ${name} $MAINPID`,
    };
  }

  protected override requirements(): HostRequirements {
    return { memory: this.frame.release.serverMemory(this.workers) };
  }
}

/** By the number in the name, so that the removal of one server changes no other. */
function defaultPort(name: string, position: number): number {
  const number = /(\d{1,3})$/.exec(name);
  return FIRST_PORT + (number ? Math.max(Number(number[1]) - 1, 0) : position);
}
