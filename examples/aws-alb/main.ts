import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, LocalBackend, TerraformStack, TerraformVariable } from "cdktf";
import { HighAvailabilityDeployment, ZatoInstallation } from "cdktf-zato";
import { ApplicationLoadBalancer, AwsNetwork, Ec2Host } from "cdktf-zato/aws";
import { Construct } from "constructs";

/** As the console output of each machine has them, or as a golden image brings them: see docs/aws.md. */
const HOST_KEYS = {
  host1: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKsampleHostKeyOfHost1xxxxxxxxxxxxxxxxxxxxxxxx",
  host2: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKsampleHostKeyOfHost2xxxxxxxxxxxxxxxxxxxxxxxx",
};

/** Two machines of EC2, each in a zone of its own, behind HTTPS. */
class AwsAlb extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new LocalBackend(this, { path: "terraform.aws-alb.tfstate" });
    new AwsProvider(this, "aws", { region: "eu-central-1" });
    const imageId = new TerraformVariable(this, "image_id", { description: "a Debian 12 or Ubuntu 24.04" }).stringValue;
    const certificateArn = new TerraformVariable(this, "certificate_arn", { type: "string" }).stringValue;
    const hostedZoneId = new TerraformVariable(this, "hosted_zone_id", { type: "string" }).stringValue;

    const network = new AwsNetwork(this, "network", { availabilityZones: ["eu-central-1a", "eu-central-1b"] });
    const common = {
      network,
      imageId,
      instanceType: "m7i.xlarge", // 4 CPUs, which become 4 workers
      keyName: "ops", // an EC2 key pair, whose private key is in the SSH agent
      adminCidrs: ["203.0.113.0/24"],
      elasticIp: true,
    };
    const host1 = new Ec2Host(this, "host1", {
      ...common,
      availabilityZone: "eu-central-1a",
      ssh: { user: "admin", hostKey: HOST_KEYS.host1 },
    });
    const host2 = new Ec2Host(this, "host2", {
      ...common,
      availabilityZone: "eu-central-1b",
      ssh: { user: "admin", hostKey: HOST_KEYS.host2 },
    });

    new HighAvailabilityDeployment(this, "zato", {
      hosts: [host1, host2], // one independent cluster per machine
      installation: ZatoInstallation.archive({
        url: "https://artifacts.example.com/zato-3.3.tar.gz",
        sha256: "0000000000000000000000000000000000000000000000000000000000000000",
      }),
      loadBalancer: new ApplicationLoadBalancer(this, "edge", {
        network,
        certificateArn, // HTTP is sent to HTTPS
        dnsName: "esb.example.com",
        hostedZoneId,
      }),
    });
  }
}

const app = new App();
new AwsAlb(app, "aws-alb");
app.synth();
