import fc from "fast-check";
import { AwsNetwork, AwsNetworkAttributes, AwsNetworkProps } from "cdktf-zato/aws";
import { isWithin, sixteenthOf } from "../../lib/aws/cidr";
import { AwsTemplate, newAwsStack, newNetwork, ZONES } from "./support/stack";

test("is a VPC with a public subnet in each zone", () => {
  // GIVEN
  const stack = newAwsStack();
  const network = newNetwork(stack);

  // THEN
  const template = AwsTemplate.synth(stack);
  expect(template.one("aws_vpc")).toMatchObject({ cidr_block: "10.0.0.0/16", enable_dns_hostnames: true });
  expect(template.all("aws_subnet")).toMatchObject([
    { availability_zone: "eu-central-1a", cidr_block: "10.0.0.0/20" },
    { availability_zone: "eu-central-1b", cidr_block: "10.0.16.0/20" },
  ]);
  expect(template.all("aws_route_table_association")).toHaveLength(2);
  expect(template.one("aws_route")).toMatchObject({ destination_cidr_block: "0.0.0.0/0" });
  expect(network.cidrBlocks).toEqual(["10.0.0.0/16"]);
  expect(network.subnets.map(({ availabilityZone }) => availabilityZone)).toEqual(ZONES);
});

test("a zone more moves no subnet", () => {
  // GIVEN
  const subnets = (availabilityZones: string[]): unknown => {
    const stack = newAwsStack();
    new AwsNetwork(stack, "network", { availabilityZones, cidrBlock: "10.4.0.0/20" });
    return AwsTemplate.synth(stack).template.json.resource?.aws_subnet;
  };

  // THEN
  expect(subnets(["eu-central-1c", "eu-central-1a", "eu-central-1b"])).toMatchObject(
    subnets(["eu-central-1a", "eu-central-1c"]) as object,
  );
});

test("sixteenths of a network are within it, and apart from each other", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 16, max: 24 }),
      fc.nat({ max: 2 ** 16 - 1 }),
      fc.uniqueArray(fc.nat({ max: 15 }), { minLength: 2, maxLength: 2 }),
      (prefix, number, [one, other]) => {
        const start = number * 2 ** (32 - 16);
        const cidr = `${[24, 16, 8, 0].map((bits) => Math.floor(start / 2 ** bits) % 256).join(".")}/${prefix}`;
        const [a, b] = [sixteenthOf(cidr, one!), sixteenthOf(cidr, other!)];
        expect(isWithin(a.split("/")[0]!, [cidr])).toBe(true);
        expect(isWithin(a.split("/")[0]!, [b])).toBe(false);
        expect(a.endsWith(`/${prefix + 4}`)).toBe(true);
      },
    ),
  );
});

test.each<[string, AwsNetworkProps, string | RegExp]>([
  [
    "one zone",
    { availabilityZones: ["eu-central-1a"] },
    "stack/network: all subnets are in the availability zone eu-central-1a; give subnets in at least two zones: a load " +
      "balancer of AWS needs them, and a zone is lost as a whole",
  ],
  ["no zone", { availabilityZones: [] }, /the network has no subnets/],
  ["a zone that is none", { availabilityZones: ["a", "b"] }, /'a' is no availability zone; give its name/],
  [
    "a zone twice",
    { availabilityZones: [...ZONES, ZONES[0]] },
    /two subnets are in the availability zone eu-central-1a/,
  ],
  [
    "two regions",
    { availabilityZones: ["eu-central-1a", "eu-west-1b"] },
    /eu-central-1a and eu-west-1b are not in one/,
  ],
  ["a range that is too small", { availabilityZones: ZONES, cidrBlock: "10.0.0.0/25" }, /10.0.0.0\/25 has no room/],
  ["a range that is none", { availabilityZones: ZONES, cidrBlock: "10.0.0.0" }, /'10.0.0.0' is no address range/],
  ["a range of half an address", { availabilityZones: ZONES, cidrBlock: "10.0.1.0/16" }, /bits behind the prefix/],
])("fails for %s", (_, props, message) => {
  expect(() => new AwsNetwork(newAwsStack(), "network", props)).toThrow(message);
});

const EXISTING: AwsNetworkAttributes = {
  vpcId: "vpc-0a",
  cidrBlocks: ["10.0.0.0/16"],
  subnets: ZONES.map((availabilityZone) => ({ subnetId: "subnet-0a", availabilityZone })),
};

test.each<[string, Partial<AwsNetworkAttributes>, RegExp]>([
  ["a VPC that is none", { vpcId: "my-vpc" }, /'my-vpc' is no VPC; give its id, 'vpc-' and hexadecimal digits/],
  ["subnets in one zone only", { subnets: EXISTING.subnets.slice(1) }, /all subnets are in the availability zone/],
  ["a subnet that is none", { subnets: [{ subnetId: "a", availabilityZone: ZONES[0] }] }, /'a' is no subnet/],
  ["a range that is none", { cidrBlocks: ["all"] }, /'all' is no address range of a VPC/],
])("fails for an existing network with %s", (_, attributes, message) => {
  expect(() => AwsNetwork.fromAttributes(newAwsStack(), "network", { ...EXISTING, ...attributes })).toThrow(message);
});
