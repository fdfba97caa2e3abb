import { IConstruct } from "constructs";
import { RenderedDatabase } from "../../rendered-database";
import { unitOf, WRITES_NOTHING, writesOnlyTo } from "../../systemd-unit";
import { WorkerAllocation, WorkerClaim } from "../../worker-allocation";
import { processOf, START_OPTIONS } from "../process";
import { RedisSettings } from "../redis-settings";
import {
  Environment,
  HEALTH_PATH,
  HttpManners,
  ReleaseBehavior,
  SchedulerRuntime,
  ServerRuntime,
  WebAdminRuntime,
} from "../release-behavior";
import { Commands4 } from "./commands";
import { Content4 } from "./content";
import { Demands4 } from "./demands";
import { allocateServers } from "./server-allocation";

/** Redis by the name that it has in `server.conf`, of which caches are told. */
const CONFIGURED_REDIS = "Zato_Config_Server_server__conf_redis_";

/** All else that talks to a Redis: jobs, queues, and what looks at channels and rules. */
const REDIS_CLIENTS = ["Scheduler", "Queue_Bridge", "OpenAPI", "Rule_Engine"].map((name) => `Zato_${name}_Redis_`);

/** What would be SQLite files of each host. */
const FURTHER_DATABASES = ["PubSub", "Audit_Log", "Analytics"].map((name) => `Zato_${name}_DB_`);

/** The limit of a message, in MB, headers included. */
const LARGEST_MESSAGE = "Zato_TCP_Max_Msg_Size";
const LARGEST_MESSAGE_BY_DEFAULT = 8;

/** As many bytes of headers as HAProxy passes on. */
const HEADERS = 16_384;

/** Zato 4.1: a server is one process, jobs go through Redis, and the scheduler is a program of its own. */
export class Release41 implements ReleaseBehavior {
  public readonly scripts: string = "zato-4";
  public readonly commands = new Commands4();
  public readonly demands = new Demands4();
  public readonly healthPath = HEALTH_PATH;

  /** Zato's own default. A scheduler of 3.x answers otherwise, and a server that asks it cannot list its jobs. */
  public readonly schedulerPort = 35_100;

  /** None is there that anybody may call. */
  public readonly closedChannels = [];

  public readonly privatePaths = [
    "/zato/",
    "/ide-deploy",
    "/metrics",
    "/mcp/",
    "/openapi/",
    "/pubsub/",
    "/api/log/streaming/",
  ];

