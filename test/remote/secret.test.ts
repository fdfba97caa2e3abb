import { TerraformStack, TerraformVariable } from "cdktf";
import { OdbDatabase, Secret, SshKey } from "cdktf-zato";
import { CitrixAdcProvider } from "cdktf-zato/citrix";
import { BigIpProvider } from "cdktf-zato/f5";
import { newCluster, newHost, newStack, SSH } from "../support/stack";
import { Template } from "../support/template";

test("a variable becomes ephemeral and sensitive", () => {
  // GIVEN
  const stack = newStack();

  // WHEN
  Secret.fromVariable(new TerraformVariable(stack, "jwt", { type: "string" }));

  // THEN
  expect(Template.synth(stack).json.variable).toEqual({ jwt: { type: "string", ephemeral: true, sensitive: true } });
});

test("fails for a variable with a default, which would stand in cdk.tf.json", () => {
  const variable = new TerraformVariable(newStack(), "jwt", { type: "string", default: "clear text" });
  expect(() => Secret.fromVariable(variable)).toThrow(
    "stack/jwt: the variable has a default, which would be readable in cdk.tf.json; leave it out, and give the value at each run as TF_VAR_jwt",
  );
  expect(() => SshKey.fromVariable(variable)).toThrow(/the variable has a default/);
});

test("fails for a variable of another stack, of which cdktf would make an output", () => {
  const stack = newStack();
  const variable = new TerraformVariable(new TerraformStack(stack.node.root, "other"), "jwt", {});
  newCluster(stack, { jwtSecret: Secret.fromVariable(variable) });
  expect(() => Template.synth(stack)).toThrow(
    "stack/a/registration: the variable other/jwt of a secret is in another stack, whose output it would become; declare the variable in this stack",
  );
});

test.each<[string, (stack: TerraformStack, variable: TerraformVariable) => unknown]>([
  ["an SSH key", (stack, variable) => newHost(stack, "host1", { ssh: { ...SSH, key: SshKey.fromVariable(variable) } })],
  ["the user of a device", (stack, username) => new BigIpProvider(stack, "device", { username })],
  ["the password of a device", (stack, password) => new CitrixAdcProvider(stack, "device", { password })],
])("fails so for %s", (_, declare) => {
  const stack = newStack();
  const variable = new TerraformVariable(new TerraformStack(stack.node.root, "other"), "key", {});
  expect(() => declare(stack, variable)).toThrow(/^stack.*: the variable other\/key of a secret is in another stack/);
});

test("a given secret is staged in a file of its own, and nowhere else", () => {
  // GIVEN
  const stack = newStack();
  const variable = new TerraformVariable(stack, "jwt", { type: "string" });

  // WHEN
  newCluster(stack, { jwtSecret: Secret.fromVariable(variable, { version: "7" }) });
  const template = Template.synth(stack);

  // THEN
  const { provisioner, triggers } = template.state("a/registration");
  expect(provisioner?.flatMap(({ file }) => (file?.content === "${var.jwt}" ? [file.destination] : []))).toEqual([
    ".cdktf-zato/a-registration.${self.id}.secret.jwt_secret",
  ]);
  expect(template.text.match(/var\.jwt/g)).toHaveLength(1);
  expect(triggers).toMatchObject({ secret_jwt_secret: "7", secret_secret_key: "generated" });
  expect(template.manifest("a/registration").parameters.secrets?.split("\n")).toEqual([
    "secret_key generated",
    "jwt_secret given",
    "admin_invoke_password generated",
    "scheduler_api_password generated",
  ]);
});

test("a secret stands apart from remote-exec, whose output Terraform would suppress", () => {
  // GIVEN
  const stack = newStack();
  const variable = new TerraformVariable(stack, "password", { type: "string" });
  const odb = OdbDatabase.postgresql({
    host: "db.internal",
    database: "zato",
    username: "zato",
    password: Secret.fromVariable(variable),
  });

  // WHEN
  newCluster(stack, { odb });

  // THEN
  const resources = Object.values(Template.synth(stack).resources);
  const commands = resources.flatMap(({ provisioner = [] }) => provisioner.map((one) => one["remote-exec"]));
  expect(JSON.stringify(commands)).not.toContain("var.");
});

test("the version is 1 by default, and tells one value from the next", () => {
  // GIVEN
  const triggersOf = (version?: string): unknown => {
    const stack = newStack();
    newCluster(stack, {
      secretKey: Secret.fromVariable(new TerraformVariable(stack, "key", {}), version ? { version } : {}),
    });
    return Template.synth(stack).state("a/registration").triggers;
  };

  // THEN
  expect(triggersOf()).toMatchObject({ secret_secret_key: "1" });
  expect(triggersOf("2")).not.toEqual(triggersOf("3"));
});

test("an SSH key from a variable stands in connections alone", () => {
  // GIVEN
  const stack = newStack();
  const key = SshKey.fromVariable(new TerraformVariable(stack, "key", {}));

  // WHEN
  newCluster(stack, { host: newHost(stack, "host1", { ssh: { ...SSH, key } }) });
  const template = Template.synth(stack);

  // THEN
  const elsewhere = Object.values(template.resources).map(({ triggers, provisioner = [] }) => [
    triggers,
    provisioner.map(({ file, "remote-exec": exec }) => [file?.content, exec?.inline]),
  ]);
  expect(JSON.stringify(elsewhere)).not.toContain("var.key");
  expect(template.state("a/server1").connection?.private_key).toBe("${var.key}");
});
