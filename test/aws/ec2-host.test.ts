import { TerraformVariable, Testing } from "cdktf";
import { AwsNetwork, Ec2Host, Ec2HostProps } from "cdktf-zato/aws";
import { newDeployment, newHost } from "../support/stack";
import { AwsTemplate, existingNetwork, newAwsStack, newEc2Host, newNetwork } from "./support/stack";

function synthHost(props: Partial<Ec2HostProps> = {}): AwsTemplate {
  const stack = newAwsStack();
  newEc2Host(stack, "host1", existingNetwork(stack), props);
  return AwsTemplate.synth(stack);
}

const TAGS = { Name: "stack/host1", "managed-by": "cdktf-zato", "cdktf-zato:stack": "stack" };

test("is a machine with metadata service 2 only and an encrypted volume, which nobody terminates by accident", () => {
  expect(synthHost({ keyName: "ops" }).one("aws_instance")).toEqual({
    ami: "ami-0a1b2c3d4e5f",
    instance_type: "m7i.large",
    subnet_id: "subnet-0a1b2c30",
    key_name: "ops",
    vpc_security_group_ids: [expect.stringMatching(/aws_security_group\.host1_/)],
    disable_api_termination: true,
    metadata_options: { http_endpoint: "enabled", http_tokens: "required", http_put_response_hop_limit: 1 },
    root_block_device: { encrypted: true, volume_type: "gp3", volume_size: 30, tags: TAGS },
    tags: TAGS,
    depends_on: expect.arrayContaining([expect.stringMatching(/ingress_rule\.host1_rules_22/)]) as unknown,
    lifecycle: { ignore_changes: ["ami"] },
  });
});

test("rules for networks that only Terraform knows stay where they are, whatever else there is", () => {
  const rules = (others: number): string[] => {
    const stack = newAwsStack();
    for (let other = 0; other < others; other++) {
      void new TerraformVariable(stack, `other${other}`, {}).stringValue;
    }
    const network = new TerraformVariable(stack, "admins", {}).stringValue;
    newEc2Host(stack, "host1", existingNetwork(stack), { adminCidrs: ["203.0.113.0/24", network] });
    const { resource } = JSON.parse(Testing.synth(stack)) as { resource: Record<string, object> };
    return Object.keys(resource.aws_vpc_security_group_ingress_rule!);
  };
  expect(rules(3)).toEqual(rules(0));
  expect(rules(0)).toHaveLength(2);
});

test("an address is taken as it is in a VPC of which nobody knows the addresses", () => {
  const stack = newAwsStack();
  const cidrBlocks = [new TerraformVariable(stack, "block", {}).stringValue];
  const { subnets } = existingNetwork(stack);
  const network = AwsNetwork.fromAttributes(stack, "vpc", { vpcId: "vpc-0a1b2c3d", cidrBlocks, subnets });
  newEc2Host(stack, "host1", network, { privateAddress: "172.31.0.10" });
  expect(AwsTemplate.synth(stack).one("aws_instance").private_ip).toBe("172.31.0.10");
});

test("takes what it is told", () => {
  const template = synthHost({
    volumeSize: 100,
    kmsKeyId: "arn:aws:kms:eu-central-1:123456789012:key/a",
    instanceProfile: "zato",
    securityGroupIds: ["sg-0a"],
    terminationProtection: false,
  });
  expect(template.one("aws_instance")).toMatchObject({
    root_block_device: { volume_size: 100, kms_key_id: "arn:aws:kms:eu-central-1:123456789012:key/a" },
    iam_instance_profile: "zato",
    vpc_security_group_ids: [expect.anything(), "sg-0a"],
    disable_api_termination: false,
  });
});

test("lets in administrators by SSH, and to ports that were named, and nobody else", () => {
  const template = synthHost({
    adminCidrs: ["203.0.113.0/24", "10.0.0.5/32"],
    adminPorts: [8183],
    ssh: { user: "admin", port: 2222, hostKey: "ssh-ed25519 AAAA" },
  });
  const rules = template.all("aws_vpc_security_group_ingress_rule");
  expect(rules.map(({ cidr_ipv4, from_port, to_port }) => [cidr_ipv4, from_port, to_port])).toEqual([
    ["10.0.0.5/32", 2222, 2222],
    ["203.0.113.0/24", 2222, 2222],
    ["10.0.0.5/32", 8183, 8183],
    ["203.0.113.0/24", 8183, 8183],
  ]);
});

test("is reached at its private address, or at its Elastic IP", () => {
  const host = (props: Partial<Ec2HostProps>): unknown =>
    synthHost(props).template.resource("host1/preflight/Resource").connection?.host;
  expect(host({})).toMatch(/^\$\{aws_instance\.host1_\w+\.private_ip\}$/);
  expect(host({ elasticIp: true })).toMatch(/^\$\{aws_eip\.host1_\w+\.public_ip\}$/);
});

test("has the address that was chosen for it, which is then known at synth", () => {
  const template = synthHost({ privateAddress: "10.0.0.11" });
  const { connection, triggers } = template.template.resource("host1/preflight/Resource");
  expect(template.one("aws_instance").private_ip).toBe("10.0.0.11");
  expect(connection?.host).toBe("10.0.0.11");
  expect(triggers?.revision).toMatch(/aws_instance/); // what makes it wait for the machine all the same
});

