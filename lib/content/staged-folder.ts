/** The folders of what is on its way to a cluster, by what it is for. */
export enum StagedFolder {
  SERVICES = "services",
  MODULES = "modules",
  USER_CONF = "user-conf",
  STATIC = "static",
}
