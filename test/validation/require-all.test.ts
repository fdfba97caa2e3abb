import { TerraformStack, Testing } from "cdktf";
import {
  ConstructError,
  ExistingZatoCluster,
  HaproxyLoadBalancer,
  PhysicalHost,
  PhysicalHostProps,
  SqlEngine,
  ZatoInstallation,
} from "cdktf-zato";
import { ApplicationLoadBalancer, AwsNetwork } from "cdktf-zato/aws";
import { CitrixAdcLoadBalancer } from "cdktf-zato/citrix";
import { F5BigIpLoadBalancer } from "cdktf-zato/f5";
import { Construct } from "constructs";
import fc from "fast-check";
import { requireAll } from "../../lib/validation";
import { existingNetwork } from "../aws/support/stack";
import { newDeployment, newHost, newStack, SSH } from "../support/stack";

function errorOf(act: () => unknown): ConstructError {
  try {
    act();
  } catch (error) {
    return error as ConstructError;
  }
  throw new Error("nothing was thrown");
}

const linesOf = (act: () => unknown): string[] => errorOf(act).message.split("\n");

test("gives what each check gives", () => {
  expect(requireAll({ one: () => 1, two: () => "b", none: () => undefined })).toEqual({
    one: 1,
    two: "b",
    none: undefined,
  });
});

test("tells of all that is wrong in the order of the checks, and of a place once; nested ones are of it", () => {
  const stack = new TerraformStack(Testing.app(), "stack");
  const wrong =
    (value: string, scope: Construct = stack) =>
    (): never => {
      throw new ConstructError(scope, `'${value}' is wrong`, "write another one");
    };
  const named = (checks: (() => never)[]): Record<string, () => never> =>
    Object.fromEntries(checks.map((check, position) => [`check${position}`, check]));
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("a", "b", "c", "d"), { minLength: 1, maxLength: 6 }),
      fc.nat(),
      (values, at) => {
        const checks = values.map((value) => wrong(value));
        const [outer, inner] = [checks.slice(0, at % (values.length + 1)), checks.slice(at % (values.length + 1))];
        const nested: Record<string, () => unknown> =
          inner.length > 0 ? { nested: () => requireAll(named(inner)) } : {};
        const { message, finding } = errorOf(() =>
          requireAll<Record<string, unknown>>({ ...named(outer), well: () => 1, ...nested }),
        );
        const findings = values.map((value) => `'${value}' is wrong; write another one`);
        expect(finding).toBe(findings.length === 1 ? findings[0] : findings.map((one) => `\n- ${one}`).join(""));
        expect(message).toBe(findings.length === 1 ? `stack: ${finding}` : `stack:${finding}`);
      },
    ),
  );
  const other = new Construct(stack, "other");
  expect(linesOf(() => requireAll({ a: wrong("a"), b: wrong("b", other) }))).toEqual([
    "stack:",
    "- 'a' is wrong; write another one",
    "- stack/other: 'b' is wrong; write another one",
  ]);
});

test("another error is no finding", () => {
  const broken = (): never => {
    throw new TypeError("x is not a function");
  };
  expect(() => requireAll({ broken })).toThrow(TypeError);
});

test("the error has it in its stack, as cdktf shows it, and nothing of the construct tree", () => {
  const { stack = "", ...shown } = errorOf(
    () => new PhysicalHost(newStack(), "host1", { address: "a b", cpus: 0, ssh: SSH }),
  );
  expect(stack).toContain("stack/host1:\n- 'a b' is no host address");
  expect(Object.keys(shown).sort()).toEqual(["finding", "name"]);
});

