import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, LocalBackend, TerraformStack, TerraformVariable } from "cdktf";
import { Affinity, HighAvailabilityDeployment, PhysicalHost, ZatoInstallation } from "cdktf-zato";
import { AwsNetwork, NetworkLoadBalancer } from "cdktf-zato/aws";
import { Construct } from "constructs";

/** Two machines in a data centre that a VPN or Direct Connect joins to a VPC, behind an address for clients in that VPC. */
class AwsNlb extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new LocalBackend(this, { path: "terraform.aws-nlb.tfstate" });
    new AwsProvider(this, "aws", { region: "eu-central-1" });
    const variable = (name: string): string => new TerraformVariable(this, name, { type: "string" }).stringValue;

    const network = AwsNetwork.fromAttributes(this, "network", {
      vpcId: variable("vpc_id"),
      cidrBlocks: ["10.20.0.0/16"],
      subnets: [
        { subnetId: variable("subnet_a"), availabilityZone: "eu-central-1a" },
        { subnetId: variable("subnet_b"), availabilityZone: "eu-central-1b" },
      ],
    });
    const host1 = new PhysicalHost(this, "host1", {
      address: "192.168.10.11",
      cpus: 8,
      ssh: {
        user: "ops",
        hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKsampleHostKeyOfHost1xxxxxxxxxxxxxxxxxxxxxxxx",
      },
    });
    const host2 = new PhysicalHost(this, "host2", {
      address: "192.168.10.12",
      cpus: 8,
      ssh: {
        user: "ops",
        hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKsampleHostKeyOfHost2xxxxxxxxxxxxxxxxxxxxxxxx",
      },
    });

    new HighAvailabilityDeployment(this, "zato", {
      hosts: [host1, host2],
      installation: ZatoInstallation.preinstalled("/opt/zato/3.3"),
      affinity: Affinity.SOURCE, // an NLB tells clients by their address
      loadBalancer: new NetworkLoadBalancer(this, "edge", { network, internal: true }),
    });
  }
}

const app = new App();
new AwsNlb(app, "aws-nlb");
app.synth();
