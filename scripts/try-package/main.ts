import { App, TerraformStack } from "cdktf";
import { ExistingLoadBalancer, HighAvailabilityDeployment, PhysicalHost, ZatoInstallation } from "cdktf-zato";

const app = new App();
const stack = new TerraformStack(app, "stack");
const ssh = { user: "ops", hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA" };

new HighAvailabilityDeployment(stack, "zato", {
  hosts: [
    new PhysicalHost(stack, "host1", { address: "10.0.0.11", cpus: 4, ssh }),
    new PhysicalHost(stack, "host2", { address: "10.0.0.12", cpus: 4, ssh }),
  ],
  installation: ZatoInstallation.preinstalled(),
  loadBalancer: new ExistingLoadBalancer(stack, "edge", { address: "192.0.2.10" }),
});

app.synth();
