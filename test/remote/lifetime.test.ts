import { TerraformVariable } from "cdktf";
import { PhysicalHostProps, SshKey } from "cdktf-zato";
import { newCluster, newDeployment, newHost, newStack, SSH, warningsOf } from "../support/stack";
import { CarrierJson, commandsOf, Template } from "../support/template";

const COMPONENTS = [
  "installation",
  "odb",
  "registration",
  "load-balancer",
  "web-admin",
  "scheduler",
  "server1",
  "server2",
].map((id) => `a/${id}`);

function lifetimes(): [string, CarrierJson][] {
  const stack = newStack();
  newCluster(stack);
  const template = Template.synth(stack);
  return ["host1", ...COMPONENTS].map((path) => [path, template.lifetime(path)]);
}

test("its triggers are identity alone, so that no change of content removes anything", () => {
  const components = lifetimes().map(([path, { triggers_replace }]) => [path, triggers_replace]);
  expect(Object.fromEntries(components)).toMatchObject({
    host1: { component: "host/host1" },
    "a/server1": { component: "server/a-server1" },
    "a/odb": { component: "odb/a-odb" },
  });
  expect(components.every(([, triggers]) => Object.keys(triggers as object).join() === "component")).toBe(true);
});

test("however the host is reached, it stays the same resource, and removes by the way that the program knows", () => {
  // GIVEN
  const bastion = { address: "bastion.example.com", hostKey: SSH.hostKey, user: "jump", port: 2222 };
  const ways: Partial<PhysicalHostProps>[] = [
    { address: "10.9.9.9" },
    { ssh: { ...SSH, user: "other" } },
    { ssh: { ...SSH, port: 2222 } },
    { ssh: { ...SSH, address: "192.0.2.7" } },
    { ssh: { ...SSH, bastion } },
    { ssh: { ...SSH, hostKey: "ssh-rsa AAAA" } },
    { ssh: { ...SSH, sudo: false } },
  ];
  const lifetimeOf = (props: Partial<PhysicalHostProps>): [unknown, CarrierJson] => {
    const stack = newStack();
    newCluster(stack, { host: newHost(stack, "host1", props) });
    const template = Template.synth(stack);
    const { triggers_replace, input } = template.lifetime("a/server1");
    return [
      { address: template.addressOf("a/server1/lifetime/Resource"), triggers_replace, input },
      template.lifetime("a/server1"),
    ];
  };
  const [identity, before] = lifetimeOf({});

  for (const way of ways) {
    // WHEN
    const [same, after] = lifetimeOf(way);

    // THEN
    expect(same).toEqual(identity);
    expect([after.connection, after.provisioner]).not.toEqual([before.connection, before.provisioner]);
  }
});

test("what only Terraform knows of the way to the host, it remembers, and a change of that replaces nothing", () => {
  // GIVEN
  const stack = newStack();
  const token = (id: string): string => new TerraformVariable(stack, id, {}).stringValue;
  const bastion = { address: token("bastion"), hostKey: SSH.hostKey };

  // WHEN
  newHost(stack, "host1", { address: token("address"), ssh: { ...SSH, bastion } });

  // THEN
  const { triggers_replace, input, connection } = Template.synth(stack).lifetime("host1");
  expect(triggers_replace).toEqual({ component: "host/host1" });
  expect(input).toMatchObject({ host: "${var.address}", bastion_host: "${var.bastion}" });
  expect(Object.keys(input!).sort()).toEqual(["bastion_host", "host", "host_key"]);
  expect(connection).toMatchObject({ host: "${self.input.host}", bastion_host: "${self.input.bastion_host}" });
  expect(warningsOf(stack)).toEqual([]);
});

test("it removes when it is destroyed, whether or not the host can be reached", () => {
  for (const [, { provisioner, triggers_replace: triggers }] of lifetimes()) {
    expect(provisioner).toHaveLength(1);
    expect(provisioner?.[0]?.["remote-exec"]).toMatchObject({ when: "destroy", on_failure: "continue" });
    const [kind, name] = (triggers?.component ?? "").split("/");
    expect(commandsOf(provisioner?.[0])).toEqual([`sudo -n bash .cdktf-zato/scripts/remove.sh ${kind} ${name}`]);
  }
});

test("it reads nothing, and does not wait long for a host that is gone", () => {
  for (const [, { connection, provisioner }] of lifetimes()) {
    expect(JSON.stringify({ connection, provisioner })).not.toContain("${");
    expect(connection?.host).toBe("10.0.0.11");
    expect(connection?.timeout).toBe("20s");
  }
});

test("with a key from a variable it cannot remove, which synth says once for each host", () => {
  // GIVEN
  const stack = newStack();
  const key = SshKey.fromVariable(new TerraformVariable(stack, "key", {}));

  // WHEN
  newCluster(stack, { host: newHost(stack, "host1", { ssh: { ...SSH, key } }) });

  // THEN
  const { provisioner, connection } = Template.synth(stack).lifetime("a/server1");
  expect([provisioner, connection]).toEqual([undefined, undefined]);
  expect(warningsOf(stack)).toEqual([
    "stack/host1: nothing can be removed from this host by a destroy: its SSH key comes from a variable; " +
      "use an SSH agent or a key file by path",
  ]);
});

test("with an agent there is no warning", () => {
  const stack = newStack();
  newDeployment(stack);
  expect(warningsOf(stack)).toEqual([]);
});

test("what comes later is removed earlier, and the host's own last", () => {
  // GIVEN
  const stack = newStack();
  newCluster(stack);
  const template = Template.synth(stack);
  const lifetime = (path: string): string => template.addressOf(`${path}/lifetime/Resource`);

  // THEN
  expect(template.ancestorsOf(lifetime("a/load-balancer"))).toContain(lifetime("a/server2"));
  expect(template.ancestorsOf(lifetime("a/server2"))).toContain(lifetime("a/server1"));
  expect(template.ancestorsOf(lifetime("a/server1"))).toContain(lifetime("a/odb"));
  for (const component of COMPONENTS) {
    expect(template.ancestorsOf(lifetime(component))).toContain(lifetime("host1"));
  }
});

test("the removal of one host waits for no other host", () => {
  // GIVEN
  const stack = newStack();
  newDeployment(stack);
  const template = Template.synth(stack);

  // THEN
  const waitsFor = [...template.ancestorsOf(template.addressOf("zato/host2/scheduler/lifetime/Resource"))];
  const hosts = waitsFor
    .filter((address) => address.includes("lifetime"))
    .map((address) => template.resources[address]?.connection?.host);
  expect(new Set(hosts)).toEqual(new Set(["10.0.0.12"]));
});
