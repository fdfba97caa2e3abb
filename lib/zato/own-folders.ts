import { IConstruct } from "constructs";
import { ConstructError, requireAbsolutePath } from "../validation";

/** Folders on hosts that come and go with what is deployed there. */
const OWN_FOLDERS = ["/opt/zato", "/etc/cdktf-zato", "/var/lib/cdktf-zato", "/var/log/cdktf-zato", "/run/cdktf-zato"];

/**
 * Refuses a folder for what is to stay on a host when all else of ours goes.
 *
 * @param what what is put there, as messages say it: `the folder for backups`
 * @param further folders that go, too
 * @throws ConstructError when the path is relative or none, or lies in a folder that goes
 */
export function requireLastingFolder(
  scope: IConstruct,
  what: string,
  path: string,
  further: readonly string[] = [],
): string {
  requireAbsolutePath(scope, what, path);
  const folder = [...OWN_FOLDERS, ...further].find((own) => `${path}/`.startsWith(`${own}/`));
  if (folder !== undefined) {
    throw new ConstructError(
      scope,
      `${what} is '${path}', and ${folder} goes with what is deployed`,
      "give a folder of its own, for example below '/var' or '/srv'",
    );
  }
  return path;
}
