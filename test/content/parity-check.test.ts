import { ClusterContent } from "cdktf-zato";
import { newCluster, newDeployment, newHost, newStack } from "../support/stack";
import { commandsOf, Template } from "../support/template";

describe.each(["null_resource", "terraform_data"])("with %s as the carrier, the check of parity", (carrier) => {
  function synth(): Template {
    const stack = newStack({ "cdktf-zato:carrier": carrier });
    newDeployment(stack).content.addCache("A");
    return Template.synth(stack);
  }

  test("asks all clusters when any of their contents was replaced, and after all of them", () => {
    // GIVEN
    const template = synth();
    const contents = ["host1", "host2"].map((host) => template.addressOf(`zato/content/${host}/state`));

    // THEN
    const { triggers, triggers_replace, depends_on } = template.resource("zato/content/parity/Resource");
    expect(triggers ?? triggers_replace).toEqual({
      "host1-content": `\${${contents[0]}.id}`,
      "host2-content": `\${${contents[1]}.id}`,
    });
    expect(depends_on).toEqual(contents);
  });

  test("lets every cluster show what differs before one fails", () => {
    // GIVEN
    const template = synth();
    const address = (host: string): string => template.addressOf(`zato/content/${host}/state`);

    // THEN
    const provisioners = template.resource("zato/content/parity/Resource").provisioner!;
    const asked = provisioners.map((one) => [one["remote-exec"]!.connection!.host, commandsOf(one)[0]]);
    const command = "sudo -n bash .cdktf-zato/scripts/parity.sh";
    expect(asked).toEqual([
      ["10.0.0.11", `${command} host1-content ask ${address("host1")}`],
      ["10.0.0.12", `${command} host2-content ask ${address("host2")}`],
      ["10.0.0.11", `${command} host1-content decide ${address("host1")}`],
      ["10.0.0.12", `${command} host2-content decide ${address("host2")}`],
    ]);
  });
});

test("a lost host is not asked", () => {
  // GIVEN
  const stack = newStack();
  const hosts = [newHost(stack, "host1"), newHost(stack, "host2", { lost: true })];
  newDeployment(stack, { hosts }).content.addCache("A");

  // THEN
  const { triggers, provisioner } = Template.synth(stack).resource("zato/content/parity/Resource");
  expect(Object.keys(triggers!)).toEqual(["host1-content", "host2-content"]);
  expect(provisioner!.map((one) => one["remote-exec"]!.connection!.host)).toEqual(["10.0.0.11", "10.0.0.11"]);
});

test("a single cluster has nobody to be compared with", () => {
  const stack = newStack();
  new ClusterContent(stack, "content", { clusters: [newCluster(stack)] }).addCache("A");
  expect(Object.keys(Template.synth(stack).resources).filter((address) => address.includes("parity"))).toEqual([]);
});
