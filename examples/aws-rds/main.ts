import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, LocalBackend, TerraformStack, TerraformVariable } from "cdktf";
import { HighAvailabilityDeployment, Secret, ZatoCluster, ZatoInstallation } from "cdktf-zato";
import { ApplicationLoadBalancer, AwsNetwork, Ec2Host, IAwsNetwork, RdsPostgresql } from "cdktf-zato/aws";
import { Construct } from "constructs";

const HOST_KEYS = {
  host1: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKsampleHostKeyOfHost1xxxxxxxxxxxxxxxxxxxxxxxx",
  host2: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKsampleHostKeyOfHost2xxxxxxxxxxxxxxxxxxxxxxxx",
};

const BASTION_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKsampleHostKeyOfBastionxxxxxxxxxxxxxxxxxxxxxxx";

/** Machines without public addresses in a VPC that exists, each with a database of RDS, behind an internal ALB. */
class AwsRds extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new LocalBackend(this, { path: "terraform.aws-rds.tfstate" });
    new AwsProvider(this, "aws", { region: "eu-central-1" });
    const network = AwsNetwork.fromAttributes(this, "network", {
      vpcId: this.variable("vpc_id"),
      cidrBlocks: ["10.20.0.0/16"],
      subnets: [
        { subnetId: this.variable("subnet_a"), availabilityZone: "eu-central-1a" },
        { subnetId: this.variable("subnet_b"), availabilityZone: "eu-central-1b" },
      ],
    });
    const imageId = this.variable("image_id");
    // Given at each run as TF_VAR_odb_password, and never stored.
    const password = Secret.fromVariable(new TerraformVariable(this, "odb_password", {}), { version: "1" });

    new HighAvailabilityDeployment(this, "zato", {
      clusters: [
        this.newCluster("host1", "eu-central-1a", network, imageId, password),
        this.newCluster("host2", "eu-central-1b", network, imageId, password),
      ],
      loadBalancer: new ApplicationLoadBalancer(this, "edge", { network, internal: true }),
    });
  }

  private newCluster(
    name: "host1" | "host2",
    availabilityZone: string,
    network: IAwsNetwork,
    imageId: string,
    password: Secret,
  ): ZatoCluster {
    const host = new Ec2Host(this, name, {
      network,
      availabilityZone,
      imageId,
      instanceType: "m7i.large",
      keyName: "ops",
      adminCidrs: ["10.20.0.5/32"], // the bastion
      ssh: {
        user: "admin",
        hostKey: HOST_KEYS[name],
        bastion: { address: "bastion.example.com", hostKey: BASTION_KEY },
      },
    });
    const database = new RdsPostgresql(this, `odb-${name}`, { host, password });
    return new ZatoCluster(this, `cluster-${name}`, {
      host,
      installation: ZatoInstallation.preinstalled("/opt/zato/3.3"),
      odb: database.odb,
    });
  }

  private variable(name: string): string {
    return new TerraformVariable(this, name, { type: "string" }).stringValue;
  }
}

const app = new App();
new AwsRds(app, "aws-rds");
app.synth();
