import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TerraformStack, TerraformVariable } from "cdktf";
import {
  ClusterContent,
  OdbDatabase,
  PhysicalHostProps,
  Secret,
  SqlEngine,
  SshKey,
  ZatoServerOptions,
} from "cdktf-zato";
import type { Ec2Host } from "cdktf-zato/aws";
import fc from "fast-check";
import { DeclaredStack } from "../../lib/cli/declared-stack";
import { showAsJson, terraformProgram } from "../../lib/cli/terraform-program";
import type { DeclaredComponent, DeclaredSsh } from "../../lib/document";
import { FRAMEWORK } from "../../lib/framework";
import { newAwsStack, newEc2Host, newNetwork } from "../aws/support/stack";
import { temporaryFolder } from "../support/bash";
import { parseManifest } from "../support/manifest";
import { newKeyFile } from "../support/ssh-key";
import { HOST_KEY, newCluster, newDeployment, newHost, newStack, SSH } from "../support/stack";
import { documentIn, synthTo } from "../support/synth";
import { Template } from "../support/template";
import { StateValues, terraformThat, terraformWith } from "../support/terraform-program";

const folder = temporaryFolder();

afterEach(() => delete process.env.TERRAFORM_BINARY_NAME);

/** A stack, read back as the commands do it. */
function read(stack: TerraformStack, state: StateValues = {}): DeclaredStack {
  process.env.TERRAFORM_BINARY_NAME = terraformWith(folder(), state);
  return new DeclaredStack(synthTo(folder(), stack));
}

function accessTo(declared: DeclaredStack): DeclaredSsh {
  return declared.accessTo(declared.document.hosts[0]!);
}

function component(declared: DeclaredStack, name: string): DeclaredComponent {
  return declared.document.components.find((one) => one.name === name)!;
}

function withHost(props: Partial<PhysicalHostProps>): TerraformStack {
  const stack = newStack();
  newCluster(stack, { host: newHost(stack, "host1", props) });
  return stack;
}

/** How often Terraform was asked, and where. */
function calls(): string[] {
  try {
    return readFileSync(join(folder(), "calls"), "utf8").trim().split("\n");
  } catch {
    return [];
  }
}

test("gives the manifest of a component as it goes to its host, and does not ask Terraform for what the program knows", () => {
  // GIVEN
  const stack = newStack();
  newDeployment(stack).content.addCache("A ${x} %{y} $${z}");

  // WHEN
  const declared = read(stack);

  // THEN
  const content = component(declared, "host2-content");
  const manifest = parseManifest(declared.manifestOf(content));
  expect(manifest).toEqual(Template.synth(stack).manifest("zato/content/host2"));
  expect(manifest.parameters.owned).toBe("zato_cache_builtin/A ${x} %{y} $${z}");
  expect(declared.document.components.map((one) => declared.hashOf(one))).not.toContain(undefined);
  expect(accessTo(declared)).toEqual({ address: "10.0.0.11", port: 22, user: "ops", hostKey: HOST_KEY, sudo: true });
  expect(calls()).toEqual([]);
});

test("whatever a program writes into a file reaches the document as it is", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("$", "%", "{", "}", "\r", "a", '"', "\\", "é") }), (text) => {
      const stack = newStack();
      newCluster(stack).addServer("server9", { environment: { Greeting: `a${text.replaceAll("\r", "")}` } });
      const declared = read(stack);
      expect(parseManifest(declared.manifestOf(component(declared, "a-server9")))).toEqual(
        Template.synth(stack).manifest("a/server9"),
      );
    }),
    { numRuns: 25 },
  );
});

test("knows key file, port and user, and that root needs no sudo", () => {
  const key = join(folder(), "id key");
  renameSync(newKeyFile(folder()), key);
  const declared = read(withHost({ ssh: { ...SSH, user: "root", port: 2222, key: SshKey.file(key) } }));
  expect(accessTo(declared)).toMatchObject({ user: "root", port: 2222, keyFile: key, sudo: false });
});

test.each([
  [
    { user: "jump", port: 2022 },
    { user: "jump", port: 2022 },
  ],
  [{}, { user: "ops", port: 22 }],
])("knows the bastion, declared with %j, and the host's own key", (props, expected) => {
  const bastion = { address: "192.0.2.1", hostKey: `${HOST_KEY} of the bastion`, ...props };
  const access = accessTo(read(withHost({ ssh: { ...SSH, bastion } })));
  expect(access.bastion).toEqual({ address: "192.0.2.1", hostKey: `${HOST_KEY} of the bastion`, ...expected });
  expect(access.hostKey).toBe(HOST_KEY);
});

test("a key from a variable is left to the agent", () => {
  const stack = newStack();
  const key = SshKey.fromVariable(new TerraformVariable(stack, "key", {}));
  newCluster(stack, { host: newHost(stack, "host1", { ssh: { ...SSH, key } }) });
  expect(accessTo(read(stack))).not.toHaveProperty("keyFile");
});

