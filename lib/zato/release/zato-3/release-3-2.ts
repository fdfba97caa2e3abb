import { unitOf, writesOnlyTo } from "../../systemd-unit";
import { processOf, START_OPTIONS } from "../process";
import { ServerRuntime, WebAdminRuntime } from "../release-behavior";
import { Release3 } from "./release-3";

/** Zato 3.2: web-admin is a process of its own, and hot deployment needs to be told how to watch its folders. */
export class Release32 extends Release3 {
  public readonly webAdminBindsByConfiguration = true;

  /** The file observers of 3.2 die at start unless they compare snapshots. */
  public override serverEnvironment(runtime: ServerRuntime): Record<string, string> {
    return { ...super.serverEnvironment(runtime), ZATO_HOT_DEPLOY_PREFER_SNAPSHOTS: "True" };
  }

  public webAdminUnit(runtime: WebAdminRuntime): string {
    return unitOf(`Zato web-admin of ${runtime.cluster}`, runtime.labels, {
      ...processOf(runtime),
      ...writesOnlyTo(runtime.path),
      EnvironmentFile: "-/etc/zato/zato.env",
      Type: "simple",
      ExecStartPre: `/bin/rm -f ${runtime.path}/pidfile`,
      ExecStart: `${runtime.zato}/bin/python -m zato.admin.main ${START_OPTIONS}`,
    });
  }
}
