import { IConstruct } from "constructs";
import { unitOf, writesOnlyTo } from "../../systemd-unit";
import {
  Environment,
  FIRST_PORT,
  HEALTH_PATH,
  HttpManners,
  ReleaseBehavior,
  SchedulerRuntime,
  ServerRuntime,
  WebAdminRuntime,
} from "../release-behavior";
import { WorkerAllocation, WorkerClaim } from "../../worker-allocation";
import { processOf, START_OPTIONS } from "../process";
import { RedisSettings } from "../redis-settings";
import { Commands3 } from "./commands";
import { Demands3 } from "./demands";
import { Content3 } from "./content";

const FIRST_IPC_PORT = 17050;

/** Redis by the name that it has in `server.conf`. */
const KVDB = "Zato_Config_Server_server__conf_kvdb_";

/** What 3.2 and 3.3 have in common. */
export abstract class Release3 implements ReleaseBehavior {
  public abstract readonly webAdminBindsByConfiguration: boolean;
  public readonly scripts: string = "zato-3";
  public readonly commands = new Commands3();
  public readonly demands = new Demands3();
  public readonly content = new Content3();
  public readonly healthPath = HEALTH_PATH;
  public readonly schedulerPort = 31_530;

  /** In 3.3 it lets anybody run any code, in 3.2 anybody who finds its random password. */
  public readonly closedChannels = ["/zato/api/invoke/{service_name}"];
  public readonly privatePaths = ["/zato/", "/ide-deploy"];
  public readonly logInPath = "/accounts/login/";
  public readonly redisPasswordVariables = [`${KVDB}password`];

  public abstract webAdminUnit(runtime: WebAdminRuntime): string;

  /** The number of servers makes no difference, as long as their workers add up to the CPUs; two let one be restarted at a time. */
  public serversFor(cpus: number): number {
    return Math.max(1, Math.min(2, cpus));
  }

  public workersOf(
    scope: IConstruct,
    allocation: WorkerAllocation,
    cpus: number,
    servers: readonly WorkerClaim[],
  ): Map<string, number> {
    return allocation.allocate(scope, cpus, servers);
  }

  public ipcPortOf(port: number): number {
    return FIRST_IPC_PORT + 10 * (port - FIRST_PORT);
  }

  /** Measured: the master 130 MiB, each worker 190 MiB. */
  public serverMemory(workers: number): number {
    return 130 + 190 * workers;
  }

  public redisEnvironment({ host, port, database }: RedisSettings): Record<string, string> {
    return { [`${KVDB}host`]: host, [`${KVDB}port`]: String(port), [`${KVDB}db`]: String(database) };
  }

  /** All is in the ODB. */
  public databaseEnvironment(): Environment {
    return { variables: {}, secrets: {} };
  }

  /** It keeps none. */
  public auditEnvironment(): Record<string, string> {
    return {};
  }

  /** What ends without an answer was lost with its worker: services' exceptions are answered by 500. */
  public httpManners(): HttpManners {
    return { answersErrors: true, takesChunks: true };
  }

  public serverUnit(runtime: ServerRuntime): string {
    return unitOf(`Zato server ${runtime.name} of ${runtime.cluster}`, runtime.labels, {
      ...processOf(runtime),
      ...(runtime.restartedAt === undefined ? {} : { "X-Restarted-At": runtime.restartedAt }),
      Type: "simple",
      EnvironmentFile: ["-/etc/zato/zato.env", runtime.environmentFile],
      ExecStartPre: [`/bin/rm -f ${runtime.path}/pidfile`, `-+${runtime.startHook.before}`],
      ExecStart: `${runtime.zato}/bin/python -m zato.server.main ${runtime.path} ${START_OPTIONS}`,
      ExecStartPost: `+${runtime.startHook.after}`,
      // The script that comes after has a limit of its own.
      TimeoutStartSec: "infinity",
    });
  }

  /** Every key of `server.conf` can be overridden so, and the workers' private addresses stay on loopback. */
  public serverEnvironment(runtime: ServerRuntime): Record<string, string> {
    const address = runtime.bind.replace(/:\d+$/, "");
    return {
      Zato_Config_Server_server__conf_main_gunicorn_bind: runtime.bind,
      Zato_Config_Server_server__conf_main_gunicorn_workers: String(runtime.workers),
      // Seconds, after which it closes an idle connection: long after the load-balancer has, or requests would meet that.
      Zato_Config_Server_server__conf_main_gunicorn_keepalive: "300",
      Zato_Config_Server_server__conf_main_ipc_port_start: String(runtime.ipcPort),
      Zato_Config_Server_server__conf_preferred_address_address: address,
      Zato_Config_Server_server__conf_preferred_address_allow_loopback: "True",
      Zato_Config_Server_server__conf_scheduler_scheduler_port: String(runtime.schedulerPort),
      // Else each health check, several a second, is two lines of server.log.
      Zato_Config_Server_server__conf_logging_rest_log_ignore: this.healthPath,
    };
  }

  /** Unless it reads jobs from the ODB, a scheduler that is restarted loads them and never starts them. */
  public schedulerUnit(runtime: SchedulerRuntime): string {
    const { Environment, ...process } = processOf(runtime);
    return unitOf(`Zato scheduler of ${runtime.cluster}`, runtime.labels, {
      ...process,
      ...writesOnlyTo(runtime.path),
      Environment: [Environment!, "Zato_Config_Scheduler_scheduler__conf_server_server_prefer_odb_config=True"],
      Type: "simple",
      EnvironmentFile: "-/etc/zato/zato.env",
      ExecStart: `${runtime.zato}/bin/python -m zato.scheduler.main`,
    });
  }

  /** It reads files in its folder, and so does web-admin. */
  public schedulerEnvironment(): undefined {
    return undefined;
  }

  public webAdminEnvironment(): undefined {
    return undefined;
  }
}
