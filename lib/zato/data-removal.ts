/** What happens to a cluster's data when the cluster is destroyed. */
export enum DataRemoval {
  /** The database and the keys that decrypt it stay on the host; the removal prints where. */
  KEEP = "keep-data",

  /** The local database and the keys are dropped. A database by reference is never dropped. */
  DROP = "drop-data",
}
