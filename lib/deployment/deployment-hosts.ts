import { IHost } from "../host";
import { IExternalLoadBalancer } from "../load-balancing";
import { ICluster } from "../zato";

/** The machines of the program that a deployment is on, and what of it is where. */
export class DeploymentHosts {
  constructor(
    public readonly clusters: readonly ICluster[],
    public readonly loadBalancer: IExternalLoadBalancer | undefined,
  ) {}

  /** Each once: those of clusters, then those of the balancer in front. */
  public get all(): IHost[] {
    const ofClusters = this.clusters.flatMap(({ host }) => host ?? []);
    return [...new Set([...ofClusters, ...(this.loadBalancer?.hosts ?? [])])];
  }

  /** The cluster on a host; failure domains keep it from having two. */
  public clusterOn(host: IHost): ICluster | undefined {
    return this.clusters.find((cluster) => cluster.host === host);
  }

  /** The name of the balancer in front, where it is on a host. */
  public balancerOn(host: IHost): string | undefined {
    return this.loadBalancer?.hosts?.includes(host) ? this.loadBalancer.node.id : undefined;
  }
}
