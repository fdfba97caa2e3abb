import { literalOf } from "../support/terraform-text";
import { parseManifest } from "../support/manifest";
import { newDeployment, newStack } from "../support/stack";
import { Template } from "../support/template";

/** What goes to a host, from a stack of one cluster of two servers on each of two hosts. */
function staged(component: string): { template: Template; content: string; locals: Record<string, string> } {
  const stack = newStack();
  newDeployment(stack);
  const template = Template.synth(stack);
  const { locals } = JSON.parse(template.text) as { locals: Record<string, string> };
  const { provisioner = [] } = template.resource(`${component}/state`);
  const { content = "" } = provisioner.find(({ file }) => file?.destination.endsWith(".manifest"))!.file!;
  return { template, content, locals };
}

test("a component brings along what comes before it on its host, in its order, by reference to a text of the stack", () => {
  // WHEN
  const { template, content, locals } = staged("zato/host1/server2");

  // THEN
  const sections = [...content.matchAll(/(?:^|@component (.*)\n)\$\{local\.([\w-]+)\}/g)];
  expect(content).toBe(sections.map(([text]) => text).join(""));
  expect(sections.map(([, header]) => header)).toEqual([
    undefined,
    ...["installation", "odb", "registration", "server1"].map((id, index) => {
      const kind = ["installation", "odb", "cluster", "server"][index];
      return `${kind} host1-${id} ${template.addressOf(`zato/host1/${id}/state`)}`;
    }),
  ]);
  const manifests = sections.map(([, , name]) => parseManifest(literalOf(locals[name!]!)));
  expect(manifests[0]).toEqual(template.manifest("zato/host1/server2"));
  expect(manifests[4]).toEqual(template.manifest("zato/host1/server1"));
});
