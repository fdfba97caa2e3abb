import { ZATO_3_PATHS } from "../path-rules";
import { unitOf, writesOnlyTo } from "../systemd-unit";
import { ComponentRuntime, ReleaseBehavior, ServerRuntime, WebAdminRuntime } from "./release-behavior";

/** How Zato 3.x passes options to the processes behind `zato start`. */
export const START_OPTIONS = [
  "fg=True",
  "sync_internal=False",
  "secret_key=",
  "stderr_path=None",
  "env_file=",
  "stop_after=None",
].join("Zato_Zato_Zato");

/** What 3.2 and 3.3 have in common. */
export abstract class Release3 implements ReleaseBehavior {
  public abstract readonly webAdminBindsByConfiguration: boolean;
  public readonly healthPath = "/zato/ping";

  /** In 3.3 it lets anybody run any code, in 3.2 anybody who finds its random password. */
  public readonly closedChannels = ["/zato/api/invoke/{service_name}"];
  public readonly privatePaths = ZATO_3_PATHS;

  public abstract webAdminUnit(runtime: WebAdminRuntime): string;

  public serverUnit(runtime: ServerRuntime): string {
    return unitOf(`Zato server ${runtime.name} of ${runtime.cluster}`, {
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
  public schedulerUnit(runtime: ComponentRuntime): string {
    const { Environment, ...process } = processOf(runtime);
    return unitOf(`Zato scheduler of ${runtime.cluster}`, {
      ...process,
      ...writesOnlyTo(runtime.path),
      Environment: [Environment!, "Zato_Config_Scheduler_scheduler__conf_server_server_prefer_odb_config=True"],
      Type: "simple",
      EnvironmentFile: "-/etc/zato/zato.env",
      ExecStart: `${runtime.zato}/bin/python -m zato.scheduler.main`,
    });
  }
}

/** The working folder, in which Zato looks for its configuration, and the programs of its virtualenv. */
export function processOf(runtime: ComponentRuntime): Record<string, string> {
  return {
    WorkingDirectory: runtime.path,
    Environment: `PATH=${runtime.zato}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    ...runtime.code,
  };
}
