import { renameSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TerraformStack, TerraformVariable } from "cdktf";
import {
  ClusterContent,
  HaproxyLoadBalancer,
  PhysicalHostProps,
  SqlEngine,
  Secret,
  SshKey,
  ZatoServerOptions,
} from "cdktf-zato";
import { readComponents, readDeclaredContent } from "../../lib/cli/stack-file";
import { FRAMEWORK } from "../../lib/framework";
import { temporaryFolder } from "../support/bash";
import { parseManifest } from "../support/manifest";
import { newKeyFile } from "../support/ssh-key";
import { HOST_KEY, newCluster, newDeployment, newHost, newStack, SSH } from "../support/stack";
import { Template } from "../support/template";

const folder = temporaryFolder();

/** The content of a stack, read back as `verify` does. */
function read(stack: TerraformStack): ReturnType<typeof readDeclaredContent> {
  mkdirSync(folder(), { recursive: true });
  writeFileSync(join(folder(), "cdk.tf.json"), Template.synth(stack).text);
  return readDeclaredContent(folder());
}

function withHost(props: Partial<PhysicalHostProps>): TerraformStack {
  const stack = newStack();
  const cluster = newCluster(stack, { host: newHost(stack, "host1", props) });
  new ClusterContent(stack, "shared", { clusters: [cluster] }).addCache("A ${x} %{y}");
  return stack;
}

test("gives each cluster's content, how it is reached, and the manifest as it goes to the host", () => {
  // GIVEN
  const stack = newStack();
  newDeployment(stack).addCache("A ${x} %{y}");

  // WHEN
  const contents = read(stack);

  // THEN
  expect(contents).toEqual([
    expect.objectContaining({ name: "host1-content", address: "10.0.0.11" }),
    {
      name: "host2-content",
      address: "10.0.0.12",
      user: "ops",
      port: 22,
      hostKey: HOST_KEY,
      keyFile: undefined,
      bastion: undefined,
      sudo: true,
      kind: "content",
      resources: [Template.synth(stack).addressOf("zato/content/host2/content")],
      manifest: expect.any(String) as string,
    },
  ]);
  const manifest = parseManifest(contents[1]!.manifest);
  expect(manifest).toEqual(Template.synth(stack).manifest("zato/content/host2"));
  expect(manifest.parameters.owned).toBe("zato_cache_builtin/A ${x} %{y}");
});

test("a balancer comes by two resources, and early with the one that does not wait for all clusters", () => {
  // GIVEN
  const stack = newStack();
  const hosts = [newHost(stack, "host1"), newHost(stack, "host2")];
  const loadBalancer = new HaproxyLoadBalancer(stack, "edge", { hosts, virtualAddress: "10.0.0.100" });
  newDeployment(stack, { hosts, loadBalancer });
  read(stack);

  // WHEN
  const nodes = readComponents(folder()).filter(({ kind }) => kind === "haproxy");

  // THEN
  const addressOf = (path: string): string => Template.synth(stack).addressOf(path);
  expect(nodes.map(({ address, resources }) => [address, resources])).toEqual([
    ["10.0.0.11", [addressOf("edge/host1/content"), addressOf("edge/host1/early")]],
    ["10.0.0.12", [addressOf("edge/host2/content"), addressOf("edge/host2/early")]],
  ]);
});

test("finds content also where terraform_data carries it", () => {
  const stack = newStack({ "cdktf-zato:carrier": "terraform_data" });
  newDeployment(stack).addCache("A");
  expect(read(stack).map(({ name }) => name)).toEqual(["host1-content", "host2-content"]);
});

test("knows key file, port and user, and that root needs no sudo", () => {
  // GIVEN
  const key = join(folder(), "id key");
  renameSync(newKeyFile(folder()), key);

  // WHEN
  const [content] = read(withHost({ ssh: { ...SSH, user: "root", port: 2222, key: SshKey.file(key) } }));

  // THEN
  expect(content).toMatchObject({ user: "root", port: 2222, keyFile: key, sudo: false });
});

test.each([
  [
    { user: "jump", port: 2022 },
    { user: "jump", port: 2022 },
  ],
  [{}, { user: "ops", port: 22 }],
])("knows the bastion, declared with %j", (props, expected) => {
  const bastion = { address: "192.0.2.1", hostKey: HOST_KEY, ...props };
  const [content] = read(withHost({ ssh: { ...SSH, bastion } }));
  expect(content?.bastion).toEqual({ address: "192.0.2.1", hostKey: HOST_KEY, ...expected });
});

test("a key from a variable is left to the agent", () => {
  const stack = newStack();
  const key = SshKey.fromVariable(new TerraformVariable(stack, "key", {}));
  const cluster = newCluster(stack, { host: newHost(stack, "host1", { ssh: { ...SSH, key } }) });
  new ClusterContent(stack, "shared", { clusters: [cluster] }).addCache("A");
  expect(read(stack)[0]?.keyFile).toBeUndefined();
});

test("a stack need not declare content", () => {
  const stack = newStack();
  newDeployment(stack);
  expect(read(stack)).toEqual([]);
  expect(readComponents(folder()).map(({ kind }) => kind)).toEqual(expect.arrayContaining(["server", "scheduler"]));
});

test("gives the hash of what goes to a host, and none where only Terraform knows that", () => {
  // GIVEN
  const environment = { Greeting: "e\u0301 ${x} %{y}" };
  const hashesOf = (props: Partial<ZatoServerOptions>): (string | undefined)[] => {
    const stack = newStack();
    newCluster(stack).addServer("server9", props);
    read(stack);
    return readComponents(folder()).flatMap(({ name, manifestHash }) => (name === "a-server9" ? [manifestHash] : []));
  };

  // THEN
  const [hash] = hashesOf({ environment });
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
  expect(hashesOf({ environment: { Greeting: environment.Greeting.normalize() } })).toEqual([hash]);
  expect(hashesOf({ environment: { Greeting: "another" } })).not.toEqual([hash]);
  const greeting = new TerraformVariable(newStack(), "greeting", {}).stringValue;
  expect(hashesOf({ environment: { Greeting: greeting } })).toEqual([undefined]);
});

describe("fails", () => {
  test("without a synthesized stack", () => {
    expect(() => readDeclaredContent(folder())).toThrow(
      `there is no synthesized stack in '${folder()}'; run '${FRAMEWORK.name} synth' before`,
    );
  });

  test("for an empty stack", () => {
    read(newStack());
    expect(() => readComponents(folder())).toThrow(
      `the stack in '${folder()}' declares nothing on any host; there is nothing to verify`,
    );
  });

  test("for an address that only Terraform knows", () => {
    const stack = newStack();
    const address = new TerraformVariable(stack, "address", {}).stringValue;
    const cluster = newCluster(stack, { host: newHost(stack, "host1", { address }) });
    new ClusterContent(stack, "shared", { clusters: [cluster] }).addCache("A");
    expect(() => read(stack)).toThrow(
      "the host of 'a-content' is only known to Terraform: ${var.address}; verify needs concrete values",
    );
  });

  test("for an object of which only Terraform knows a part", () => {
    const stack = newStack();
    const host = new TerraformVariable(stack, "database_host", {}).stringValue;
    const password = Secret.fromVariable(new TerraformVariable(stack, "password", {}));
    const connection = { engine: SqlEngine.MYSQL, host, database: "stock", username: "zato", password };
    newDeployment(stack).addSqlConnection("Stock", connection);
    expect(() => read(stack)).toThrow(
      "the content of 'host1-content' is only known to Terraform: ${var.database_host}",
    );
  });
});
