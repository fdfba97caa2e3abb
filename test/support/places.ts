import { ClusterPaths } from "../../lib/zato/cluster-paths";

/** What scripts are told of the places of the cluster `a`, and of its release. */
export const PLACES = placesOf("a");

/** The same of any cluster, with its folders below another root. */
export function placesOf(cluster: string, root = ""): Record<string, string> {
  const paths = new ClusterPaths(cluster);
  return {
    release: "zato-3",
    cluster_folder: root + paths.folder,
    folders: paths.foldersOfCluster.map((folder) => root + folder).join("\n"),
    staged_services: "services",
    hot_deploy: root + paths.hotDeploy,
    start_folders: `modules ${root}${paths.modules}\nuser-conf ${root}${paths.userConf}`,
    open_folders: `static ${root}${paths.static}`,
  };
}
