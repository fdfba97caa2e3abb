import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Viz } from "@viz-js/viz" with { "resolution-mode": "import" };
import { TerraformStack, TerraformVariable } from "cdktf";
import {
  ExistingLoadBalancer,
  ExistingZatoCluster,
  HaproxyLoadBalancer,
  HighAvailabilityDeployment,
  ICluster,
  OdbDatabase,
  RedisConnection,
  Secret,
} from "cdktf-zato";
import fc from "fast-check";
import { renderDot } from "../../lib/cli/dot";
import { topology } from "../../lib/cli/topology";
import { renderMermaid } from "../../lib/document";
import { Box, Frame, Part, Picture } from "../../lib/document/picture";
import { newAwsStack, newEc2Host, newNetwork } from "../aws/support/stack";
import { anyText } from "../support/arbitraries";
import { temporaryFolder } from "../support/bash";
import { newCluster, newDeployment, newHost, newStack } from "../support/stack";
import { complaintsOf } from "../support/json-schema";
import { documentIn, synthTo } from "../support/synth";

const ROOT = join(__dirname, "..", "..");

const CA = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

const folder = temporaryFolder();

/** The picture of a stack in Mermaid, which is also what lies beside it. */
async function mermaidOf(stack: TerraformStack, ...options: string[]): Promise<string> {
  const stackFolder = synthTo(folder(), stack);
  const document = documentIn(stackFolder);
  expect(complaintsOf("zato.schema.json", document)).toEqual([]);
  const beside = readFileSync(join(stackFolder, "topology.mmd"), "utf8");
  expect(await topology(document, [])).toBe(beside);
  return options.length === 0 ? beside : topology(document, options);
}

/** The texts of boxes, frames and arrows, a line for each. */
function textsOf(mermaid: string): string[] {
  const texts = [...mermaid.matchAll(/"([^"]*)"/g)].map(([, text]) => text!);
  return texts.map((text) =>
    text.replaceAll("<br/>", " | ").replace(/#(\d+);/g, (_, code) => String.fromCodePoint(Number(code))),
  );
}

/* After a change of the example, or of the picture: UPDATE_PICTURE=1 npx jest test/cli/topology.test.ts */
test("the README's picture is that of examples/two-hosts", async () => {
  // WHEN
  const run = spawnSync(process.execPath, ["--import", "tsx", "examples/two-hosts/main.ts"], {
    cwd: ROOT,
    encoding: "utf8",
    env: { ...process.env, CDKTF_OUTDIR: folder(), TWO_HOSTS_SETTINGS: undefined },
  });

  // THEN
  expect(run.stderr).toBe("");
  const picture = await topology(documentIn(join(folder(), "stacks", "two-hosts")), ["svg"]);
  const [, file] = /^!\[[^\]]+\]\((.*\.svg)\)$/m.exec(readFileSync(join(ROOT, "README.md"), "utf8"))!;
  if (process.env.UPDATE_PICTURE) {
    writeFileSync(join(ROOT, file!), picture);
  }
  expect(picture).toBe(readFileSync(join(ROOT, file!), "utf8"));
}, 120_000);

test("shows addresses that only Terraform knows as expressions, and failure domains that hosts share", async () => {
  // GIVEN
  const stack = newAwsStack();
  const network = newNetwork(stack);
  const hosts = ["host1", "host2"].map((id) => newEc2Host(stack, id, network));
  hosts.forEach((host, number) => newCluster(stack, { host }, `c${number}`));
  newHost(stack, "host8", { failureDomain: hosts[0]!.failureDomain, lost: true, labels: { rack: "b12 ${x}" } });

  // WHEN
  const texts = textsOf(await mermaidOf(stack));

  // THEN
  const domain = hosts[0]!.failureDomain;
  expect(texts.filter((text) => text === `failure domain ${domain}`)).toHaveLength(1);
  expect(texts).toContain("host8 · 10.0.0.18 · 4 CPUs · rack b12 ${x} · declared lost");
  const address = /^Zato load-balancer \| \$\{aws_instance\.host1_\w+\.private_ip\}:11223 HTTP \|/;
  expect(texts.filter((text) => address.test(text))).toHaveLength(1);
  // No deployment, no clients.
  expect(texts).not.toContain("clients");
});

