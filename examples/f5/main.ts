import { App, LocalBackend, TerraformStack } from "cdktf";
import { Affinity, HighAvailabilityDeployment, PhysicalHost, ZatoInstallation } from "cdktf-zato";
import { F5BigIpLoadBalancer, F5Tls } from "cdktf-zato/f5";
import { Construct } from "constructs";

/** Two hosts behind an F5 BIG-IP. BIGIP_HOST, BIGIP_USER, BIGIP_PASSWORD and BIGIP_TRUSTED_CERT_PATH say how to reach it. */
class BehindF5 extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new LocalBackend(this, { path: "terraform.f5.tfstate" });
    const ssh = {
      user: "ops",
      hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDyN0WQ0q3o7a0mC2l5kV4n2yJ5mS6v7xGQe1b9h8kTt",
    };

    const zato = new HighAvailabilityDeployment(this, "zato", {
      hosts: [
        new PhysicalHost(this, "host1", { address: "10.0.1.11", cpus: 8, ssh }),
        new PhysicalHost(this, "host2", { address: "10.0.2.12", cpus: 8, ssh }),
      ],
      installation: ZatoInstallation.preinstalled(),
      loadBalancer: new F5BigIpLoadBalancer(this, "edge", {
        virtualAddress: "192.0.2.10",
        networks: ["192.0.2.0/24"], // what is routed to the device
        tenant: "Zato", // a partition of the device, for this alone
        tls: F5Tls.certificate({
          certificate: "/Common/esb.example.com.crt", // on the device already, as is its key
          privateKey: "/Common/esb.example.com.key",
        }),
        serviceProperties: { allowVlans: [{ bigip: "/Common/external" }] },
      }),
      // drainedClusters: ["host2"], // for planned work on host2
    });
    zato.content.addStickyPath("/cart", Affinity.COOKIE);
  }
}

const app = new App();
new BehindF5(app, "f5");
app.synth();
