import { IConstruct } from "constructs";
import { IHost } from "../host";
import { ConstructError, KIND, requireWhole } from "../validation";
import { readScript } from "../zato/text-file";

/** What a {@link Hook} can be told. */
export interface HookOptions {
  /**
   * Seconds after which the script is stopped, and has failed.
   *
   * @default 300
   */
  readonly timeout?: number;
}

/**
 * A script of the user's that a rollout runs at some point, and that stops it by any exit status but 0. It is one file that begins with
 * `#!`, and is told what it is about by its environment: `CDKTF_ZATO_HOOK`, `CDKTF_ZATO_DEPLOYMENT`, and, once there is something to
 * ask, `CDKTF_ZATO_CLUSTER`, `CDKTF_ZATO_ADDRESS`, `CDKTF_ZATO_PORT` and `CDKTF_ZATO_URL`.
 */
export class Hook {
  /**
   * A script that runs on the machine that deploys, as whoever does, in the folder of the synthesized stack. It has the environment of the
   * deploy too: the place for what it has to keep secret.
   *
   * @param file its absolute path on the machine that runs `cdktf`
   */
  public static onDeployer(file: string, options: HookOptions = {}): Hook {
    return new Hook(file, options);
  }

  /**
   * A script that goes to a host at each run, and runs there as root. Nothing that is secret comes along. Where the host is declared
   * lost, it does not run.
   *
   * @param file its absolute path on the machine that runs `cdktf`
   */
  public static onHost(host: IHost, file: string, options: HookOptions = {}): Hook {
    return new Hook(file, options, host);
  }

  private constructor(
    /** @internal */ readonly _file: string,
    private readonly options: HookOptions,
    /** Where it runs, if not where the deploy does. @internal */ readonly _host?: IHost,
  ) {}

  /** @hidden */
  protected get [KIND](): "Hook" {
    return "Hook";
  }

  /**
   * The seconds that the script gets.
   *
   * @throws ConstructError when there is no such script, nothing could run it, or the seconds are none
   * @internal
   */
  public _requireRunnable(scope: IConstruct, what: string): number {
    readScript(scope, `the script of '${what}'`, this._file);
    if (this._host === undefined && process.platform === "win32") {
      throw new ConstructError(
        scope,
        `'${what}' is to run on this machine, whose Terraform has no shell for it`,
        "deploy from Linux or macOS, or give Hook.onHost(…)",
      );
    }
    return requireWhole(scope, `the timeout of '${what}'`, this.options.timeout ?? 300, 1, 86400);
  }
}
