import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, TerraformStack } from "cdktf";
import { HighAvailabilityDeployment, PhysicalHost, ZatoInstallation } from "cdktf-zato";
import { ApplicationLoadBalancer, AwsNetwork } from "cdktf-zato/aws";

const app = new App();
const stack = new TerraformStack(app, "aws");
const ssh = { user: "ops", hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA" };

new AwsProvider(stack, "aws", { region: "eu-central-1" });
const network = new AwsNetwork(stack, "network", { availabilityZones: ["eu-central-1a", "eu-central-1b"] });
new HighAvailabilityDeployment(stack, "zato", {
  hosts: [
    new PhysicalHost(stack, "host1", { address: "10.1.0.11", cpus: 4, ssh }),
    new PhysicalHost(stack, "host2", { address: "10.1.0.12", cpus: 4, ssh }),
  ],
  installation: ZatoInstallation.preinstalled(),
  loadBalancer: new ApplicationLoadBalancer(stack, "edge", { network }),
});

app.synth();
