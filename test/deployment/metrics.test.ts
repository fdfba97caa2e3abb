import {
  ExistingLoadBalancer,
  ExistingZatoCluster,
  HaproxyLoadBalancer,
  HighAvailabilityDeployment,
  ICluster,
  MetricsOptions,
  WorkerAllocation,
  ZatoCluster,
} from "cdktf-zato";
import { INSTALLATION, newDeployment, newHost, newStack } from "../support/stack";
import { Template } from "../support/template";

const HOSTS = ["host1", "host2"] as const;

/** Two hosts with a cluster and a balancer each. */
function deployed(metrics?: MetricsOptions, firewall = false): Template {
  const stack = newStack();
  const hosts = HOSTS.map((name) => newHost(stack, name, firewall ? { firewall: {} } : {}));
  newDeployment(stack, {
    hosts,
    metrics,
    loadBalancer: new HaproxyLoadBalancer(stack, "edge", { hosts, virtualAddress: "10.0.0.100" }),
  });
  return Template.synth(stack);
}

const inFront = (template: Template): string => template.manifest("edge/host1").files.config!;
const ofCluster = (template: Template): string => template.manifest("zato/host1/load-balancer").files.config!;

/** The lines of a front end, without their indentation. */
const frontEnd = (config: string): string[] =>
  config
    .split(/^(?=\w)/m)
    .find((section) => section.startsWith("frontend metrics"))!
    .split("\n")
    .map((line) => line.trim());

const declare = (metrics: MetricsOptions): HighAvailabilityDeployment => newDeployment(newStack(), { metrics });

test("nothing of it is there unless it is asked for", () => {
  const template = deployed();
  expect(template.text).not.toMatch(/\b840[45]\b|prometheus|frontend metrics|zato-metrics|metrics_targets/);
  expect(template.preflight("host1").parameters.ports).not.toMatch(/840/);
});

describe("the HAProxies", () => {
  test("tell the host itself alone, unless it is said who else asks", () => {
    const template = deployed({});
    expect(frontEnd(inFront(template))[1]).toBe("bind 127.0.0.1:8404");
    expect(frontEnd(ofCluster(template))[1]).toBe("bind 127.0.0.1:8405");
    expect(template.preflight("host1").parameters.ports!.split("\n")).toEqual(
      expect.arrayContaining(["8404 metrics of the load balancer edge", "8405 metrics of the Zato load-balancer"]),
    );
  });

  test("are asked from the declared networks, and refuse all others by a rule of their own, too", () => {
    const template = deployed({
      from: ["10.9.0.0/16", "192.0.2.7"],
      loadBalancerPort: 9404,
      zatoLoadBalancerPort: 9405,
    });
    for (const [config, port] of [
      [inFront(template), 9404],
      [ofCluster(template), 9405],
    ] as const) {
      expect(frontEnd(config)).toEqual(
        expect.arrayContaining([
          `bind 0.0.0.0:${port}`,
          "tcp-request connection reject unless { src -n 127.0.0.0/8 ::1 10.9.0.0/16 192.0.2.7 }",
          "http-request use-service prometheus-exporter if { path /metrics }",
          "http-request return status 404",
        ]),
      );
    }
  });

  test("firewalls let these networks in, to node_exporter too, and without networks nobody", () => {
    const ingress = (metrics: MetricsOptions): string[] =>
      deployed(metrics, true)
        .manifest("host1/firewall")
        .files.ingress!.split("\n")
        .filter((line) => /metrics|node_exporter/.test(line));
    expect(ingress({})).toEqual([]);
    expect(ingress({ from: ["10.9.0.0/16"] }).sort()).toEqual([
      "tcp 8404 10.9.0.0/16 metrics of the load balancer edge",
      "tcp 8405 10.9.0.0/16 metrics of the Zato load-balancer",
      "tcp 9100 10.9.0.0/16 node_exporter",
    ]);
  });
});

