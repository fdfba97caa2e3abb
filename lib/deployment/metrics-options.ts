/** What a deployment's metrics can be told. */
export interface MetricsOptions {
  /**
   * Networks, as `10.0.0.0/8` or `2001:db8::/32`, or addresses from which Prometheus asks. The HAProxies refuse everybody else, and
   * firewalls of the hosts let these in, to node_exporter's port 9100 too.
   *
   * @default - the host itself alone, for an agent that runs on it
   */
  readonly from?: readonly string[];

  /**
   * The port on which an HAProxy in front of the clusters tells of itself.
   *
   * @default 8404
   */
  readonly loadBalancerPort?: number;

  /**
   * The port on which a cluster's load-balancer tells of itself.
   *
   * @default 8405
   */
  readonly zatoLoadBalancerPort?: number;

  /**
   * The folder on the hosts from which node_exporter reads text files, which belongs to root.
   *
   * @default "/var/lib/prometheus/node-exporter", that of Debian's and Ubuntu's package
   */
  readonly textfileDirectory?: string;
}