test("shows clusters that somebody else has installed, and a balancer that nobody declared", async () => {
  // GIVEN
  const stack = newStack();
  new HighAvailabilityDeployment<ICluster>(stack, "zato", {
    clusters: [
      new ExistingZatoCluster(stack, "a", { address: "10.0.0.11", schedulerRuns: true }),
      new ExistingZatoCluster(stack, "b", {
        address: "2001:db8::2",
        port: 17010,
        failureDomain: "rack 2",
        webAdminUrl: "http://10.0.0.12:8183/",
      }),
      new ExistingZatoCluster(stack, "c", { address: "2001:db8::3" }),
    ],
  });

  // THEN
  const mermaid = await mermaidOf(stack);
  expect(textsOf(mermaid)).toEqual([
    "clients",
    "load balancer | not in this program | asks each cluster GET /zato/ping",
    "failure domain rack 2",
    "cluster b | installed by others | [2001:db8::2]:17010 HTTP | web-admin http://10.0.0.12:8183/",
    "cluster a | installed by others | 10.0.0.11:11223 HTTP | its scheduler runs",
    "cluster c | installed by others | [2001:db8::3]:11223 HTTP",
  ]);
  expect(mermaid.split("\n").filter((line) => line.includes("-->"))).toEqual([
    "  clients --> entry_stack_zato",
    "  entry_stack_zato --> balancer_stack_a",
    "  entry_stack_zato --> balancer_stack_b",
    "  entry_stack_zato --> balancer_stack_c",
  ]);
});

test("a host with nothing but a balancer is one box", async () => {
  const stack = newStack();
  const hosts = ["host1", "host2"].map((id) => newHost(stack, id));
  new HighAvailabilityDeployment<ICluster>(stack, "zato", {
    clusters: ["a", "b"].map((id, number) => new ExistingZatoCluster(stack, id, { address: `10.0.1.${number}` })),
    loadBalancer: new HaproxyLoadBalancer(stack, "edge", { hosts, virtualAddress: "10.0.0.100" }),
  });
  expect(textsOf(await mermaidOf(stack))).toEqual([
    "clients",
    "load balancer edge | virtual address 10.0.0.100:80 | asks each cluster GET /zato/ping",
    "host1 · 10.0.0.11 · 4 CPUs | HAProxy and keepalived | of edge",
    "host2 · 10.0.0.12 · 4 CPUs | HAProxy and keepalived | of edge",
    "cluster a | installed by others | 10.0.1.0:11223 HTTP",
    "cluster b | installed by others | 10.0.1.1:11223 HTTP",
    "HTTP",
  ]);
});

test("shows who is drained, by dashes on the way to it", async () => {
  const stack = newStack();
  const loadBalancer = new ExistingLoadBalancer(stack, "edge", { address: "192.0.2.9" });
  newDeployment(stack, { loadBalancer, drainedClusters: ["host2"] });
  const mermaid = await mermaidOf(stack);
  expect(textsOf(mermaid)).toContain("cluster host2 · Zato 3.3 · drained");
  expect(mermaid).toContain('entry_stack_zato -.->|"drained"| balancer_stack_zato_host2\n');
  expect(mermaid).toContain("entry_stack_zato --> balancer_stack_zato_host1\n");
});