describe("a host", () => {
  test("gets a timer that writes what it knows of its cluster and its balancer, after these are as declared", () => {
    const template = deployed({ textfileDirectory: "/srv/textfiles" });
    const { parameters, files } = template.manifest("zato/metrics/host2");
    expect(parameters).toMatchObject({
      unit: "zato-zato-metrics.service",
      timer: "zato-zato-metrics.timer",
      directory: "/srv/textfiles",
      file: "cdktf-zato-zato.prom",
      deployment: "zato",
      cluster: "host2",
      balancer: "edge",
    });
    expect(files.timer).toContain("\n[Timer]\nOnCalendar=minutely\n");
    expect(files.unit).toContain(
      "\nExecStart=/bin/bash /var/lib/cdktf-zato/components/zato-metrics/scripts/metrics.sh zato-metrics\n",
    );
    for (const earlier of ["zato/host2/server2", "zato/host2/load-balancer"]) {
      expect([earlier, template.comesAfter("zato/metrics/host2", earlier)]).toEqual([earlier, true]);
    }
    expect(template.comesAfter("zato/metrics/host1", "zato/host2/server1")).toBe(false);
  });

  test("that has a balancer alone tells of that, and one of somebody else's is left alone", () => {
    const stack = newStack();
    const edge = newHost(stack, "host3");
    const clusters = HOSTS.map(
      (name, position) => new ExistingZatoCluster(stack, name, { address: `10.0.0.1${position}` }),
    );
    const zato = new HighAvailabilityDeployment<ICluster>(stack, "zato", {
      clusters,
      loadBalancer: new HaproxyLoadBalancer(stack, "edge", { hosts: [edge] }),
      metrics: {},
    });
    const template = Template.synth(stack);
    expect(zato.node.findChild("metrics").node.children.map(({ node }) => node.id)).toEqual(["host3"]);
    expect(template.manifest("zato/metrics/host3").parameters).toMatchObject({ cluster: "", balancer: "edge" });
  });
});

test("the output says whom Prometheus asks, as it reads it from a file", () => {
  const of = (host: string): object[] => [
    {
      targets: [`10.0.0.1${host.at(-1)}:8404`],
      labels: { exporter: "load-balancer", deployment: "zato", cluster: host, host },
    },
    {
      targets: [`10.0.0.1${host.at(-1)}:8405`],
      labels: { exporter: "zato-load-balancer", deployment: "zato", cluster: host, host },
    },
    { targets: [`10.0.0.1${host.at(-1)}:9100`], labels: { exporter: "node", host } },
  ];
  expect(deployed({}).output("zato_metrics_targets")).toEqual(HOSTS.flatMap(of));
});

test("behind somebody else's balancer the clusters tell of themselves", () => {
  const stack = newStack();
  newDeployment(stack, {
    metrics: {},
    loadBalancer: new ExistingLoadBalancer(stack, "edge", { address: "192.0.2.10" }),
  });
  const targets = Template.synth(stack).output("zato_metrics_targets") as { labels: { exporter: string } }[];
  expect(targets.map(({ labels: { exporter } }) => exporter)).toEqual([
    "zato-load-balancer",
    "node",
    "zato-load-balancer",
    "node",
  ]);
});

test("two deployments on the same hosts tell each of its own, on ports of its own", () => {
  const stack = newStack();
  const hosts = HOSTS.map((name) => newHost(stack, name));
  const declareAlso = (id: string, base: number, metrics: MetricsOptions): void => {
    const clusters = hosts.map(
      (host) =>
        new ZatoCluster(stack, `${id}-${host.hostName}`, {
          host,
          installation: INSTALLATION,
          servers: 0,
          workers: WorkerAllocation.matchCpus({ reservedCpus: 3 }),
          schedulerPort: base,
          webAdmin: { port: base + 1 },
          zatoLoadBalancer: { port: base + 2 },
        }),
    );
    clusters.forEach((cluster) => cluster.addServer("server1", { port: base + 3, ipcPort: base + 10, workers: 1 }));
    new HighAvailabilityDeployment(stack, id, { clusters, metrics });
  };
  declareAlso("a", 10_000, {});
  declareAlso("b", 20_000, { zatoLoadBalancerPort: 8406 });
  const template = Template.synth(stack);
  expect(["a", "b"].map((id) => template.manifest(`${id}/metrics/host1`).parameters.file)).toEqual([
    "cdktf-zato-a.prom",
    "cdktf-zato-b.prom",
  ]);
});

test.each<[MetricsOptions, RegExp]>([
  [{ from: [] }, /there is no network from which metrics are asked for/],
  [{ from: ["nonsense"] }, /'nonsense'/],
  [{ loadBalancerPort: 0 }, /the port for metrics of the load balancer/],
  [{ zatoLoadBalancerPort: 70_000 }, /the port for metrics of the Zato load-balancers/],
  [{ textfileDirectory: "textfiles" }, /the folder of node_exporter's text files/],
  [{ zatoLoadBalancerPort: 11223 }, /port 11223 of metrics of the Zato load-balancer is already used/],
])("fails for %j", (metrics, message) => {
  expect(() => declare(metrics)).toThrow(message);
});

test("fails for a host whose cluster would have the id of the metrics", () => {
  const stack = newStack();
  const hosts = [newHost(stack, "metrics"), newHost(stack, "host2")];
  expect(() => newDeployment(stack, { hosts, metrics: {} })).toThrow(/a cluster is 'metrics'/);
});
