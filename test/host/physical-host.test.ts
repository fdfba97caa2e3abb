import { TerraformVariable } from "cdktf";
import { PhysicalHostProps } from "cdktf-zato";
import { newCluster, newHost, newStack, SSH } from "../support/stack";
import { Template } from "../support/template";

test("its failure domain is itself, unless told otherwise", () => {
  const stack = newStack();
  expect(newHost(stack, "host1").failureDomain).toBe("stack/host1");
  expect(newHost(stack, "host2", { failureDomain: "rack 7" }).failureDomain).toBe("rack 7");
});

test.each(["10.0.0.11", "2001:db8::11", "host1.example.com"])("is reached at %s", (address) => {
  const stack = newStack();
  newHost(stack, "host1", { address });
  expect(Template.synth(stack).resource("host1/preflight/Resource").connection?.host).toBe(address);
});

test("an address may be known only after apply", () => {
  const stack = newStack();
  newHost(stack, "host1", { address: new TerraformVariable(stack, "address", {}).stringValue });
  expect(Template.synth(stack).lifetime("host1").triggers?.address).toBe("${var.address}");
});

test.each([
  ["revision", { revision: "2" }],
  ["address", { address: "10.0.0.99" }],
])("another %s brings everything to the host again", (_, change) => {
  // GIVEN
  const triggersWith = (props: Partial<PhysicalHostProps>): unknown[] => {
    const stack = newStack();
    newCluster(stack, { host: newHost(stack, "host1", props) });
    const template = Template.synth(stack);
    return Object.entries(template.resources)
      .filter(([address]) => /_content_|_preflight_/.test(address))
      .map(([address, { triggers }]) => ({ address, triggers }));
  };
  const [before, after] = [triggersWith({}), triggersWith(change)];

  // THEN
  expect(before.length).toBeGreaterThan(8);
  before.forEach((one, position) => expect(after[position]).not.toEqual(one));
});

test("a revision is text to Terraform, whatever it holds", () => {
  const stack = newStack();
  newCluster(stack, { host: newHost(stack, "host1", { revision: "${x}" }) });
  const template = Template.synth(stack);
  expect(template.resource("host1/preflight/Resource").triggers).toMatchObject({ revision: "$${x}" });
  expect(template.content("a/server1").triggers).toMatchObject({ host_revision: "$${x}" });
});

test("another revision does not run what removes", () => {
  const lifetimesWith = (revision: string): unknown => {
    const stack = newStack();
    newCluster(stack, { host: newHost(stack, "host1", { revision }) });
    const { resources } = Template.synth(stack);
    return Object.entries(resources).filter(([address]) => address.includes("_lifetime_"));
  };
  expect(lifetimesWith("2")).toEqual(lifetimesWith("1"));
});

describe("fails for", () => {
  test.each<[string, string, Partial<PhysicalHostProps>, string | RegExp]>([
    ["an id that Terraform would cut", "host.1", {}, /'host.1' cannot be used as id of a host/],
    ["an address that is none", "host1", { address: "10.0.0.300" }, /stack\/host1: '10.0.0.300' is no host address/],
    ["no CPUs", "host1", { cpus: 0 }, "stack/host1: the number of CPUs is 0; give a whole number from 1 to 4096"],
    ["half a CPU", "host1", { cpus: 1.5 }, /the number of CPUs is 1.5/],
    ["no memory", "host1", { memory: 0 }, /the memory in MiB is 0/],
    ["an empty failure domain", "host1", { failureDomain: "" }, /the failure domain is ""/],
    ["a revision on two lines", "host1", { revision: "1\n2" }, /the revision is "1\\n2"/],
  ])("%s", (_, id, props, message) => {
    expect(() => newHost(newStack(), id, props)).toThrow(message);
  });

  test("a machine that is declared already, since its clusters would be lost together", () => {
    const stack = newStack();
    newHost(stack, "host1", { address: "a.example.com" });
    expect(() => newHost(stack, "host2", { address: "A.example.com" })).toThrow(
      "stack/host2: its address A.example.com is that of stack/host1: the two would be one machine; " +
        "declare each machine once, and give its construct to all that use it",
    );
  });

  test.each<[string, (hostKey: string) => Partial<PhysicalHostProps["ssh"]>]>([
    ["behind another bastion", (hostKey) => ({ bastion: { address: "10.9.9.9", hostKey } })],
    ["on another SSH port, as behind a translation of addresses", () => ({ port: 2222 })],
  ])("not for the same address %s", (_, ssh) => {
    const stack = newStack();
    newHost(stack, "host1");
    const props = { address: "10.0.0.11", ssh: { ...SSH, ...ssh(SSH.hostKey) } };
    expect(() => newHost(stack, "host2", props)).not.toThrow();
  });

  test.each([
    ["fd00::1", "FD00:0:0::1"],
    ["10.0.0.1", "::ffff:10.0.0.1"],
  ])("a machine that is declared already as %s, in another spelling: %s", (address, same) => {
    const stack = newStack();
    newHost(stack, "host1", { address });
    expect(() => newHost(stack, "host2", { address: same })).toThrow(
      `stack/host2: its address ${same} is that of stack/host1`,
    );
  });

  test("CPUs that are only known after apply, since workers are shared out at synth", () => {
    const stack = newStack();
    const cpus = new TerraformVariable(stack, "cpus", {}).numberValue;
    expect(() => newHost(stack, "host1", { cpus })).toThrow(
      /the number of CPUs is not known before apply; give a whole number from 1 to 4096/,
    );
  });
});
