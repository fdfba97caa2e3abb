import { AcmCertificate } from "@cdktf/provider-aws/lib/acm-certificate";
import { AcmCertificateValidation } from "@cdktf/provider-aws/lib/acm-certificate-validation";
import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Route53Record } from "@cdktf/provider-aws/lib/route53-record";
import { App, LocalBackend, TerraformStack, TerraformVariable } from "cdktf";
import { HighAvailabilityDeployment, Secret, ZatoCluster, ZatoInstallation } from "cdktf-zato";
import { ApplicationLoadBalancer, AwsNetwork, Ec2Host, IAwsNetwork, RdsPostgresql } from "cdktf-zato/aws";
import { Construct } from "constructs";

/** The name that clients use, in the hosted zone of Route 53 that the variable `hosted_zone_id` names. */
const DNS_NAME = "esb.example.com";

/** As the console output of each machine has them, or as a golden image brings them: see docs/aws.md. */
const HOST_KEYS = {
  host1: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKsampleHostKeyOfHost1xxxxxxxxxxxxxxxxxxxxxxxx",
  host2: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKsampleHostKeyOfHost2xxxxxxxxxxxxxxxxxxxxxxxx",
};

/** Everything, from the network to an alarm: two machines in two zones, a database for each, and HTTPS in front. */
class AwsComplete extends TerraformStack {
  private readonly imageId = this.variable("image_id");
  private readonly hostedZoneId = this.variable("hosted_zone_id");
  private readonly alarmTopicArn = this.variable("alarm_topic_arn");

  constructor(scope: Construct, id: string) {
    super(scope, id);
    new LocalBackend(this, { path: "terraform.aws-complete.tfstate" });
    new AwsProvider(this, "aws", { region: "eu-central-1" });
    // Given at each run as TF_VAR_odb_password, and never stored.
    const password = Secret.fromVariable(new TerraformVariable(this, "odb_password", {}), { version: "1" });

    const network = new AwsNetwork(this, "network", { availabilityZones: ["eu-central-1a", "eu-central-1b"] });
    const edge = new ApplicationLoadBalancer(this, "edge", {
      network,
      certificateArn: this.certificate(), // HTTP is sent to HTTPS
      dnsName: DNS_NAME,
      hostedZoneId: this.hostedZoneId,
    });
    new HighAvailabilityDeployment(this, "zato", {
      clusters: [
        this.newCluster("host1", "eu-central-1a", network, password),
        this.newCluster("host2", "eu-central-1b", network, password),
      ],
      loadBalancer: edge,
    });
    this.alarmWhenOneIsGone(edge);
  }

  /** A machine, its database, and the cluster on both. */
  private newCluster(
    name: "host1" | "host2",
    availabilityZone: string,
    network: IAwsNetwork,
    password: Secret,
  ): ZatoCluster {
    const host = new Ec2Host(this, name, {
      network,
      availabilityZone,
      imageId: this.imageId,
      instanceType: "m7i.xlarge", // 4 CPUs, which become 4 workers
      keyName: "ops", // an EC2 key pair, whose private key is in the SSH agent
      adminCidrs: ["203.0.113.0/24"],
      elasticIp: true,
      ssh: { user: "admin", hostKey: HOST_KEYS[name] },
    });
    const database = new RdsPostgresql(this, `odb-${name}`, { host, password });
    return new ZatoCluster(this, `cluster-${name}`, {
      host,
      installation: ZatoInstallation.archive({
        url: "https://artifacts.example.com/zato-3.3.tar.gz",
        sha256: "0000000000000000000000000000000000000000000000000000000000000000",
      }),
      odb: database.odb,
    });
  }

  /** A certificate of ACM. A record in the hosted zone proves to AWS whose name it is, and renews it from then on. */
  private certificate(): string {
    const certificate = new AcmCertificate(this, "certificate", { domainName: DNS_NAME, validationMethod: "DNS" });
    const proof = certificate.domainValidationOptions.get(0);
    const record = new Route53Record(this, "certificate-record", {
      zoneId: this.hostedZoneId,
      name: proof.resourceRecordName,
      type: proof.resourceRecordType,
      records: [proof.resourceRecordValue],
      ttl: 300,
    });
    return new AcmCertificateValidation(this, "certificate-validation", {
      certificateArn: certificate.arn,
      validationRecordFqdns: [record.fqdn],
    }).certificateArn;
  }

  /** The other cluster answers meanwhile, so that nobody would notice otherwise. */
  private alarmWhenOneIsGone({ loadBalancer, targetGroup }: ApplicationLoadBalancer): void {
    new CloudwatchMetricAlarm(this, "one-is-gone", {
      alarmName: "zato-one-cluster-does-not-answer",
      namespace: "AWS/ApplicationELB",
      metricName: "UnHealthyHostCount",
      dimensions: {
        LoadBalancer: loadBalancer.arnSuffix,
        TargetGroup: targetGroup.resource.arnSuffix,
      },
      statistic: "Maximum",
      comparisonOperator: "GreaterThanThreshold",
      threshold: 0,
      period: 60,
      evaluationPeriods: 3, // an update takes a cluster out for less
      alarmActions: [this.alarmTopicArn],
    });
  }

  private variable(name: string): string {
    return new TerraformVariable(this, name, { type: "string" }).stringValue;
  }
}

const app = new App();
new AwsComplete(app, "aws-complete");
app.synth();
