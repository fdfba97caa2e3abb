import { TerraformStack, TerraformVariable } from "cdktf";
import { PhysicalHostProps, SshKey } from "cdktf-zato";
import { HOST_KEY, newCluster, newDeployment, newHost, newStack, SSH } from "../support/stack";
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
  const { connection } = Template.synth(stack).resource("host1/preflight/Resource");
  expect(connection).toMatchObject({ host: "${var.address}", timeout: "2m" });
});

test.each<[Record<string, string>, string]>([
  [{ "rack 1": "b12" }, '"rack 1": "b12"'],
  [{ "": "x" }, '"": "x"'],
  [{ "-rack": "x" }, '"-rack": "x"'],
  [{ [`r${"a".repeat(63)}`]: "x" }, `"r${"a".repeat(63)}": "x"`],
  [{ rack: "" }, '"rack": ""'],
  [{ rack: "a\nb" }, '"rack": "a\\nb"'],
  [{ rack: "a\u2028b" }, '"rack": "a\u2028b"'],
  [{ rack: "\u202eb" }, '"rack": "\u202eb"'],
  [{ rack: "a".repeat(129) }, `"rack": "${"a".repeat(129)}"`],
  [{ rack: 7 as unknown as string }, '"rack": 7'],
  [{ rack: "", good: "yes", "a b": "c" }, '"rack": "", "a b": "c"'],
])("fails for labels %j, and names all that cannot be", (labels, named) => {
  expect(() => newHost(newStack(), "host1", { labels })).toThrow(
    `stack/host1: ${named} cannot be labels of a host; give names of`,
  );
});

test("labels are any printable text", () => {
  const labels = { rack: "Halle 3 · b12 ${x} 漢字", "example.com/asset-no": "4711" };
  expect(newHost(newStack(), "host1", { labels }).labels).toEqual(labels);
});

/** Which resources differ when a host of a cluster is declared otherwise. */
function replacedBy(
  change: Partial<PhysicalHostProps> | ((stack: TerraformStack) => Partial<PhysicalHostProps>),
): string[] {
  const triggersWith = (props: typeof change): Map<string, string> => {
    const stack = newStack();
    newCluster(stack, { host: newHost(stack, "host1", typeof props === "function" ? props(stack) : props) });
    const { resources } = Template.synth(stack);
    return new Map(
      Object.entries(resources).map(([address, { triggers, triggers_replace }]) => [
        address,
        JSON.stringify(triggers ?? triggers_replace),
      ]),
    );
  };
  const [before, after] = [triggersWith({}), triggersWith(change)];
  expect([...after.keys()]).toEqual([...before.keys()]);
  return [...before.keys()].filter((address) => before.get(address) !== after.get(address));
}

test.each([
  ["revision", { revision: "2" }],
  ["host key", { ssh: { ...SSH, hostKey: "ssh-ed25519 BBBB" } }],
])("another %s, which means another machine, brings everything to it again, and removes nothing", (_, change) => {
  const replaced = replacedBy(change);
  expect(replaced.filter((address) => /_state_/.test(address)).length).toBeGreaterThan(7);
  expect(replaced.filter((address) => /_lifetime_/.test(address))).toEqual([]);
});

const BASTION = { address: "bastion", hostKey: HOST_KEY };

test.each<[string, Partial<PhysicalHostProps>]>([
  ["address", { address: "10.0.0.99" }],
  ["address for SSH", { ssh: { ...SSH, address: "192.0.2.9" } }],
  ["user", { ssh: { ...SSH, user: "other" } }],
  ["port", { ssh: { ...SSH, port: 2222 } }],
  ["bastion", { ssh: { ...SSH, bastion: BASTION } }],
  ["bastion's user", { ssh: { ...SSH, bastion: { ...BASTION, user: "jump" } } }],
  ["bastion's port", { ssh: { ...SSH, bastion: { ...BASTION, port: 2222 } } }],
])("another %s is another way to the same machine: only the preflight runs again", (_, change) => {
  const replaced = replacedBy(change);
  expect(replaced.map((address) => address.replace(/_\w{8}$/, ""))).toEqual(["null_resource.host1_preflight"]);
});

test.each<[string, Partial<PhysicalHostProps>]>([
  ["way to become root", { ssh: { ...SSH, sudo: false } }],
  ["comment of the host key", { ssh: { ...SSH, hostKey: `${HOST_KEY} root@host1` } }],
])("another %s brings nothing anew", (what, change) => {
  expect(replacedBy(change)).toEqual(what === "way to become root" ? [expect.stringContaining("preflight")] : []);
});

test("another key brings nothing anew", () => {
  expect(
    replacedBy((stack) => ({ ssh: { ...SSH, key: SshKey.fromVariable(new TerraformVariable(stack, "key", {})) } })),
  ).toEqual([]);
});

test("an address for SSH is for SSH alone", () => {
  // GIVEN
  const stack = newStack();
  const hosts = ["host1", "host2"].map((id, n) => newHost(stack, id, { ssh: { ...SSH, address: `192.0.2.${n + 1}` } }));

  // WHEN
  const { pool } = newDeployment(stack, { hosts });

  // THEN
  const { connection, provisioner } = Template.synth(stack).state("zato/host1/server1");
  expect(connection?.host).toBe("192.0.2.1");
  expect(provisioner?.[0]?.["local-exec"]?.environment.reach_address).toBe("192.0.2.1");
  expect(pool.members.map(({ address }) => address)).toEqual(["10.0.0.11", "10.0.0.12"]);
});

test("fails for an address for SSH that is none, or that of another host", () => {
  const stack = newStack();
  const ssh = { ...SSH, address: "192.0.2.1" };
  newHost(stack, "host1", { ssh });
  expect(() => newHost(stack, "host2", { ssh })).toThrow(/its address 192.0.2.1 is that of stack\/host1/);
  expect(() => newHost(newStack(), "host1", { ssh: { ...SSH, address: "a b" } })).toThrow(
    "'a b' is no address for SSH",
  );
});

test("a revision is text to Terraform, whatever it holds", () => {
  const stack = newStack();
  newCluster(stack, { host: newHost(stack, "host1", { revision: "${x}" }) });
  const template = Template.synth(stack);
  expect(template.resource("host1/preflight/Resource").triggers).toMatchObject({ revision: "$${x}" });
  expect(template.state("a/server1").triggers).toMatchObject({ host_revision: "$${x}" });
});

test("another label touches nothing", () => {
  expect(replacedBy({ labels: { rack: "b12" } })).toEqual([]);
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
