import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { App, TerraformStack, TerraformVariable, Testing } from "cdktf";
import {
  ExistingLoadBalancer,
  HaproxyLoadBalancer,
  OdbDatabase,
  PhysicalHost,
  Secret,
  SqlEngine,
  SshKey,
  ZatoCluster,
} from "cdktf-zato";
import fc from "fast-check";
import { newAwsStack, newEc2Host, newNetwork } from "../aws/support/stack";
import { temporaryFolder } from "../support/bash";
import { complaintsOf } from "../support/json-schema";
import { HOST_KEY, INSTALLATION, newCluster, newDeployment, newHost, newStack, SSH } from "../support/stack";
import { documentIn, synthTo } from "../support/synth";
import { Template } from "../support/template";

const folder = temporaryFolder();

const SERVICES = join(__dirname, "..", "..", "examples", "content", "services");

/** A stack with something of everything. */
function wholeStack(): TerraformStack {
  const stack = newStack();
  const bastion = { address: "192.0.2.1", hostKey: HOST_KEY };
  const hosts = [
    newHost(stack, "host1", { firewall: {}, ssh: { ...SSH, bastion } }),
    newHost(stack, "host2", { failureDomain: "rack 2 ${x}", labels: { asset: "4711 ${x}" } }),
  ];
  const loadBalancer = new HaproxyLoadBalancer(stack, "edge", { hosts, virtualAddress: "10.0.0.100" });
  const deployment = newDeployment(stack, {
    hosts,
    loadBalancer,
    backup: { retain: 3 },
    exclusiveContent: true,
    drainedClusters: ["host1"],
  });
  const password = Secret.fromVariable(new TerraformVariable(stack, "sql_password", {}));
  const sql = { engine: SqlEngine.MYSQL, host: "db.internal", database: "s", username: "zato", password };
  deployment.content.addSqlConnection("Stock", sql);
  deployment.content.addServices(SERVICES);
  deployment.content.addRestChannel("Orders", { urlPath: "/orders", service: "orders.list" });
  return stack;
}

test("says what there is, as its schema has it", () => {
  // GIVEN
  const stack = wholeStack();

  // WHEN
  const document = documentIn(synthTo(folder(), stack));

  // THEN
  expect(complaintsOf("zato.schema.json", document)).toEqual([]);
  const addressOf = (path: string): string => Template.synth(stack).addressOf(path);
  const [host1, host2] = document.hosts;
  expect(host1).toEqual({
    path: "stack/host1",
    name: "host1",
    address: "10.0.0.11",
    cpus: 4,
    failureDomain: "stack/host1",
    lost: false,
    ssh: {
      address: "10.0.0.11",
      port: 22,
      user: "ops",
      hostKey: HOST_KEY,
      sudo: true,
      bastion: { address: "192.0.2.1", port: 22, user: "ops", hostKey: HOST_KEY },
    },
    resources: {
      preflight: addressOf("host1/preflight/Resource"),
      lifetime: addressOf("host1/lifetime/Resource"),
    },
  });
  expect(host2?.failureDomain).toBe("rack 2 $${x}");
  expect(host2?.labels).toEqual({ asset: "4711 $${x}" });
  expect(document.clusters[1]).toEqual({
    path: "stack/zato/host2",
    name: "host2",
    host: "stack/host2",
    release: "3.3",
    address: "10.0.0.12:11223",
    webAdminUrl: "http://127.0.0.1:8183/",
    servers: [
      { name: "server1", address: "127.0.0.1:17010", workers: 2 },
      { name: "server2", address: "127.0.0.1:17011", workers: 2 },
    ],
    tls: false,
    privatePaths: ["/zato/", "/ide-deploy"],
    openPaths: ["/zato/ping"],
    odb: { engine: "postgresql", address: "127.0.0.1:5432", database: "zato_host2", local: true },
    schedulerIsActive: false,
    schedulerAddress: "127.0.0.1:31530",
    backup: { directory: "/var/backups/cdktf-zato/host2", retain: 3 },
  });
  expect(document.contents).toEqual([
    {
      path: "stack/zato/content",
      clusters: ["stack/zato/host1", "stack/zato/host2"],
      exclusiveContent: true,
      services: expect.arrayContaining([{ name: "orders.list", sha256: expect.any(String) as string }]) as unknown,
      objects: ["channel_rest/Orders", "outconn_sql/Stock"],
      references: [{ from: "channel_rest/Orders", to: "service/orders.list" }],
      mentions: [{ from: "service/stock.count", to: "outconn_sql/Stock" }],
    },
  ]);
  expect(document.existingClusters).toEqual([]);
  expect(document.deployments).toEqual([
    {
      path: "stack/zato",
      clusters: ["stack/zato/host1", "stack/zato/host2"],
      drained: ["stack/zato/host1"],
      healthPath: "/zato/ping",
      loadBalancer: { path: "stack/edge", address: "10.0.0.100", port: 80, tls: false },
      outputs: {
        clusters: "zato_clusters",
        entry_address: "zato_entry_address",
        entry_port: "zato_entry_port",
        entry_url: "zato_entry_url",
        pool: "zato_pool",
        web_admin: "zato_web_admin",
      },
    },
  ]);
});

test("says which clusters of a deployment are drained", () => {
  const stack = newStack();
  newDeployment(stack, { drainedClusters: ["host2"] });
  const document = documentIn(synthTo(folder(), stack));
  expect(complaintsOf("zato.schema.json", document)).toEqual([]);
  expect(document.deployments).toMatchObject([{ drained: ["stack/zato/host2"] }]);
});