test.each<[string, (stack: TerraformStack) => unknown, string[]]>([
  [
    "a host",
    (stack) => {
      const ssh = { user: "o p s", hostKey: "<host key>", port: 0, bastion: { address: "a b", hostKey: "x" } };
      const props: PhysicalHostProps = { address: "<address>", cpus: 0, memory: -1, labels: { "a b": "c" }, ssh };
      return new PhysicalHost(stack, "host1", props);
    },
    [
      "stack/host1:",
      "- '<address>' is no host address: this is a placeholder",
      "- the number of CPUs is 0",
      "- the memory in MiB is -1",
      "- the SSH user is 'o p s'",
      "- '<host key>' is no SSH host key: this is a placeholder",
      "- the SSH port is 0",
      "- 'a b' is no bastion address",
      "- 'x' is no SSH host key",
      `- "a b": "c" cannot be labels of a host`,
    ],
  ],
  [
    "a balancer",
    (stack) => {
      const hosts = [newHost(stack, "host1"), newHost(stack, "host2")];
      const props = { virtualAddress: "YOUR_ADDRESS", port: 0, virtualRouterId: 256, openPaths: ["zato", "a b"] };
      return new HaproxyLoadBalancer(stack, "edge", { hosts, ...props });
    },
    [
      "stack/edge:",
      "- 'YOUR_ADDRESS' is no virtual address: this is a placeholder",
      "- the port of the load balancer is 0",
      "- the virtual router id is 256",
      "- 'zato' is no URL path to open",
      "- 'a b' is no URL path to open",
    ],
  ],
  [
    "a deployment",
    (stack) => newDeployment(stack, { maxConnectionsPerCluster: 0, requestTimeout: -1 }),
    ["stack/zato:", "- the number of connections per cluster is 0", "- the request timeout in seconds is -1"],
  ],
  [
    "an archive",
    (stack) =>
      newDeployment(stack, { installation: ZatoInstallation.archive({ url: "https://…", sha256: "CHANGE_ME" }) }),
    [
      "stack/zato/host1/installation:",
      "- 'https://…' is no URL of the archive: this is a placeholder",
      "- 'CHANGE_ME' is no SHA-256: this is a placeholder",
    ],
  ],
  [
    "an SQL connection",
    (stack) => {
      const names = { host: "a b", database: "", username: "\n", password: "x" as never };
      return newDeployment(stack).content.addSqlConnection("Stock", { engine: SqlEngine.MYSQL, port: 0, ...names });
    },
    [
      "stack/zato/content:",
      "- 'a b' is no address of the database of 'Stock'",
      "- the port of 'Stock' is 0",
      `- the database of 'Stock' is ""`,
      `- the user of 'Stock' is "\\n"`,
    ],
  ],
  [
    "variables",
    (stack) => newDeployment(stack, { environment: { "1A": "x", B: 7 as never, C: "\0" } }),
    [
      "stack/zato/host1:",
      "- '1A' cannot name an environment variable",
      "- the environment variable 'B' is 7",
      "- the environment variable 'C' holds a NUL character",
    ],
  ],
  [
    "an F5",
    (stack) =>
      new F5BigIpLoadBalancer(stack, "edge", {
        virtualAddress: "192.0.2.10%70000",
        port: 0,
        tenant: "Common",
        application: "1st",
        tls: "/Common/x" as never,
        objects: { "a b": { class: "iRule" }, "2nd": { class: "iRule" } },
      }),
    [
      "stack/edge:",
      "- the port of the load balancer is 0",
      "- the route domain of the virtual address is 70000",
      "- 'tls' is '/Common/x', and no F5Tls",
      "- '1st' cannot be used as name of an application",
      "- the tenant 'Common' holds what tenants share, and no application",
      "- 'a b' cannot be used as name of an object",
      "- '2nd' cannot be used as name of an object",
    ],
  ],
  [
    "a Citrix",
    (stack) =>
      new CitrixAdcLoadBalancer(stack, "edge", {
        virtualAddress: "YOUR_ADDRESS",
        port: 70000,
        sourceNetworks: ["10.0.0.0/33", "x"],
        openPaths: ["zato"],
      }),
    [
      "stack/edge:",
      "- 'YOUR_ADDRESS' is no virtual address: this is a placeholder",
      "- '10.0.0.0/33' is no network of the device",
      "- 'x' is no network of the device",
      "- the port of the load balancer is 70000",
      "- 'zato' is no URL path to open",
    ],
  ],
  [
    "a load balancer of AWS",
    (stack) =>
      new ApplicationLoadBalancer(stack, "edge", {
        network: existingNetwork(stack),
        loadBalancerName: "-",
        port: 0,
        certificateArn: "arn",
        clientCidrs: ["10.0.0.0", "x"],
        accessLogBucket: "A",
        dnsName: "esb.example.com",
        openPaths: ["zato"],
        tags: { "aws:x": "y" },
      }),
    [
      "stack/edge:",
      "- '-' cannot be the name of a load balancer in AWS (1 characters)",
      '- "aws:x": "y" cannot be tags in AWS',
      "- the port of the load balancer is 0",
      "- 'arn' is no ARN of a certificate",
      "- '10.0.0.0' is no network of clients",
      "- 'x' is no network of clients",
      "- 'A' is no bucket of S3",
      "- 'esb.example.com' comes without a hosted zone",
      "- 'zato' is no URL path to open for an Application Load Balancer",
    ],
  ],
  [
    "a network of AWS",
    (stack) =>
      AwsNetwork.fromAttributes(stack, "network", {
        vpcId: "v",
        cidrBlocks: ["a", "b"],
        subnets: [{ subnetId: "s", availabilityZone: "eu-central-1a" }],
      }),
    [
      "stack/network:",
      "- 'v' is no VPC",
      "- 'a' is no address range of a VPC",
      "- 'b' is no address range of a VPC",
      "- 's' is no subnet",
      "- all subnets are in the availability zone eu-central-1a",
    ],
  ],
  [
    "an existing cluster",
    (stack) => new ExistingZatoCluster(stack, "a", { address: "a b", port: 0, failureDomain: "" }),
    ["stack/a:", "- 'a b' is no address of a cluster", "- the port of the cluster is 0", '- the failure domain is ""'],
  ],
  [
    "a REST channel",
    (stack) =>
      newDeployment(stack).content.addRestChannel("Orders", {
        urlPath: "orders",
        service: "orders",
        security: "none" as never,
        affinity: "source" as never,
      }),
    [
      "stack/zato/content:",
      "- 'orders' cannot be the URL path of the channel 'Orders'",
      "- the security of 'Orders' is no SecurityDefinition",
      "- the affinity of the channel 'Orders' is 'source', and no Affinity",
    ],
  ],
  [
    "an outgoing REST connection",
    (stack) => newDeployment(stack).content.addOutgoingRest("Partner", { host: "x", timeout: 0 }),
    [
      "stack/zato/content:",
      "- 'x' cannot be the host of the outgoing connection 'Partner'",
      "- the timeout of 'Partner' in seconds is 0",
    ],
  ],
  [
    "a job",
    (stack) =>
      newDeployment(stack).content.addSchedulerJob("Nightly", { service: "x", interval: 0, startDate: "tomorrow" }),
    [
      "stack/zato/content:",
      "- the interval of the job 'Nightly' in seconds is 0",
      "- the job 'Nightly' starts 'tomorrow'",
    ],
  ],
])("%s tells of all that is wrong with it at once, each with the way out", (_, declare, findings) => {
  const lines = linesOf(() => declare(newStack()));
  expect(lines.map((line) => line.split(";")[0])).toEqual(findings);
  expect(lines.slice(1).filter((line) => !line.includes("; "))).toEqual([]);
});
