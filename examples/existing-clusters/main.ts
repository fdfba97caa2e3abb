import { App, LocalBackend, TerraformStack } from "cdktf";
import {
  ExistingZatoCluster,
  HaproxyLoadBalancer,
  HighAvailabilityDeployment,
  type ICluster,
  PhysicalHost,
} from "cdktf-zato";
import { Construct } from "constructs";

/** Two clusters that run already, whoever has installed them, and a pair of HAProxies of ours in front of them. */
class BeforeWhatIsThere extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new LocalBackend(this, { path: "terraform.existing-clusters.tfstate" });
    const ssh = {
      user: "ops",
      hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDyN0WQ0q3o7a0mC2l5kV4n2yJ5mS6v7xGQe1b9h8kTt",
    };
    const hosts = [
      new PhysicalHost(this, "edge1", { address: "10.0.0.21", cpus: 2, ssh }),
      new PhysicalHost(this, "edge2", { address: "10.0.0.22", cpus: 2, ssh }),
    ];

    new HighAvailabilityDeployment<ICluster>(this, "zato", {
      clusters: [
        new ExistingZatoCluster(this, "a", { address: "10.0.0.11", schedulerRuns: true }),
        new ExistingZatoCluster(this, "b", { address: "10.0.0.12" }),
      ],
      loadBalancer: new HaproxyLoadBalancer(this, "edge", { hosts, virtualAddress: "10.0.0.100" }),
    });
  }
}

const app = new App();
new BeforeWhatIsThere(app, "existing-clusters");
app.synth();
