import { Affinity, LoadBalancerBase, VendorResource } from "cdktf-zato";
import { Construct } from "constructs";

/** Our appliance, configured by the resource `acme_virtual_server` of its vendor's provider. */
export class AcmeLoadBalancer extends LoadBalancerBase {
  public readonly entryAddress = "192.0.2.10";
  public readonly entryPort = 80;
  public readonly usesTls = false;
  public override readonly healthCheckDefaults = { interval: 5, timeout: 3 };

  protected readonly abilities = {
    kind: "an Acme appliance",
    affinities: [Affinity.SOURCE],
    pathAffinities: [],
  };

  constructor(scope: Construct, id: string) {
    super(scope, id);
    new VendorResource(this, "Resource", {
      type: "acme_virtual_server",
      // The pool is complete only at synth, since clusters and servers may still be added: it is asked for then.
      arguments: () => ({
        members: this.pool.members.map(({ address, port, isDrained }) => ({ address, port, enabled: !isDrained })),
        health_path: this.pool.healthCheck.path,
        health_status: 200,
        refused_paths: this.pool.privatePaths,
        health_interval: this.pool.healthCheck.interval,
        sticky: this.pool.affinity === Affinity.SOURCE,
      }),
      after: () => this.readyClusters,
    });
  }
}
