import { App, LocalBackend, TerraformStack } from "cdktf";
import { Affinity, HighAvailabilityDeployment, PhysicalHost, ZatoInstallation } from "cdktf-zato";
import { CitrixAdcLoadBalancer } from "cdktf-zato/citrix";
import { Construct } from "constructs";

/** Two hosts behind a Citrix ADC. NS_URL, NS_LOGIN and NS_PASSWORD say how to reach it. */
class BehindCitrix extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new LocalBackend(this, { path: "terraform.citrix.tfstate" });
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
      loadBalancer: new CitrixAdcLoadBalancer(this, "edge", {
        virtualAddress: "192.0.2.10",
        tls: { certKey: "esb.example.com" }, // on the device already, as is its key
      }),
      affinity: Affinity.COOKIE,
    });
  }
}

const app = new App();
new BehindCitrix(app, "citrix");
app.synth();
