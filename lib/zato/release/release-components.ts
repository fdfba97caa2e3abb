import { Backup, BackupOptions } from "../backup";
import { ClusterFrame } from "../cluster-frame";
import { ClusterSteps } from "../cluster-order";
import { ClusterRegistration } from "../cluster-registration";
import { Odb } from "../odb";
import { Scheduler } from "../scheduler";
import { WebAdmin, WebAdminOptions } from "../web-admin";
import { ZatoLoadBalancer } from "../zato-load-balancer";
import { ZatoLoadBalancerOptions } from "../zato-load-balancer-options";
import { ZatoServer } from "../zato-server";

/** What a cluster consists of, whichever its release, besides its servers: a release may have more of them. */
export interface ClusterComponents {
  readonly odb: Odb;
  readonly registration: ClusterRegistration;
  readonly loadBalancer: ZatoLoadBalancer;
  readonly webAdmin: WebAdmin;
  readonly scheduler: Scheduler;
  readonly backup?: Backup;
}

/** What is declared of them. */
export interface ComponentOptions {
  /** Of the cluster's load-balancer. */
  readonly zatoLoadBalancer?: ZatoLoadBalancerOptions;
  /** Of its web-admin. */
  readonly webAdmin?: WebAdminOptions;
  /** Of its backups, where it has any. */
  readonly backup?: BackupOptions;
}

/** Which components a cluster of a release has. */
export interface ReleaseComponents {
  /** After which others each of them is brought to what is declared, by the name that it is made under. */
  readonly steps: ClusterSteps;

  /**
   * Makes them.
   *
   * @param servers those of the cluster, once all are known
   */
  make(frame: ClusterFrame, options: ComponentOptions, servers: () => readonly ZatoServer[]): ClusterComponents;
}
