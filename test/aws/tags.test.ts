import { TerraformResource, TerraformStack, TerraformVariable } from "cdktf";
import { HighAvailabilityDeployment, Secret } from "cdktf-zato";
import {
  ApplicationLoadBalancer,
  AwsNetwork,
  AwsTagsProps,
  Ec2Host,
  NetworkLoadBalancer,
  RdsPostgresql,
} from "cdktf-zato/aws";
import fc from "fast-check";
import { INSTALLATION, SSH } from "../support/stack";
import { AwsTemplate, CERTIFICATE, newAwsStack, ZONES } from "./support/stack";

/** Something of everything, each with the tags. */
function everything({ tags }: AwsTagsProps = {}): TerraformStack {
  const stack = newAwsStack();
  const network = new AwsNetwork(stack, "network", { availabilityZones: ZONES, tags });
  for (const [position, kind] of [ApplicationLoadBalancer, NetworkLoadBalancer].entries()) {
    const name = `lb${position}`;
    const hosts = ZONES.map((availabilityZone, number) => {
      const id = `${name}-host${number}`;
      const machine = {
        network,
        availabilityZone,
        imageId: "ami-0a1b2c3d4e5f60718",
        instanceType: "m7i.large",
        ssh: SSH,
      };
      return new Ec2Host(stack, id, { ...machine, adminCidrs: ["203.0.113.0/24"], elasticIp: true, tags });
    });
    const loadBalancer = new kind(stack, name, { network, certificateArn: CERTIFICATE, tags });
    new HighAvailabilityDeployment(stack, `zato${position}`, { hosts, installation: INSTALLATION, loadBalancer });
    if (position === 0) {
      const variable = new TerraformVariable(stack, "password", {});
      new RdsPostgresql(stack, "odb", {
        host: hosts[0]!,
        password: Secret.fromVariable(variable, { version: "1" }),
        tags,
      });
    }
  }
  return stack;
}

/** The tags of each resource of AWS's that can have some, by its construct path. */
function tagsOf(stack: TerraformStack): Map<string, Record<string, string> | undefined> {
  const { template } = AwsTemplate.synth(stack);
  const taggable = stack.node
    .findAll()
    .filter((node): node is TerraformResource => TerraformResource.isTerraformResource(node) && "tagsInput" in node);
  return new Map(
    taggable.map((node) => {
      const { tags } = template.json.resource![node.terraformResourceType]![node.friendlyUniqueId] as {
        tags?: Record<string, string>;
      };
      return [`${node.terraformResourceType} ${node.node.path}`, tags];
    }),
  );
}

test("all that can be tagged says what made it, of which stack, and what it is called", () => {
  const tags = tagsOf(everything());
  const types = new Set([...tags.keys()].map((key) => key.split(" ")[0]));
  expect(types.size).toBeGreaterThan(13);
  for (const [resource, own] of tags) {
    expect([resource, own]).toEqual([
      resource,
      { Name: expect.stringMatching(/^stack\//) as string, "managed-by": "cdktf-zato", "cdktf-zato:stack": "stack" },
    ]);
  }
});

test("tags of one's own come to all of it, and take the place of ours", () => {
  const tags = { "cost center": "4711", "managed-by": "platform" };
  for (const [resource, own] of tagsOf(everything({ tags }))) {
    expect([resource, own]).toEqual([resource, expect.objectContaining({ ...tags, "cdktf-zato:stack": "stack" })]);
  }
});

test("the root volume of a machine has its tags, too", () => {
  const template = AwsTemplate.synth(everything({ tags: { team: "esb" } }));
  for (const instance of template.all("aws_instance")) {
    expect(instance).toMatchObject({ root_block_device: { tags: { team: "esb" } } });
  }
});

test("a value may be known to Terraform only", () => {
  const stack = newAwsStack();
  const tags = { owner: new TerraformVariable(stack, "owner", {}).stringValue };
  new AwsNetwork(stack, "network", { availabilityZones: ZONES, tags });
  expect(AwsTemplate.synth(stack).one("aws_vpc")).toMatchObject({ tags: { owner: "${var.owner}" } });
});

const network = (tags: Record<string, string>) => (): unknown =>
  new AwsNetwork(newAwsStack(), "network", { availabilityZones: ZONES, tags });

test.each<[Record<string, string>, string]>([
  [{ "aws:name": "x" }, '"aws:name": "x"'],
  [{ "AWS:name": "x" }, '"AWS:name": "x"'],
  [{ "": "x" }, '"": "x"'],
  [{ ["a".repeat(129)]: "x" }, `"${"a".repeat(129)}": "x"`],
  [{ a: "b".repeat(257) }, `"a": "${"b".repeat(257)}"`],
  [{ a: "b\nc", "d?": "e", good: "yes" }, '"a": "b\\nc", "d?": "e"'],
])("fails for %j, and names all that AWS would not take", (tags, named) => {
  expect(network(tags)).toThrow(`stack/network: ${named} cannot be tags in AWS; give up to 47`);
});

test("fails for more than AWS takes", () => {
  const tags = (count: number): Record<string, string> =>
    Object.fromEntries(Array.from({ length: count }, (_, number) => [`t${number}`, ""]));
  expect(network(tags(47))).not.toThrow();
  expect(network(tags(48))).toThrow("48 tags are too many");
});

test("what AWS takes is taken", () => {
  const character = fc.constantFrom(..."aZ0ü漢 _.:/=+-@");
  const text = fc.array(character, { minLength: 1, maxLength: 20 }).map((characters) => `x${characters.join("")}`);
  fc.assert(
    fc.property(text, text, (key, value) => void network({ [key]: value })()),
    { numRuns: 30 },
  );
});