test("gives the hash of what goes to a host, and none where nobody knows that", () => {
  // GIVEN
  const environment = { Greeting: "e\u0301 ${x} %{y}" };
  const hashOf = (props: Partial<ZatoServerOptions>): string | undefined => {
    const stack = newStack();
    newCluster(stack).addServer("server9", props);
    const declared = read(stack);
    return declared.hashOf(component(declared, "a-server9"));
  };

  // THEN
  const hash = hashOf({ environment });
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
  expect(hashOf({ environment: { Greeting: environment.Greeting.normalize() } })).toBe(hash);
  expect(hashOf({ environment: { Greeting: "another" } })).not.toBe(hash);
  const greeting = new TerraformVariable(newStack(), "greeting", {}).stringValue;
  expect(hashOf({ environment: { Greeting: greeting } })).toBeUndefined();
});

test("clusters of one name are called by their paths", () => {
  const stack = newStack();
  newCluster(stack, { host: newHost(stack, "host1"), clusterName: "same" }, "a");
  newCluster(stack, { host: newHost(stack, "host2"), clusterName: "same" }, "b");
  newCluster(stack, { host: newHost(stack, "host3") }, "c");
  const declared = read(stack);
  const labels = declared.document.clusters.map((cluster) => declared.labelOf(cluster));
  expect(labels).toEqual(["stack/a", "stack/b", "c"]);
});

describe("what only Terraform knows is taken from its state:", () => {
  const lifetimeOf = (stack: TerraformStack): string => Template.synth(stack).addressOf("host1/lifetime/Resource");

  test.each([{ elasticIp: true }, {}])("the address of a machine of EC2 with %j", (props) => {
    // GIVEN
    const stack = newAwsStack();
    const host = newEc2Host(stack, "host1", newNetwork(stack), props);
    newCluster(stack, { host });

    // WHEN
    const declared = read(stack, { [lifetimeOf(stack)]: { input: { host: "198.51.100.7" } } });

    // THEN
    expect(accessTo(declared)).toMatchObject({ address: "198.51.100.7", user: host.access.user });
    accessTo(declared);
    expect(calls()).toEqual([`${declared.folder} show -json -no-color`]);
  });

  test("whatever expression an address is, also that of a bastion, and the user", () => {
    const stack = newStack();
    const variable = (id: string): string => new TerraformVariable(stack, id, {}).stringValue;
    const bastion = { address: variable("jump"), hostKey: HOST_KEY };
    newCluster(stack, {
      host: newHost(stack, "host1", { address: variable("address"), ssh: { ...SSH, user: variable("user"), bastion } }),
    });
    const input = { host: "10.0.0.1", user: "ops", bastion_host: "192.0.2.1" };
    expect(accessTo(read(stack, { [lifetimeOf(stack)]: { input } }))).toMatchObject({
      address: "10.0.0.1",
      user: "ops",
      bastion: { address: "192.0.2.1" },
    });
  });

  test("of a lost machine, which remembers nothing, from what has made it", () => {
    const stack = newAwsStack();
    newCluster(stack, { host: newEc2Host(stack, "host1", newNetwork(stack), { elasticIp: true, lost: true }) });
    const eip = Template.synth(stack).addressOf("host1/address");
    expect(accessTo(read(stack, { [eip]: { public_ip: "198.51.100.7" } })).address).toBe("198.51.100.7");
  });

  test("parts of manifests, for their hashes too", () => {
    // GIVEN
    const declare = (hostOf: (machine: Ec2Host) => string): TerraformStack => {
      const stack = newAwsStack();
      const password = Secret.fromVariable(new TerraformVariable(stack, "password", {}));
      const host = hostOf(newEc2Host(stack, "database", newNetwork(stack)));
      const odb = OdbDatabase.postgresql({ host, database: "zato", username: "zato", password });
      newCluster(stack, { host: newHost(stack, "host8"), odb });
      return stack;
    };

    // WHEN
    const stack = declare(({ privateAddress }) => privateAddress);
    const state = { [Template.synth(stack).addressOf("database/Resource")]: { private_ip: "10.9.9.9" } };
    const hashes = (one: DeclaredStack): (string | undefined)[] =>
      one.document.components.filter(({ partOf }) => partOf === "stack/a").map((it) => one.hashOf(it));
    const found = hashes(read(stack, state));

    // THEN
    expect(found).not.toContain(undefined);
    expect(found).toEqual(hashes(read(declare(() => "10.9.9.9"))));
  });

  test("and what stands in quotes there is quoted as terraform does it", () => {
    // GIVEN
    const declare = (textOf: (machine: Ec2Host) => string): TerraformStack => {
      const stack = newAwsStack();
      const known = textOf(newEc2Host(stack, "other", newNetwork(stack)));
      const cluster = newCluster(stack, { host: newHost(stack, "host8"), environment: { Known: `$ ${known}` } });
      const password = Secret.fromVariable(new TerraformVariable(stack, "password", {}));
      new ClusterContent(stack, "shared", { clusters: [cluster] }).addBasicAuth("A", { username: known, password });
      return stack;
    };
    const text = 'CORP\\zato "$(id)"';

    // WHEN
    const stack = declare(({ privateAddress }) => privateAddress);
    const state = { [Template.synth(stack).addressOf("other/Resource")]: { private_ip: text } };
    const manifests = (one: DeclaredStack): string[] =>
      one.document.components.filter(({ host }) => host === "stack/host8").map((it) => one.manifestOf(it));
    const found = manifests(read(stack, state));

    // THEN
    expect(found.join("").split("CORP").length).toBeGreaterThan(3);
    expect(found).toEqual(manifests(read(declare(() => text))));
  });
});