test("is reached when it can be, and until nothing of ours is on it any more", () => {
  // GIVEN
  const stack = newAwsStack();
  newEc2Host(stack, "host1", newNetwork(stack));

  // THEN
  const template = AwsTemplate.synth(stack);
  expect(template.one("aws_instance").depends_on).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^aws_vpc_security_group_egress_rule\.host1/),
      expect.stringMatching(/^aws_route\.network/),
      expect.stringMatching(/^aws_route_table_association\.network/),
    ]),
  );
});

test("gets everything again when AWS has replaced the machine, and when told so", () => {
  const revision = (props: Partial<Ec2HostProps>): unknown =>
    synthHost(props).template.resource("host1/preflight/Resource").triggers?.revision;
  expect(revision({})).toMatch(/^1 of \$\{aws_instance\.host1_\w+\.id\}$/);
  expect(revision({ revision: "2" })).toMatch(/^2 of /);
});

test("has its zone for failure domain, so that two clusters in one zone are refused", () => {
  const stack = newAwsStack();
  const network = existingNetwork(stack);
  const hosts = ["host1", "host3"].map((id) => newEc2Host(stack, id, network));
  expect(hosts[0]!.failureDomain).toBe("eu-central-1a");
  expect(() => newDeployment(stack, { hosts })).toThrow(
    /are both in the failure domain 'eu-central-1a', and would be lost/,
  );
});

test("has the CPUs of its instance type, and the machine is asked", () => {
  expect(synthHost({ instanceType: "c7g.4xlarge" }).template.preflight("host1").parameters.cpus).toBe("16");
  expect(synthHost({ instanceType: "u-6tb1.metal", cpus: 448 }).template.preflight("host1").parameters.cpus).toBe(
    "448",
  );
});

test("may be lost for now", () => {
  const stack = newAwsStack();
  const network = existingNetwork(stack);
  expect(newEc2Host(stack, "host1", network).isLost).toBe(false);
  expect(newEc2Host(stack, "host2", network, { lost: true }).isLost).toBe(true);
  AwsTemplate.synth(stack);
});

test("is told from other hosts", () => {
  const stack = newAwsStack();
  expect(Ec2Host.isEc2Host(newEc2Host(stack, "host1", existingNetwork(stack)))).toBe(true);
  expect(Ec2Host.isEc2Host(newHost(stack, "host2"))).toBe(false);
});

test.each([
  ["t2.micro", 1],
  ["t2.medium", 2],
  ["t3.nano", 2],
  ["t4g.2xlarge", 8],
  ["m7g.medium", 1],
  ["r6i.large", 2],
  ["c5.9xlarge", 36],
  ["m8a.48xlarge", 192],
  ["c7gn.16xlarge", 64],
])("a %s has %d CPUs", (instanceType, cpus) => {
  const stack = newAwsStack();
  expect(newEc2Host(stack, "host1", existingNetwork(stack), { instanceType }).cpus).toBe(cpus);
});

test.each<[string, Partial<Ec2HostProps>, string | RegExp]>([
  [
    "a zone that the network is not in",
    { availabilityZone: "eu-central-1c" },
    "stack/host1: stack/network has no subnet in 'eu-central-1c'; give one of 'eu-central-1a', 'eu-central-1b'",
  ],
  ["an image that is none", { imageId: "debian" }, /'debian' is no image; give its id, 'ami-' and hexadecimal digits/],
  ["an instance type that is none", { instanceType: "big" }, /'big' is no instance type/],
  [
    "a type that does not tell its CPUs",
    { instanceType: "m7i.metal-24xl" },
    /'m7i.metal-24xl' has does not follow.* 'cpus'/,
  ],
  ["a family that does not", { instanceType: "c4.8xlarge" }, /how many CPUs 'c4.8xlarge' has/],
  ["a size that does not exist", { instanceType: "t3.4xlarge" }, /how many CPUs 't3.4xlarge' has/],
  ["an address elsewhere", { privateAddress: "10.1.0.11" }, /'10.1.0.11' is no IPv4 address of the VPC; give one of/],
  ["an address that is none", { privateAddress: "host1" }, /'host1' is no IPv4 address of the VPC/],
  ["no administrators", { adminCidrs: [] }, /nobody would reach the machine by SSH; give a network in 'adminCidrs'/],
  ["administrators that are no network", { adminCidrs: ["::/0"] }, /'::\/0' is no network of administrators/],
  ["a port that is none", { adminPorts: [0] }, /a port for administrators is 0/],
  ["a volume that is too small", { volumeSize: 1 }, /the size of the volume in GiB is 1/],
  ["a security group that is none", { securityGroupIds: ["default"] }, /'default' is no security group/],
  ["a revision on two lines", { revision: "1\n2" }, /the revision is "1\\n2"/],
])("fails for %s", (_, props, message) => {
  const stack = newAwsStack();
  expect(() => newEc2Host(stack, "host1", existingNetwork(stack), props)).toThrow(message);
});
