import { ComponentState, HostRequirements } from "../remote";
import { hostPort, LOOPBACK, requireName, requirePort, requireWhole } from "../validation";
import { backEndServer } from "./back-end";
import { ClusterComponent, DRAIN_SECONDS } from "./cluster-component";
import { ClusterFrame } from "./cluster-frame";
import { renderEnvironmentFile, requireEnvironment } from "./environment-file";
import { RedisConnection } from "./redis-connection";
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

const FIRST_PORT = 17010;
const FIRST_IPC_PORT = 17050;

/** A server of a cluster: a master process and its workers. */
export class ZatoServer extends ClusterComponent {
  /** The server's name in Zato: its construct id. */
  public readonly serverName: string;

  /** The port on which it listens on loopback. */
  public readonly port: number;

  /** The first port that its workers use among themselves. */
  public readonly ipcPort: number;

  /** @internal */
  public readonly _chosenWorkers: number | undefined;

  private readonly environment: Readonly<Record<string, string>>;
  private readonly restartedAt?: string;

  /** @param position how many servers the cluster has already */
  constructor(frame: ClusterFrame, id: string, options: ZatoServerOptions, position: number) {
    super(frame, requireName(frame.cluster, "name of a server", id), "server");
    this.serverName = id;
    this.port = options.port ?? defaultPort(id, position);
    this.machine.ports.claim(this, this.port, id);
    this.ipcPort =
      options.ipcPort === undefined
        ? FIRST_IPC_PORT + 10 * (this.port - FIRST_PORT)
        : requirePort(this, `'ipcPort' of ${id}`, options.ipcPort);
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
    const { clusterName, installation, loadBalancer, paths, release, scheduler, sharedSecrets } = this.frame;
    const environmentFile = paths.environmentFile(serverName);
    const runtime = {
      zato: installation.path,
      code: installation._unit,
      path,
      cluster: clusterName,
      name: serverName,
      environmentFile,
      bind: this.address,
      workers: this.workers,
      ipcPort: this.ipcPort,
      schedulerPort: scheduler.port,
      startHook: this.startHook,
      restartedAt: this.restartedAt ?? this.frame.restartedAt,
    };
    const packages = paths.packages(installation._build);
    const { redis_password: redisPassword } = sharedSecrets;
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
        drain_seconds: DRAIN_SECONDS,
        command_secrets: this.secretFields({
          odb_password: "odb_password",
          secret_key: "secret_key",
          jwt_secret: "jwt_secret",
          scheduler_api_client_for_server_password: "scheduler_api_password",
        }),
        environment_secrets: redisPassword ? `${RedisConnection._PASSWORD_VARIABLE} redis_password` : "",
      },
      files: {
        create: this.commandWithOdb("create_server", {
          path,
          cluster_name: clusterName,
          server_name: serverName,
          http_port: this.port,
          threads: this.workers,
          scheduler_address_for_server: `http://${scheduler.address}`,
          scheduler_api_client_for_server_username: scheduler.apiUser,
        }),
        environment: renderEnvironmentFile({
          ...release.serverEnvironment(runtime),
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
  private get startHook(): { before: string; after: string } {
    const name = `${this.frame.clusterName}-${this.serverName}`;
    const environment = "/usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    const script = `${environment} /bin/bash /var/lib/cdktf-zato/components/${name}/scripts/server-start.sh`;
    return { before: `${script} before ${name}`, after: `${script} after ${name} $MAINPID` };
  }

  /** Measured: the master 130 MiB, each worker 190 MiB. */
  protected override requirements(): HostRequirements {
    return { memory: 130 + 190 * this.workers };
  }
}

/** By the number in the name, so that the removal of one server changes no other. */
function defaultPort(name: string, position: number): number {
  const number = /(\d{1,3})$/.exec(name);
  return FIRST_PORT + (number ? Math.max(Number(number[1]) - 1, 0) : position);
}
