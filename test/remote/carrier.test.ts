import { NullProvider } from "@cdktf/provider-null/lib/provider";
import { Carrier, CARRIER_CONTEXT } from "cdktf-zato";
import { newDeployment, newHost, newStack } from "../support/stack";
import { commandsOf, Template } from "../support/template";

test("null_resource is the default, with one provider for all", () => {
  // GIVEN
  const stack = newStack();

  // WHEN
  newDeployment(stack);
  const { json, resources } = Template.synth(stack);

  // THEN
  expect(Object.keys(resources).every((address) => address.startsWith("null_resource."))).toBe(true);
  expect(json.provider).toEqual({ null: [{}] });
  expect(json.terraform?.required_providers).toMatchObject({ null: { source: "null" } });
});

test.each([
  ["before", true],
  ["after", false],
])("a null provider of the user's own, made %s ours, is the only one", (_, first) => {
  // GIVEN
  const stack = newStack();
  const own = (): NullProvider => new NullProvider(stack, "null");

  // WHEN
  if (first) own();
  newHost(stack, "host1");
  if (!first) own();

  // THEN
  expect(Template.synth(stack).json.provider).toEqual({ null: [{}] });
});

test("terraform_data needs no provider", () => {
  // GIVEN
  const stack = newStack({ [CARRIER_CONTEXT]: "terraform_data" });

  // WHEN
  newDeployment(stack);
  const template = Template.synth(stack);

  // THEN
  expect(Object.keys(template.resources).every((address) => address.startsWith("terraform_data."))).toBe(true);
  expect(template.json.provider).toBeUndefined();
  expect(template.json.terraform?.required_providers).toBeUndefined();
});

test("terraform_data is replaced by triggers_replace, and its destroy-time provisioner reads those", () => {
  // GIVEN
  const stack = newStack({ [CARRIER_CONTEXT]: "terraform_data" });

  // WHEN
  newDeployment(stack);
  const { triggers, triggers_replace, connection, provisioner } = Template.synth(stack).lifetime("zato/host1/odb");

  // THEN
  expect(triggers).toBeUndefined();
  expect(triggers_replace).toEqual({ address: "10.0.0.11", component: "odb/host1-odb" });
  expect(connection?.host).toBe("${self.triggers_replace.address}");
  expect(commandsOf(provisioner?.[0])).toHaveLength(1);
});

test("fails for another type", () => {
  expect(() => newHost(newStack({ [CARRIER_CONTEXT]: "local_file" }), "host1")).toThrow(
    /: the context 'cdktf-zato:carrier' is 'local_file'; set it to 'null_resource' or 'terraform_data'/,
  );
});

test("the carrier is known by its type", () => {
  expect(Carrier.of(newStack())).toBe(Carrier.NULL_RESOURCE);
  expect(Carrier.of(newStack({ [CARRIER_CONTEXT]: "terraform_data" }))).toBe(Carrier.TERRAFORM_DATA);
});
