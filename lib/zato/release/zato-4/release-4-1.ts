import { IConstruct } from "constructs";
import { unitOf, writesOnlyTo } from "../../systemd-unit";
import { WorkerAllocation, WorkerClaim } from "../../worker-allocation";
import { processOf, START_OPTIONS } from "../process";
import {
  ComponentRuntime,
  HEALTH_PATH,
  RedisSettings,
  ReleaseBehavior,
  ServerRuntime,
  WebAdminRuntime,
} from "../release-behavior";
import { Commands4 } from "./commands";

/** Zato 4.1: a server is one process, jobs go through Redis, and the scheduler is a program of its own. */
export class Release41 implements ReleaseBehavior {
  public readonly scripts: string = "zato-4";
  public readonly commands = new Commands4();
  public readonly healthPath = HEALTH_PATH;
  public readonly closedChannels = [];
  public readonly privatePaths = ["/zato/", "/ide-deploy", "/metrics", "/mcp", "/openapi", "/pubsub", "/api/log"];
  public readonly logInPath = "/accounts/login/";
  public readonly redisPasswordVariables = [];
  public readonly webAdminBindsByConfiguration = false;

  /** Each has one worker. */
  public serversFor(cpus: number): number {
    return Math.max(1, cpus);
  }

  public workersOf(
    scope: IConstruct,
    allocation: WorkerAllocation,
    cpus: number,
    servers: readonly WorkerClaim[],
  ): Map<string, number> {
    return allocation.allocate(
      scope,
      cpus,
      servers.map((claim) => ({ workers: 1, ...claim })),
    );
  }

  public ipcPortOf(): undefined {
    return undefined;
  }

  /** Measured: 220 to 277 MiB. */
  public serverMemory(): number {
    return 280;
  }

  public redisEnvironment({ host, port }: RedisSettings): Record<string, string> {
    return { Zato_Scheduler_Redis_Host: host, Zato_Scheduler_Redis_Port: String(port) };
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
      TimeoutStartSec: "infinity",
    });
  }

  public serverEnvironment(runtime: ServerRuntime): Record<string, string> {
    const [, host, port] = /^(.*):(\d+)$/.exec(runtime.bind)!;
    return { HOME: runtime.home, Zato_Config_Bind_Host: host!, Zato_Config_Bind_Port: port! };
  }

  public webAdminUnit(runtime: WebAdminRuntime): string {
    const { zato, path } = runtime;
    const { Environment, ...process } = processOf(runtime);
    return unitOf(`Zato dashboard of ${runtime.cluster}`, runtime.labels, {
      ...process,
      ...writesOnlyTo(`${path} ${runtime.home}`),
      Environment: [
        Environment!,
        `HOME=${runtime.home}`,
        `Zato_Dashboard_Base_Dir=${path}`,
        `PYTHONPATH=${zato}/zato-common/src:${zato}/zato-web-admin/src`,
      ],
      EnvironmentFile: "-/etc/zato/zato.env",
      Type: "notify",
      NotifyAccess: "all",
      ExecStart: [
        `${zato}/bin/python -m gunicorn zato.admin.wsgi:application --bind ${runtime.bind} --workers 1 --timeout 0`,
        `--access-logfile ${path}/logs/gunicorn-access.log --error-logfile ${path}/logs/gunicorn-error.log`,
        "--name zato-dashboard",
      ].join(" "),
    });
  }

  public schedulerUnit(runtime: ComponentRuntime): string {
    const { Environment, ...process } = processOf(runtime);
    return unitOf(`Zato scheduler of ${runtime.cluster}`, runtime.labels, {
      ...process,
      ...writesOnlyTo(runtime.path),
      Environment: [Environment!, `HOME=${runtime.home}`],
      Type: "simple",
      EnvironmentFile: "-/etc/zato/zato.env",
      ExecStart: `${runtime.zato}/bin/_zato_scheduler`,
    });
  }
}
