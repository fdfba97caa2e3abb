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
  const { provisioner = [] } = template.resource(`${component}/content`);
  const { content = "" } = provisioner.find(({ file }) => file?.destination.endsWith(".manifest"))!.file!;
  return { template, content, locals };
}

test("a component brings along what comes before it on its host, in its order, by reference to a text of the stack", () => {
  // WHEN
  const { template, content, locals } = staged("zato/host1/server2");

  // THEN
  const names = [...content.matchAll(/\$\{local\.([\w-]+)\}/g)].map(([, name]) => name!);
  const earlier = names.map((name) => literalOf(locals[name]!));
  expect(earlier.map((text) => text.split("\n", 1)[0])).toEqual(
    ["installation", "odb", "registration", "server1"].map((id, index) => {
      const kind = ["installation", "odb", "cluster", "server"][index];
      const address = template.addressOf(`zato/host1/${id}/content`);
      return `@component ${kind} host1-${id} ${address}`;
    }),
  );
  expect(parseManifest(earlier[3]!.replace(/^.*\n/, ""))).toEqual(template.manifest("zato/host1/server1"));
  expect(content.endsWith(`@end\n${names.map((name) => `\${local.${name}}`).join("")}`)).toBe(true);
});