test("shows where TLS is spoken, the load balancer of one host, and what is open", async () => {
  // GIVEN
  const stack = newStack();
  const clusters = [
    new ExistingZatoCluster(stack, "a", { address: "10.0.0.11", tls: { ca: CA } }),
    new ExistingZatoCluster(stack, "b", { address: "10.0.0.12", tls: { ca: CA } }),
  ];
  const loadBalancer = new ExistingLoadBalancer(stack, "edge", { address: "lb.example.com" });
  new HighAvailabilityDeployment<ICluster>(stack, "zato", { clusters, loadBalancer, healthCheck: { path: "/up" } });
  const host = newHost(stack, "host1");
  new HighAvailabilityDeployment(stack, "other", {
    clusters: [newCluster(stack, { host, zatoLoadBalancer: { openPaths: ["/zato/jwt/"] } }, "c")],
    loadBalancer: new HaproxyLoadBalancer(stack, "single", { hosts: [host] }),
    healthCheck: { servicePath: "/alive" },
  });

  // THEN
  const mermaid = await mermaidOf(stack);
  const texts = textsOf(mermaid);
  expect(texts).toEqual(
    expect.arrayContaining([
      "load balancer edge | lb.example.com:443 | asks each cluster GET /up",
      "cluster a | installed by others | 10.0.0.11:11223 HTTPS",
      "load balancer single | 10.0.0.11:80 | asks each cluster GET /zato/ping and /alive",
      "HAProxy | of single",
      "Zato load-balancer | 10.0.0.11:11223 HTTP | refuses /zato/, /ide-deploy | but for /zato/ping, /zato/jwt/",
    ]),
  );
  expect(mermaid).toContain('clients -->|"HTTPS"| entry_stack_zato\n');
  expect(mermaid).toContain('clients -->|"HTTP"| entry_stack_other\n');
});

test("shows databases elsewhere outside of hosts, and Redis where there is one", async () => {
  // GIVEN
  const stack = newStack();
  const password = Secret.fromVariable(new TerraformVariable(stack, "password", {}));
  const odb = OdbDatabase.mysql({ host: "db.internal", database: "z", username: "z", password });
  newCluster(stack, { odb, redis: RedisConnection.of({ host: "127.0.0.1" }), servers: 1 }, "a");
  newCluster(
    stack,
    { host: newHost(stack, "host2"), redis: RedisConnection.of({ host: "10.0.0.5", database: 2 }) },
    "b",
  );

  // THEN
  const mermaid = await mermaidOf(stack);
  const boxes = mermaid.split("\n").filter((line) => line.includes("[("));
  expect(boxes.map((line) => line.replace(/\S.*/, ""))).toEqual(["      ", "      ", "  ", "  "]);
  expect(textsOf(boxes.join("\n"))).toEqual([
    "Redis | 127.0.0.1:6379/0",
    "PostgreSQL | 127.0.0.1:5432 | zato_b",
    "MySQL | db.internal:3306 | z",
    "Redis | 10.0.0.5:6379/2",
  ]);
  expect(textsOf(mermaid)).toContain("1 server, 4 workers | server1 127.0.0.1:17010, 4 workers");
  expect(mermaid).toContain("servers_stack_b --> redis_stack_b\n");
});

test("a cluster that another stack declares is there all the same", async () => {
  const stack = newStack();
  const other = new TerraformStack(stack.node.root, "other");
  new HighAvailabilityDeployment<ICluster>(stack, "zato", {
    clusters: ["a", "b"].map(
      (id, number) => new ExistingZatoCluster(number === 0 ? stack : other, id, { address: `10.0.0.1${number}` }),
    ),
  });
  expect(textsOf(await mermaidOf(stack))).toContain("cluster b | of another stack");
});

test("the second picture leads from channels to services to connections", async () => {
  // GIVEN
  const stack = newStack();
  const deployment = newDeployment(stack);
  const password = Secret.fromVariable(new TerraformVariable(stack, "password", {}));
  deployment.content.addServices(join(ROOT, "examples", "content", "services"));
  const security = deployment.content.addBasicAuth("Partner", { username: "partner", password });
  deployment.content.addOutgoingRest("Billing", { host: "https://example.com", security });
  deployment.content.addRestChannel("Orders", { urlPath: "/orders", service: "orders.list", security });
  deployment.content.addSchedulerJob("Check", { service: "pub.zato.ping", interval: 2 });

  // THEN
  expect(await mermaidOf(stack, "content")).toBe(
    `flowchart LR
  subgraph content_stack_zato_content["stack/zato/content on host1, host2"]
    subgraph channels_jobs_stack_zato_content["channels, jobs"]
      channel_rest_Orders_stack_zato_content["channel#95;rest<br/>Orders<br/>for Partner"]
      scheduler_Check_stack_zato_content["scheduler<br/>Check"]
    end
    subgraph services_stack_zato_content["services"]
      service_heartbeat_beat_stack_zato_content["heartbeat.beat"]
      service_orders_list_stack_zato_content["orders.list"]
      service_stock_count_stack_zato_content["stock.count"]
      service_pub_zato_ping_stack_zato_content["pub.zato.ping<br/>not of this program"]
    end
    subgraph connections_stack_zato_content["connections"]
      outgoing_rest_Billing_stack_zato_content["outgoing#95;rest<br/>Billing"]
    end
  end
  channel_rest_Orders_stack_zato_content --> service_orders_list_stack_zato_content
  scheduler_Check_stack_zato_content --> service_pub_zato_ping_stack_zato_content
  service_orders_list_stack_zato_content --> outgoing_rest_Billing_stack_zato_content
  classDef idle stroke-dasharray: 4 4
`,
  );
});

