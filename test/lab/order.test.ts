import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { App, LocalBackend, TerraformStack } from "cdktf";
import {
  CARRIER_CONTEXT,
  HaproxyLoadBalancer,
  HighAvailabilityDeployment,
  PhysicalHost,
  ZatoInstallation,
} from "cdktf-zato";
import { terraform } from "../../lab/terraform/terraform";

/** What stands in an order in a program, or is moved by it. */
interface Shape {
  readonly hosts: readonly string[];
  readonly edge: readonly string[];
  readonly servers: readonly string[];
  readonly schedulerCluster: string;
}

const SHAPE: Shape = {
  hosts: ["host2", "host10"],
  edge: ["host2", "host10"],
  servers: ["server2", "server10"],
  schedulerCluster: "host2",
};

const HOST_KEY = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${"A".repeat(43)}`;

interface Resource {
  provisioner?: unknown;
  connection?: unknown;
}

let root: string;

beforeEach(() => (root = mkdtempSync(path.join(tmpdir(), "zato-order-"))));

afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Has Terraform build the graph of a deployment, every content of which is another one than before. No host is needed. */
async function apply(shape: Shape, revision: string): Promise<{ status: number; stderr: string }> {
  const app = new App({ outdir: root, context: { [CARRIER_CONTEXT]: "terraform_data" } });
  const stack = new TerraformStack(app, "order");
  new LocalBackend(stack, { path: path.join(root, "terraform.tfstate") });
  const hosts: Record<string, PhysicalHost> = {};
  for (const name of new Set([...shape.hosts, ...shape.edge].sort())) {
    const address = `10.0.0.${/\d+/.exec(name)![0]}`;
    hosts[name] = new PhysicalHost(stack, name, { address, cpus: 4, revision, ssh: { user: "a", hostKey: HOST_KEY } });
  }
  const loadBalancer = new HaproxyLoadBalancer(stack, "edge", {
    hosts: shape.edge.map((name) => hosts[name]!),
    virtualAddress: "10.0.0.100",
  });
  const deployment = new HighAvailabilityDeployment(stack, "zato", {
    hosts: shape.hosts.map((name) => hosts[name]!),
    installation: ZatoInstallation.preinstalled(),
    servers: 0,
    schedulerCluster: shape.schedulerCluster,
    loadBalancer,
  });
  deployment.clusters.forEach((cluster) => shape.servers.forEach((name) => void cluster.addServer(name)));
  app.synth();

  const cwd = path.join(root, "stacks", "order");
  withoutHosts(path.join(cwd, "cdk.tf.json"));
  const options = { cwd, onLine: () => undefined };
  await terraform(["init"], options);
  return terraform(["apply", "-auto-approve", "-no-color"], options);
}

function withoutHosts(file: string): void {
  const json = JSON.parse(readFileSync(file, "utf8")) as { resource: Record<string, Record<string, Resource>> };
  for (const resource of Object.values(json.resource.terraform_data!)) {
    delete resource.provisioner;
    delete resource.connection;
  }
  writeFileSync(file, JSON.stringify(json));
}

test.each<[string, Partial<Shape>]>([
  ["its hosts", { hosts: ["host10", "host2"] }],
  ["the hosts of its load balancer", { edge: ["host10", "host2"] }],
  ["the servers of its clusters", { servers: ["server10", "server2"] }],
  [
    "both hosts and servers",
    { hosts: ["host10", "host2"], edge: ["host10", "host2"], servers: ["server10", "server2"] },
  ],
  ["which scheduler runs", { schedulerCluster: "host10" }],
  ["nothing but that there is one host more", { hosts: ["host1", "host2", "host10"] }],
  ["nothing but that there is one server more", { servers: ["server1", "server2", "server10"] }],
])("a deployment of which everything changes may turn around %s, and back, at the same time", async (_, change) => {
  for (const [revision, shape] of [SHAPE, { ...SHAPE, ...change }, SHAPE].entries()) {
    const { status, stderr } = await apply(shape, String(revision));
    expect([status, stderr]).toEqual([0, expect.not.stringContaining("Error:")]);
  }
});
