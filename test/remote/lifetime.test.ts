import { TerraformVariable } from "cdktf";
import { SshKey } from "cdktf-zato";
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
  const components = lifetimes().map(([path, { triggers }]) => [path, triggers]);
  expect(Object.fromEntries(components)).toMatchObject({
    host1: { address: "10.0.0.11", component: "host/host1" },
    "a/server1": { address: "10.0.0.11", component: "server/a-server1" },
    "a/odb": { address: "10.0.0.11", component: "odb/a-odb" },
  });
  expect(components.every(([, triggers]) => Object.keys(triggers as object).join() === "address,component")).toBe(true);
});

test("it removes when it is destroyed, whether or not the host can be reached", () => {
  for (const [, { provisioner, triggers }] of lifetimes()) {
    expect(provisioner).toHaveLength(1);
    expect(provisioner?.[0]?.["remote-exec"]).toMatchObject({ when: "destroy", on_failure: "continue" });
    const [kind, name] = (triggers?.component ?? "").split("/");
    expect(commandsOf(provisioner?.[0])).toEqual([`sudo -n bash .cdktf-zato/scripts/remove.sh ${kind} ${name}`]);
  }
});

test("it reads nothing but itself, and does not wait long for a host that is gone", () => {
  for (const [, { connection, provisioner }] of lifetimes()) {
    const read = JSON.stringify({ connection, provisioner }).match(/\$\{[^}]*\}/g);
    expect(read).toEqual(["${self.triggers.address}"]);
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
    "stack/host1: nothing can be removed from this host by 'terraform destroy': its SSH key comes from a variable; " +
      "use an SSH agent or a key file by path",
  ]);
});

test("with a bastion that is only known after apply it cannot remove either", () => {
  // GIVEN
  const stack = newStack();
  const address = new TerraformVariable(stack, "bastion", {}).stringValue;

  // WHEN
  newHost(stack, "host1", { ssh: { ...SSH, bastion: { address, hostKey: SSH.hostKey } } });

  // THEN
  expect(Template.synth(stack).lifetime("host1").provisioner).toBeUndefined();
  expect(warningsOf(stack)).toEqual([expect.stringContaining("its bastion is only known after apply")]);
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
    .map((address) => template.resources[address]?.triggers?.address);
  expect(new Set(hosts)).toEqual(new Set(["10.0.0.12"]));
});