  public readonly content = new Content4(this.privatePaths);
  public readonly logInPath = "/accounts/login/";
  public readonly redisPasswordVariables = [...REDIS_CLIENTS, CONFIGURED_REDIS].map(passwordOf);
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
    return allocateServers(scope, allocation.available(scope, cpus), servers);
  }

  /** There is one process, which has nobody to talk to. */
  public ipcPortOf(): undefined {
    return undefined;
  }

  /** Measured: 220 to 277 MiB. */
  public serverMemory(): number {
    return 280;
  }

  public redisEnvironment({ host, port }: RedisSettings): Record<string, string> {
    const places = [...REDIS_CLIENTS.map((prefix) => [`${prefix}Host`, `${prefix}Port`]), [`${CONFIGURED_REDIS}host`, `${CONFIGURED_REDIS}port`]]; // prettier-ignore
    return Object.fromEntries(places.flatMap(([ofHost, ofPort]) => [[ofHost!, host], [ofPort!, String(port)]])); // prettier-ignore
  }

  /** So they are in backups, and a cluster that comes back has them. */
  public databaseEnvironment({ host, port, username, database }: RenderedDatabase): Environment {
    const values = { Type: "postgresql", Host: host, Port: String(port), Username: username, Name: database };
    return {
      variables: Object.fromEntries(
        FURTHER_DATABASES.flatMap((prefix) => Object.entries(values).map(([name, value]) => [prefix + name, value])),
      ),
      secrets: Object.fromEntries(FURTHER_DATABASES.map((prefix) => [`${prefix}Password`, "odb_password"])),
    };
  }

  public auditEnvironment(days: number): Record<string, string> {
    return days === 0
      ? { Zato_Audit_Log_Enabled: "False" }
      : { Zato_Audit_Log_Retention_Days: String(days), Zato_Audit_Log_Content_Retention_Days: String(days) };
  }

  /** An exception in a service may end the connection. A ping on a busy server was seen to take two seconds. */
  public httpManners(environment: Readonly<Record<string, string>>): HttpManners {
    const megabytes = Number(environment[LARGEST_MESSAGE] ?? LARGEST_MESSAGE_BY_DEFAULT);
    return {
      answersErrors: false,
      leastCheckTimeout: 4,
      takesChunks: false,
      largestBody: (Number.isFinite(megabytes) ? megabytes : LARGEST_MESSAGE_BY_DEFAULT) * 1024 * 1024 - HEADERS,
    };
  }

  /** Without a Redis that answers it would start too, and never run a job. */
  public serverUnit(runtime: ServerRuntime): string {
    return unitOf(`Zato server ${runtime.name} of ${runtime.cluster}`, runtime.labels, {
      ...processOf(runtime),
      ...(runtime.restartedAt === undefined ? {} : { "X-Restarted-At": runtime.restartedAt }),
      Type: "simple",
      EnvironmentFile: ["-/etc/zato/zato.env", runtime.environmentFile],
      ExecStartPre: [
        `/bin/rm -f ${runtime.path}/pidfile`,
        `-+${runtime.startHook.before}`,
        `+${runtime.startHook.needed}`,
      ],
      ExecStart: `${runtime.zato}/bin/python -m zato.server.main ${runtime.path} ${START_OPTIONS}`,
      ExecStartPost: `+${runtime.startHook.after}`,
      // The script that comes after has a limit of its own.
      TimeoutStartSec: "infinity",
    });
  }

  public serverEnvironment(runtime: ServerRuntime): Record<string, string> {
    const [, host, port] = /^(.*):(\d+)$/.exec(runtime.bind)!;
    return {
      HOME: runtime.home,
      Zato_Config_Bind_Host: host!,
      Zato_Config_Bind_Port: port!,
      Zato_Scheduler_HTTP_Port: String(runtime.schedulerPort),
      // Else each health check, several a second, is a line of access.log.
      Zato_Config_Server_server__conf_logging_http_access_log_ignore: this.healthPath,
    };
  }

  public webAdminUnit(runtime: WebAdminRuntime): string {
    const { zato, path, home } = runtime;
    const { Environment: environment, ...process } = processOf(runtime);
    return unitOf(`Zato dashboard of ${runtime.cluster}`, runtime.labels, {
      ...process,
      ...writesOnlyTo(`${path} ${home}`),
      Environment: [
        environment!,
        `HOME=${home}`,
        `Zato_Dashboard_Base_Dir=${path}`,
        `PYTHONPATH=${zato}/zato-common/src:${zato}/zato-web-admin/src`,
      ],
      EnvironmentFile: ["-/etc/zato/zato.env", runtime.environmentFile],
      Type: "notify",
      NotifyAccess: "all",
      ExecStart: [
        `${zato}/bin/python -m gunicorn zato.admin.wsgi:application --bind ${runtime.bind} --workers 1 --timeout 0`,
        `--access-logfile ${path}/logs/gunicorn-access.log --error-logfile ${path}/logs/gunicorn-error.log`,
        "--name zato-dashboard",
      ].join(" "),
      // It imports its pages with the first request, for seconds: whoever asks after a boot would take it for dead.
      ExecStartPost: `-/usr/bin/python3 -I -c "${opening(`http://${runtime.bind}${this.logInPath}`)}"`,
    });
  }

  /** It shows the audit log, and analytics. */
  public webAdminEnvironment(odb: RenderedDatabase): Environment {
    return this.databaseEnvironment(odb);
  }

  /** It comes and goes with its Redis: after one that was stopped, another one would know nothing of what the former one runs. */
  public schedulerUnit(runtime: SchedulerRuntime): string {
    return unitOf(
      `Zato scheduler of ${runtime.cluster}`,
      runtime.labels,
      {
        // It has no folder of its own.
        ...processOf({ ...runtime, path: "/" }),
        ...WRITES_NOTHING,
        Type: "simple",
        EnvironmentFile: ["-/etc/zato/zato.env", runtime.environmentFile],
        ExecStart: `${runtime.zato}/bin/_zato_scheduler`,
      },
      runtime.redisUnit,
    );
  }

  public schedulerEnvironment(port: number, redis: RedisSettings): Environment {
    return {
      variables: {
        Zato_Scheduler_Redis_Host: redis.host,
        Zato_Scheduler_Redis_Port: String(redis.port),
        Zato_Scheduler_HTTP_Port: String(port),
      },
      secrets: { Zato_Scheduler_Redis_Password: "redis_password" },
    };
  }
}

/** A program of the host's Python, which fails where there is no page. Loopback is never behind a proxy, whatever the environment says. */
function opening(url: string): string {
  return `from urllib.request import ProxyHandler, build_opener; build_opener(ProxyHandler({})).open('${url}', timeout=60)`;
}

function passwordOf(prefix: string): string {
  return prefix === CONFIGURED_REDIS ? `${prefix}password` : `${prefix}Password`;
}
