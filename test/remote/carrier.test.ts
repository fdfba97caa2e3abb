import { NullProvider } from "../../lib/framework";
import { CARRIER_CONTEXT } from "cdktf-zato";
import { Carrier } from "../../lib/remote";
import { newDeployment, newHost, newStack } from "../support/stack";
import { Template } from "../support/template";

test("null_resource is the default for what brings content, with one provider for all", () => {
  // GIVEN
  const stack = newStack();

  // WHEN
  newDeployment(stack);
  const { json, resources } = Template.synth(stack);

  // THEN
  const types = Object.keys(resources).map((address) => [address.includes("_lifetime_"), address.replace(/\..*/, "")]);
  expect(new Set(types.map((type) => type.join()))).toEqual(new Set(["true,terraform_data", "false,null_resource"]));
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

test("terraform_data is replaced by triggers_replace", () => {
  // GIVEN
  const stack = newStack({ [CARRIER_CONTEXT]: "terraform_data" });

  // WHEN
  newDeployment(stack);
  const { triggers, triggers_replace, input } = Template.synth(stack).state("zato/host1/odb");

  // THEN
  expect(triggers_replace).toMatchObject({ cluster: "host1", odb_local: "true" });
  expect([triggers, input]).toEqual([undefined, undefined]);
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
