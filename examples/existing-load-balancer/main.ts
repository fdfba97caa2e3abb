import { App, LocalBackend, TerraformStack } from "cdktf";
import { ExistingLoadBalancer, HighAvailabilityDeployment, PhysicalHost, ZatoInstallation } from "cdktf-zato";
import { Construct } from "constructs";

/** Two hosts behind a load balancer that others configure: `terraform output zato_pool` says what they enter there. */
class BehindAnAppliance extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new LocalBackend(this, { path: "terraform.existing-load-balancer.tfstate" });
    const ssh = {
      user: "ops",
      hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDyN0WQ0q3o7a0mC2l5kV4n2yJ5mS6v7xGQe1b9h8kTt",
    };

    new HighAvailabilityDeployment(this, "zato", {
      hosts: [
        new PhysicalHost(this, "host1", { address: "10.0.1.11", cpus: 8, ssh }),
        new PhysicalHost(this, "host2", { address: "10.0.2.12", cpus: 8, ssh }),
      ],
      installation: ZatoInstallation.preinstalled(),
      loadBalancer: new ExistingLoadBalancer(this, "edge", { address: "esb.example.com" }),
      healthCheck: { interval: 5, timeout: 3, fall: 3 }, // as the appliance does it
    });
  }
}

const app = new App();
new BehindAnAppliance(app, "existing-load-balancer");
app.synth();