describe("whatever texts there are,", () => {
  const anyBox = fc.record({
    id: anyText,
    lines: fc.array(anyText, { minLength: 1, maxLength: 3 }),
    shape: fc.constantFrom<Box["shape"]>("box", "round", "database"),
    isIdle: fc.boolean(),
  });

  /** A frame with two boxes, one of them in a frame of its own, and an arrow between the two. */
  const anyPicture: fc.Arbitrary<Picture> = fc
    .record({ boxes: fc.tuple(anyBox, anyBox), titles: fc.tuple(anyText, anyText), label: anyText })
    .map(({ boxes: [first, second], titles: [outer, inner], label }) => {
      const [from, to] = [`1 ${first.id}`, `2 ${second.id}`];
      const parts: Part[] = [
        { ...first, id: from },
        { id: `inner ${inner}`, title: inner, parts: [{ ...second, id: to }] },
      ];
      return {
        direction: "down",
        parts: [{ id: `outer ${outer}`, title: outer, parts }],
        arrows: [{ from, to, label, isIdle: first.isIdle }],
      };
    });

  test("Mermaid's are between quotes, and hold nothing that has a meaning there", () => {
    fc.assert(
      fc.property(anyPicture, (picture) => {
        const lines = renderMermaid(picture).split("\n");
        const text = `"(?:[\\p{L}\\p{M}\\p{N} .,:/()·…-]|#\\d+;|<br/>)*"`;
        const kinds = [
          "flowchart TB",
          `    \\w+(\\[|\\(\\[|\\[\\()${text}(\\]|\\]\\)|\\)\\])(:::idle)?`,
          `  subgraph \\w+\\[${text}\\]`,
          `    subgraph \\w+\\[${text}\\]`,
          `      \\w+(\\[|\\(\\[|\\[\\()${text}(\\]|\\]\\)|\\)\\])(:::idle)?`,
          `  \\w+ -(-|\\.-)>(\\|${text}\\|)? \\w+`,
          " +end",
          "  classDef idle stroke-dasharray: 4 4",
          "",
        ];
        const isOne = new RegExp(`^(${kinds.join("|")})$`, "u");
        expect(lines.filter((line) => !isOne.test(line))).toEqual([]);
        expect(lines).toHaveLength(10);
      }),
    );
  });

  test("Graphviz reads them as they are", async () => {
    // GIVEN
    const { instance } = createRequire(__filename)("@viz-js/viz") as { readonly instance: () => Promise<Viz> };
    const viz = await instance();
    const shown = (text: string): string => {
      const line = text.replace(/[\p{Cc}\s]+/gu, " ").replace(/\p{Noncharacter_Code_Point}/gu, "\uFFFD");
      return (line || " ").replaceAll("&", "&amp;");
    };

    // THEN
    fc.assert(
      fc.property(anyPicture, (picture) => {
        const { objects, edges } = viz.renderJSON(renderDot(picture)) as {
          readonly objects: readonly { readonly name: string; readonly label: string }[];
          readonly edges: readonly { readonly label?: string }[];
        };
        const [outer] = picture.parts as readonly Frame[];
        const [first, inner] = outer!.parts as readonly [Box, Frame];
        const [second] = inner.parts as readonly Box[];
        const texts = [[outer!.title], [inner.title], first.lines, second!.lines];
        expect(objects.map(({ label }) => label.replace(/\\([\\"])/g, "$1"))).toEqual(
          texts.map((lines) => lines.map(shown).join("\\n")),
        );
        expect(edges).toHaveLength(1);
      }),
    );
  });
});