test("says of each component what it is a part of, where it lives, and by which resources it comes and goes", () => {
  const stack = wholeStack();
  const { components } = documentIn(synthTo(folder(), stack));
  const template = Template.synth(stack);
  const places = components.map(({ kind, name, host, partOf }) => [kind, name, host, partOf].join(" "));
  expect(places.filter((place) => place.includes(" stack/host2 ")).sort()).toEqual([
    "backup host2-backup stack/host2 stack/zato/host2",
    "cluster host2-registration stack/host2 stack/zato/host2",
    "content host2-content stack/host2 stack/zato/host2",
    "haproxy edge stack/host2 stack/edge",
    "installation host2-installation stack/host2 stack/zato/host2",
    "load-balancer host2-load-balancer stack/host2 stack/zato/host2",
    "odb host2-odb stack/host2 stack/zato/host2",
    "scheduler host2-scheduler stack/host2 stack/zato/host2",
    "server host2-server1 stack/host2 stack/zato/host2",
    "server host2-server2 stack/host2 stack/zato/host2",
    "web-admin host2-web-admin stack/host2 stack/zato/host2",
  ]);
  expect(places).toContain("firewall firewall stack/host1 stack/host1");
  for (const { path, resources } of components) {
    const below = path.replace("stack/", "");
    expect([resources.state, resources.lifetime]).toEqual([
      template.addressOf(`${below}/state`),
      template.addressOf(`${below}/lifetime/Resource`),
    ]);
  }
  const early = components.flatMap(({ resources }) => resources.early ?? []);
  expect(early).toEqual([template.addressOf("edge/host1/early"), template.addressOf("edge/host2/early")]);
});

test("changes nothing of the configuration, and is nothing to a synth without a folder", () => {
  const stack = wholeStack();
  expect(() => Testing.synth(stack)).not.toThrow();
  expect(readdirSync(folder())).toEqual([]);
  const files = readdirSync(synthTo(folder(), stack)).sort();
  expect(files).toEqual(["assets", "cdk.tf.json", "topology.mmd", "zato.json"]);
});

test("lies beside each stack of an App that has hosts, also where that is synthesized as HCL or fully by the framework's Testing", () => {
  // GIVEN
  const app = new App({ outdir: folder(), hclOutput: true });
  const stacks = ["staging", "production", "network"].map((id) => new TerraformStack(app, id));
  newHost(stacks[0]!, "host1");
  newCluster(stacks[1]!, { host: newHost(stacks[1]!, "host2") });

  // WHEN
  app.synth();

  // THEN
  const documents = ["staging", "production"].map((id) => documentIn(join(folder(), "stacks", id)));
  expect(documents.map(({ stack, hosts }) => [stack, hosts.map(({ path }) => path)])).toEqual([
    ["staging", ["staging/host1"]],
    ["production", ["production/host2"]],
  ]);
  expect(existsSync(join(folder(), "stacks", "network", "zato.json"))).toBe(false);
  const full = Testing.fullSynth(stacks[1]!);
  expect(documentIn(join(full, "stacks", "production"))).toEqual(documents[1]);
  rmSync(full, { recursive: true });
});

test("holds expressions for what only Terraform knows, and no way to a secret", () => {
  // GIVEN
  const stack = newAwsStack();
  const network = newNetwork(stack);
  const variable = (id: string): TerraformVariable => new TerraformVariable(stack, id, {});
  const ssh = { ...SSH, key: SshKey.fromVariable(variable("ssh_key")) };
  const secret = (id: string): Secret => Secret.fromVariable(variable(id));
  new ZatoCluster(stack, "a", {
    host: newEc2Host(stack, "host1", network, { ssh }),
    installation: INSTALLATION,
    jwtSecret: secret("jwt_secret"),
    odb: OdbDatabase.mysql({ host: "db", database: "z", username: "z", password: secret("odb_password") }),
  });
  newEc2Host(stack, "host2", network);

  // WHEN
  const document = documentIn(synthTo(folder(), stack));

  // THEN
  expect(complaintsOf("zato.schema.json", document)).toEqual([]);
  expect(document.hosts.map(({ address }) => address)).toEqual([
    expect.stringMatching(/^\$\{aws_instance\.host1_\w+\.private_ip\}$/),
    expect.stringMatching(/^\$\{aws_instance\.host2_\w+\.private_ip\}$/),
  ]);
  // With a key from a variable nothing remembers the way to the machine.
  expect(document.hosts.map(({ ssh: { address } }) => address)).toEqual([
    document.hosts[0]!.address,
    `\${${document.hosts[1]!.resources.lifetime}.input.host}`,
  ]);
  expect(JSON.stringify(document)).not.toMatch(/var\.|_password\}|ssh_key|TfToken/);
});

test("whatever is declared, its schema has it", () => {
  const declared = fc.record({
    clusters: fc.integer({ min: 0, max: 2 }),
    tls: fc.boolean(),
    lost: fc.boolean(),
    balancer: fc.boolean(),
    context: fc.constantFrom({}, { "cdktf-zato:carrier": "terraform_data" }),
  });
  fc.assert(
    fc.property(declared, ({ clusters, tls, lost, balancer, context }) => {
      const stack = newStack(context);
      const hosts = ["host1", "host2"]
        .slice(0, clusters)
        .map((id) => newHost(stack, id, { lost: lost && id === "host1" }));
      new PhysicalHost(stack, "spare", { address: "2001:db8::1", cpus: 1, ssh: SSH });
      const loadBalancer =
        balancer && clusters === 2 ? new ExistingLoadBalancer(stack, "edge", { address: "192.0.2.9", tls }) : undefined;
      if (clusters === 2) {
        newDeployment(stack, { hosts, loadBalancer });
      } else {
        hosts.forEach((host) => newCluster(stack, { host }));
      }
      expect(complaintsOf("zato.schema.json", documentIn(synthTo(folder(), stack)))).toEqual([]);
    }),
    { numRuns: 12 },
  );
});
