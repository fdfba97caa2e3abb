import { unitOf, writesOnlyTo } from "../../systemd-unit";
import { processOf } from "../process";
import { WebAdminRuntime } from "../release-behavior";
import { Release3 } from "./release-3";

/** Zato 3.3: web-admin runs under gunicorn. */
export class Release33 extends Release3 {
  public readonly webAdminBindsByConfiguration = false;

  public webAdminUnit(runtime: WebAdminRuntime): string {
    const { zato, path } = runtime;
    const { Environment, ...process } = processOf(runtime);
    return unitOf(`Zato web-admin of ${runtime.cluster}`, runtime.labels, {
      ...process,
      ...writesOnlyTo(path),
      Environment: [
        Environment!,
        `Zato_Dashboard_Base_Dir=${path}`,
        `PYTHONPATH=${zato}/zato-common/src:${zato}/zato-web-admin/src`,
      ],
      EnvironmentFile: "-/etc/zato/zato.env",
      Type: "notify",
      NotifyAccess: "all",
      ExecStart: [
        `${zato}/bin/gunicorn zato.admin.wsgi:application --bind ${runtime.bind} --workers 1`,
        `--access-logfile ${path}/logs/gunicorn-access.log --error-logfile ${path}/logs/gunicorn-error.log`,
        "--name zato-dashboard",
      ].join(" "),
    });
  }
}
