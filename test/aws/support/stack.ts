import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformStack } from "cdktf";
import { AwsNetwork, Ec2Host, Ec2HostProps, IAwsNetwork } from "cdktf-zato/aws";
import { Construct } from "constructs";
import { newStack, SSH } from "../../support/stack";
import { Template } from "../../support/template";
import { complaintsOfProvider } from "./provider-schema";

export const ZONES = ["eu-central-1a", "eu-central-1b"] as const;

export const CERTIFICATE = "arn:aws:acm:eu-central-1:123456789012:certificate/0f0e0d0c";

/** An empty stack with the AWS provider. */
export function newAwsStack(): TerraformStack {
  const stack = newStack();
  new AwsProvider(stack, "aws", { region: "eu-central-1" });
  return stack;
}

/** A network of ours with two zones. */
export function newNetwork(scope: Construct, id = "network"): AwsNetwork {
  return new AwsNetwork(scope, id, { availabilityZones: ZONES });
}

/** A network that exists, with two zones unless there are to be others. */
export function existingNetwork(stack: TerraformStack, id = "network", zones: readonly string[] = ZONES): IAwsNetwork {
  return AwsNetwork.fromAttributes(stack, id, {
    vpcId: "vpc-0a1b2c3d",
    cidrBlocks: ["10.0.0.0/16"],
    subnets: zones.map((availabilityZone, index) => ({ subnetId: `subnet-0a1b2c3${index}`, availabilityZone })),
  });
}

/** A machine of two CPUs; `host1` is in the first zone, `host2` in the second one. */
export function newEc2Host(
  stack: TerraformStack,
  id: string,
  network: IAwsNetwork,
  props: Partial<Ec2HostProps> = {},
): Ec2Host {
  return new Ec2Host(stack, id, {
    network,
    availabilityZone: ZONES[id.endsWith("2") ? 1 : 0],
    imageId: "ami-0a1b2c3d4e5f",
    instanceType: "m7i.large",
    ssh: SSH,
    adminCidrs: ["203.0.113.0/24"],
    ...props,
  });
}

/** An AWS resource as Terraform's JSON syntax has it. */
export type AwsJson = Record<string, unknown>;

/** A synthesized stack that the provider has no complaint about, and its resources of AWS. */
export class AwsTemplate {
  /** Synthesizes with all validations, and holds the outcome against the provider's schema. */
  public static synth(stack: TerraformStack): AwsTemplate {
    const template = Template.synth(stack);
    expect(complaintsOfProvider(template.json)).toEqual([]);
    return new AwsTemplate(template);
  }

  private constructor(public readonly template: Template) {}

  /** All resources of a type, in the order of their names. */
  public all(type: string): AwsJson[] {
    const resources = (this.template.json.resource ?? {})[type] ?? {};
    return Object.keys(resources)
      .sort()
      .map((name) => resources[name] as AwsJson);
  }

  /** The one resource of a type, or the one below a path. */
  public one(type: string, name = ""): AwsJson {
    const resources = (this.template.json.resource ?? {})[type] ?? {};
    const found = Object.keys(resources).filter((key) => key.includes(name));
    expect(found).toHaveLength(1);
    return resources[found[0]!] as AwsJson;
  }
}
