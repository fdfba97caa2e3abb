import { Construct } from "constructs";
import { IHost } from "../host";
import { ConstructError, hostPort, requireAbsolutePath, requirePort, requireSources } from "../validation";
import { Exporter } from "../zato";
import { admitScrapes } from "../zato/haproxy/exporter";
import { DeploymentHosts } from "./deployment-hosts";
import { HostMetrics } from "./host-metrics";
import { MetricsOptions } from "./metrics-options";

/** The id of a deployment's metrics, which no cluster of its own can have. */
const METRICS = "metrics";

/** Where node_exporter listens unless it is told otherwise. */
const NODE_EXPORTER_PORT = 9100;

/** A group of targets, as Prometheus reads it from a file of its service discovery. */
interface TargetGroup {
  readonly targets: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** What a deployment tells Prometheus: by its HAProxies, and by a text file on each host. */
export class DeploymentMetrics {
  /** For the HAProxy in front. */
  public readonly inFront: Exporter;

  /** For the clusters' load-balancers. */
  public readonly ofClusters: Exporter;

  private readonly from: readonly string[];
  private readonly directory: string;

  /**
   * @throws ConstructError when a network is none, a port is none, the folder has no absolute path, or a cluster has the id that the
   * metrics get
   */
  constructor(
    private readonly deployment: Construct,
    options: MetricsOptions,
    private readonly hosts: DeploymentHosts,
  ) {
    if (deployment.node.tryFindChild(METRICS)) {
      throw new ConstructError(
        deployment,
        `a cluster is '${METRICS}', as is what tells of all clusters`,
        "give the host another id, after which its cluster is named",
      );
    }
    const { from, loadBalancerPort = 8404, zatoLoadBalancerPort = 8405 } = options;
    this.from = from ? requireSources(deployment, "network from which metrics are asked for", from) : [];
    this.inFront = this.exporter("the load balancer", loadBalancerPort);
    this.ofClusters = this.exporter("the Zato load-balancers", zatoLoadBalancerPort);
    this.directory = requireAbsolutePath(
      deployment,
      "the folder of node_exporter's text files",
      options.textfileDirectory ?? "/var/lib/prometheus/node-exporter",
    );
    this.measureHosts();
  }

  /** All that Prometheus asks, for a file of its service discovery; only to be asked for at synth. */
  public get targets(): TargetGroup[] {
    const deployment = this.deployment.node.id;
    const group = (host: IHost, port: number, labels: Record<string, string>): TargetGroup => ({
      targets: [hostPort(host.address, port)],
      labels: { ...labels, host: host.hostName },
    });
    return this.hosts.all.flatMap((host) => {
      const cluster = this.hosts.clusterOn(host);
      const haproxy = (exporter: string, { port }: Exporter): TargetGroup =>
        group(host, port, { exporter, deployment, ...(cluster && { cluster: cluster.clusterName }) });
      return [
        ...(this.hosts.balancerOn(host) ? [haproxy("load-balancer", this.inFront)] : []),
        ...(cluster ? [haproxy("zato-load-balancer", this.ofClusters)] : []),
        group(host, NODE_EXPORTER_PORT, { exporter: "node" }),
      ];
    });
  }

  private exporter(what: string, port: number): Exporter {
    return { port: requirePort(this.deployment, `the port for metrics of ${what}`, port), from: this.from };
  }

  private measureHosts(): void {
    const scope = new Construct(this.deployment, METRICS);
    for (const host of this.hosts.all) {
      const { machine } = host.presence;
      // Several deployments on one machine rely on the same.
      machine.ports.reserve(this.deployment, NODE_EXPORTER_PORT, "node_exporter");
      admitScrapes(machine, NODE_EXPORTER_PORT, this.from, "node_exporter");
      const cluster = this.hosts.clusterOn(host);
      new HostMetrics(scope, host.hostName, {
        host,
        deployment: this.deployment.node.id,
        cluster: cluster?.clusterName,
        balancer: this.hosts.balancerOn(host),
        directory: this.directory,
      }).after(() => cluster?.components ?? []);
    }
  }
}
