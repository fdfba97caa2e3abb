import { TerraformStack, TerraformVariable } from "cdktf";
import { HaproxyLoadBalancer, HighAvailabilityDeployment, PhysicalHost, Secret, ZatoInstallation } from "cdktf-zato";
import { Construct } from "constructs";

const HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDyN0WQ0q3o7a0mC2l5kV4n2yJ5mS6v7xGQe1b9h8kTt";

/** Two clusters behind one address. */
export class Production extends TerraformStack {
  public readonly zato: HighAvailabilityDeployment;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const ssh = { user: "ops", hostKey: HOST_KEY };
    const hosts = [
      new PhysicalHost(this, "host1", { address: "10.0.0.11", cpus: 4, ssh }),
      new PhysicalHost(this, "host2", { address: "10.0.0.12", cpus: 4, ssh }),
    ];
    this.zato = new HighAvailabilityDeployment(this, "zato", {
      hosts,
      installation: ZatoInstallation.preinstalled("/opt/zato/3.3"),
      loadBalancer: new HaproxyLoadBalancer(this, "edge", { hosts, virtualAddress: "10.0.0.100" }),
    });
    const password = new TerraformVariable(this, "partner_password", {});
    const partner = this.zato.content.addBasicAuth("Partner", {
      username: "partner",
      password: Secret.fromVariable(password),
    });
    this.zato.content.addRestChannel("Ping", { urlPath: "/partner/ping", service: "pub.zato.ping", security: partner });
  }
}