describe("fails", () => {
  test("without a synthesized stack", () => {
    expect(() => new DeclaredStack(folder())).toThrow(
      `there is no synthesized stack with hosts in '${folder()}', which would have a zato.json; run '${FRAMEWORK.name} synth' before`,
    );
  });

  test("for the document of another version", () => {
    const stackFolder = synthTo(folder(), withHost({}));
    const text = JSON.stringify({ ...documentIn(stackFolder), version: 2 });
    writeFileSync(join(stackFolder, "zato.json"), text);
    expect(() => new DeclaredStack(stackFolder)).toThrow(
      /zato.json' has the format 2, and this program reads 1; run it/,
    );
  });

  test("for an address that is not in the state yet", () => {
    const stack = newStack();
    const address = new TerraformVariable(stack, "address", {}).stringValue;
    newCluster(stack, { host: newHost(stack, "host1", { address }) });
    expect(() => accessTo(read(stack))).toThrow(
      /^the address of the host 'host1' is only known to Terraform, and not in its state: \$\{terraform_data\.host1_lifetime_\w+\.input\.host\}; deploy the stack before/,
    );
  });

  test("for a part of a manifest that is no attribute of a resource", () => {
    const stack = newStack();
    const host = new TerraformVariable(stack, "database_host", {}).stringValue;
    const password = Secret.fromVariable(new TerraformVariable(stack, "password", {}));
    const content = new ClusterContent(stack, "shared", { clusters: [newCluster(stack)] });
    content.addSqlConnection("S", { engine: SqlEngine.MYSQL, host, database: "s", username: "zato", password });
    const declared = read(stack);
    expect(() => declared.manifestOf(component(declared, "a-content"))).toThrow(
      "'enmasse' of 'a-content' is only known to Terraform, and not in its state: ${var.database_host}",
    );
    expect(calls()).toEqual([]);
  });

  test.each([
    [
      "echo >&2; echo '│ Error: Backend initialization required' >&2; echo '│ more' >&2; exit 1",
      /Backend initialization required$/,
    ],
    ["exit 3", /does not say what Terraform knows: $/],
  ])("where Terraform ends with %j", (program, message) => {
    const stack = newAwsStack();
    newCluster(stack, { host: newEc2Host(stack, "host1", newNetwork(stack)) });
    const declared = read(stack);
    process.env.TERRAFORM_BINARY_NAME = terraformThat(folder(), program);
    expect(() => accessTo(declared)).toThrow(message);
  });

  test("where there is no Terraform", () => {
    const stack = newAwsStack();
    newCluster(stack, { host: newEc2Host(stack, "host1", newNetwork(stack)) });
    const declared = read(stack);
    process.env.TERRAFORM_BINARY_NAME = "/nowhere/tofu";
    expect(() => accessTo(declared)).toThrow(/^'\/nowhere\/tofu show -json' in .* ENOENT$/);
  });
});

test("an empty TERRAFORM_BINARY_NAME is none, as it is to the framework's own program", () => {
  expect(["", undefined, "tofu"].map(programOf)).toEqual(["terraform", "terraform", "tofu"]);
});

test("what Terraform warns of before the JSON is passed over, as OpenTofu does of a configuration file that is not there", () => {
  // GIVEN
  const warned = 'echo; echo "Warning: Unable to open CLI configuration file"; echo; echo "{ is no JSON" >&2';
  process.env.TERRAFORM_BINARY_NAME = terraformThat(folder(), `${warned}; echo '{"format_version":"1.0"}'`);

  // THEN
  expect(showAsJson(folder(), [], "says nothing")).toBe('{"format_version":"1.0"}\n');
});

function programOf(name: string | undefined): string {
  delete process.env.TERRAFORM_BINARY_NAME;
  if (name !== undefined) process.env.TERRAFORM_BINARY_NAME = name;
  return terraformProgram();
}

describe("a stack that has lost its hosts", () => {
  test("keeps the former document, which nobody believes", () => {
    // GIVEN
    const former = newStack();
    newDeployment(former);
    const stackFolder = synthTo(folder(), former);

    // WHEN
    synthTo(folder(), newStack());

    // THEN
    expect(documentIn(stackFolder).hosts).toHaveLength(2);
    expect(() => new DeclaredStack(stackFolder)).toThrow(
      `'${join(stackFolder, "zato.json")}' is of a former synth, and the stack declares nothing of it any more; remove the file`,
    );
  });
});
