import { IConstruct } from "constructs";
import { AssetFolder } from "../remote";
import { ConstructError } from "../validation";
import { StagedFolder } from "./staged-folder";

/** What the servers of a cluster have to be set up for, as those are that the library installs. */
const OTHER_FILES = [
  ...[StagedFolder.MODULES, StagedFolder.USER_CONF, StagedFolder.STATIC].map((folder) => `${folder}/`),
  "requirements.txt",
];

/**
 * Refuses files that a cluster cannot take whose servers know nothing of our folders.
 *
 * @throws ConstructError naming the first file that holds no services
 */
export function requireServicesAlone(cluster: IConstruct, folder: AssetFolder): void {
  const other = folder.find(OTHER_FILES);
  if (other !== undefined) {
    throw new ConstructError(
      cluster,
      `'${other}' holds no services, and a cluster that somebody else has installed takes services and objects alone`,
      "put what services import into their own files, or leave 'access' out until the cluster is replaced by one of ours",
    );
  }
}
