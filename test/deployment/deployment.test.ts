import { TerraformStack, TerraformVariable } from "cdktf";
import {
  AlarmDelivery,
  DeploymentOfHostsProps,
  ExistingLoadBalancer,
  HaproxyLoadBalancer,
  HighAvailabilityDeployment,
  HighAvailabilityDeploymentProps,
  OdbDatabase,
  RedisConnection,
  Secret,
  ZatoCluster,
} from "cdktf-zato";
import { Construct } from "constructs";
import { FRAMEWORK } from "../../lib/framework";
import { INSTALLATION, newCluster, newDeployment, newHost, newStack, warningsOf } from "../support/stack";
import { Template } from "../support/template";

test("hosts become clusters of their names, with the options of the deployment", () => {
  // GIVEN
  const stack = newStack();

  // WHEN
  const deployment = newDeployment(stack, { servers: 3, zatoLoadBalancer: { port: 12000 } });

  // THEN
  expect(
    deployment.clusters.map(({ clusterName, servers, loadBalancer }) => [
      clusterName,
      servers.length,
      loadBalancer.address,
    ]),
  ).toEqual([
    ["host1", 3, "10.0.0.11:12000"],
    ["host2", 3, "10.0.0.12:12000"],
  ]);
});

test("lists that it hands out are copies", () => {
  const deployment = newDeployment(newStack());
  deployment.clusters.pop();
  expect(deployment.clusters).toHaveLength(2);
});

test("clusters that were composed by hand are taken as they are", () => {
  const stack = newStack();
  const clusters = ["host1", "host2"].map((id) => newCluster(stack, { host: newHost(stack, id) }, `on-${id}`));
  const deployment = new HighAvailabilityDeployment(stack, "zato", { clusters });
  expect(deployment.clusters).toEqual(clusters);
  expect(Object.keys(Template.synth(stack).output("zato_clusters") as object)).toEqual(["on-host1", "on-host2"]);
});

test("the order in which clusters, servers and the hosts of a load balancer are named makes no difference to Terraform", () => {
  // GIVEN
  const stack = newStack();
  const hosts = ["host10", "host9"].map((id) => newHost(stack, id, { address: `10.0.0.${id.slice(4)}` }));
  const loadBalancer = new HaproxyLoadBalancer(stack, "edge", { hosts, virtualAddress: "10.0.0.100" });
  const deployment = newDeployment(stack, { hosts, loadBalancer, servers: 0 });
  for (const name of ["server3", "Server2", "server02"])
    deployment.clusters[0]!.addServer(name, { port: 18000 + 10 * deployment.clusters[0]!.servers.length });
  deployment.clusters[1]!.addServer("server1");
  const template = Template.synth(stack);

  // THEN
  expect(deployment.clusters.map(({ clusterName }) => clusterName)).toEqual(["host10", "host9"]);
  for (const [later, earlier] of [
    ["zato/host10/server02", "zato/host9/server1"],
    ["zato/host10/server3", "zato/host10/Server2"],
    ["zato/host10/Server2", "zato/host10/server02"],
    ["edge/host10", "edge/host9"],
  ] as const) {
    expect([later, template.comesAfter(later, earlier)]).toEqual([later, true]);
  }
});

test("first installs run side by side; switching over waits until the cluster before answers", () => {
  // GIVEN
  const stack = newStack();
  newDeployment(stack);
  const template = Template.synth(stack);

  // THEN
  for (const component of ["installation", "odb", "registration"]) {
    expect(template.comesAfter(`zato/host2/${component}`, "zato/host1/server1")).toBe(false);
  }
  for (const component of ["server2", "load-balancer", "web-admin"]) {
    expect(template.comesAfter("zato/host2/server1", `zato/host1/${component}`)).toBe(true);
  }
});

test("no resource waits for itself, whatever runs where", () => {
  for (const schedulerCluster of ["host1", "host2"]) {
    const stack = newStack();
    newDeployment(stack, { schedulerCluster });
    const template = Template.synth(stack);
    for (const address of Object.keys(template.resources)) {
      expect([...template.ancestorsOf(address)]).not.toContain(address);
    }
  }
});

test("every resource has an address of its own, and every dependency exists", () => {
  const stack = newStack();
  newDeployment(stack);
  const { resources } = Template.synth(stack);
  expect(Object.keys(resources)).toHaveLength(2 * (2 + 2 * 8) + 1 + 1); // the barrier, and the start of one scheduler
  const dependencies = Object.values(resources).flatMap(({ depends_on = [] }) => depends_on);
  expect(Object.keys(resources)).toEqual(expect.arrayContaining([...new Set(dependencies)]));
});

describe("the scheduler", () => {
  const activity = (template: Template): unknown[] =>
    ["host1", "host2"].map((host) => template.manifest(`zato/${host}/scheduler`).parameters.active);

  test("runs in the first cluster, and nowhere else", () => {
    const stack = newStack();
    newDeployment(stack);
    expect(activity(Template.synth(stack))).toEqual(["true", "false"]);
  });

  test.each([
    ["host1", "host2", ["true", "false"]],
    ["host2", "host1", ["false", "true"]],
  ])("runs in %s when told so, and starts there after it has stopped in %s", (active, other, expected) => {
    const stack = newStack();
    newDeployment(stack, { schedulerCluster: active });
    const template = Template.synth(stack);
    expect(activity(template)).toEqual(expected);
    const start = template.ancestorsOf(template.addressOf(`zato/${active}/scheduler/start`));
    expect([...start]).toEqual(
      expect.arrayContaining([active, other].map((host) => template.addressOf(`zato/${host}/scheduler/state`))),
    );
    expect(Object.keys(template.resources)).not.toContain(template.addressOf(`zato/${other}/scheduler/start`));
  });

  test("moves by a change of the two schedulers alone", () => {
    const contents = (schedulerCluster: string): [string, string][] => {
      const stack = newStack();
      newDeployment(stack, { schedulerCluster });
      return Object.entries(Template.synth(stack).resources).map(([name, { triggers }]) => [
        name,
        JSON.stringify(triggers),
      ]);
    };
    const before = new Map(contents("host1"));
    const changed = contents("host2").filter(([name, triggers]) => before.get(name) !== triggers);
    expect(changed.map(([name]) => name.replace(/^null_resource\.|_[0-9A-F]{8}$/g, "")).sort()).toEqual([
      "zato_host1_scheduler_state",
      "zato_host2_scheduler_start",
      "zato_host2_scheduler_state",
    ]);
  });

  test("moves without a cycle: Terraform follows the dependencies of before and after at the same time", () => {
    // GIVEN
    const dependencies = new Map<string, string[]>();
    for (const schedulerCluster of ["host1", "host2"]) {
      const stack = newStack();
      newDeployment(stack, { schedulerCluster });
      for (const [address, { depends_on = [] }] of Object.entries(Template.synth(stack).resources)) {
        dependencies.set(address, [...(dependencies.get(address) ?? []), ...depends_on]);
      }
    }

    // THEN
    const finished = new Set<string>();
    const visit = (address: string, path: string[]): void => {
      expect(path).not.toContain(address);
      if (!finished.has(address)) {
        dependencies.get(address)?.forEach((next) => visit(next, [...path, address]));
        finished.add(address);
      }
    };
    [...dependencies.keys()].forEach((address) => visit(address, []));
  });

  test("fails for a cluster that is none", () => {
    expect(() => newDeployment(newStack(), { schedulerCluster: "host3" })).toThrow(
      "stack/zato: there is no cluster 'host3' whose scheduler could run; set 'schedulerCluster' to one of 'host1', 'host2'",
    );
  });
});

describe("a lost host", () => {
  function withLost(lost: boolean, more: (zato: HighAvailabilityDeployment) => void = () => undefined): Template {
    const stack = newStack();
    const hosts = [newHost(stack, "host1", { lost }), newHost(stack, "host2")];
    const loadBalancer = new HaproxyLoadBalancer(stack, "edge", { hosts, virtualAddress: "10.0.0.100" });
    more(newDeployment(stack, { hosts, loadBalancer }));
    return Template.synth(stack);
  }
  const onHost1 = (address: string): boolean => /(\.host1|zato_host1|edge_host1)_/.test(address);

  test("is left alone, whatever changes, and nobody connects to it", () => {
    for (const [address, resource] of Object.entries(withLost(true).resources)) {
      const { provisioner, connection, lifecycle } = resource;
      if (onHost1(address)) {
        expect([address, provisioner, connection]).toEqual([address, undefined, undefined]);
        if (!address.includes("_lifetime_")) expect(lifecycle).toEqual({ ignore_changes: "all" });
      } else {
        expect([address, lifecycle]).toEqual([address, undefined]);
      }
    }
  });

  test("keeps its addresses, and what comes meanwhile differs when it is back", () => {
    const [lost, back] = [withLost(true), withLost(false)];
    const addresses = (template: Template): string[] =>
      Object.keys(template.resources).filter((address) => !address.includes("_scheduler_start_"));
    expect(addresses(lost)).toEqual(addresses(back));
    expect(lost.state("zato/host1/server1").triggers).toEqual({
      ...back.state("zato/host1/server1").triggers,
      host_lost: "true",
    });
    expect(lost.lifetime("zato/host1/server1").triggers).toEqual(back.lifetime("zato/host1/server1").triggers);
  });

  test("gives up its scheduler, which another cluster starts", () => {
    const active = (template: Template): string[] =>
      Object.keys(template.resources).filter((address) => address.includes("_scheduler_start_"));
    expect(active(withLost(false))).toEqual([expect.stringContaining("zato_host1_scheduler_start_")]);
    expect(active(withLost(true))).toEqual([expect.stringContaining("zato_host2_scheduler_start_")]);
  });

  test("is warned of", () => {
    const stack = newStack();
    newDeployment(stack, { hosts: [newHost(stack, "host1", { lost: true }), newHost(stack, "host2")] });
    expect(warningsOf(stack)).toEqual([
      "stack/host1: the host is declared lost: nothing on it is changed, and what runs on it must not come back by itself",
    ]);
  });

  test.each([
    [{ schedulerCluster: "host1" }, false],
    [{}, true],
  ])("fails where the scheduler would have to run on it: %j", (props, both) => {
    const stack = newStack();
    const hosts = [newHost(stack, "host1", { lost: true }), newHost(stack, "host2", { lost: both })];
    expect(() => newDeployment(stack, { hosts, ...props })).toThrow(
      "the scheduler of 'host1' cannot run, since its host is declared lost; leave 'schedulerCluster' out or name another " +
        "cluster, of which one must be left",
    );
  });
});

test("a cluster that has to stop altogether knows which others answer, and how long it takes to be left out", () => {
  const stack = newStack();
  newDeployment(stack, { healthCheck: { interval: 3, timeout: 1, rise: 4, fall: 2 } });
  const template = Template.synth(stack);
  expect(template.manifest("zato/host1/load-balancer").parameters).toMatchObject({
    other_clusters: "http://10.0.0.12:11223/zato/ping",
    notice_seconds: "13",
  });
});

test("a cluster answers by the path that balancers in front ask, and its servers by Zato's own", () => {
  const stack = newStack();
  const loadBalancer = new HaproxyLoadBalancer(stack, "edge", {
    hosts: [newHost(stack, "edge1", { address: "10.0.0.21" })],
    port: 8080,
  });
  newDeployment(stack, { loadBalancer, healthCheck: { path: "/up" } });
  const template = Template.synth(stack);
  const { files, parameters } = template.manifest("zato/host1/load-balancer");
  expect(files.config).toContain("acl zato_asked path /zato/ping /up\n");
  expect(files.config).toContain("option httpchk GET /zato/ping\n");
  expect(parameters.health_url).toBe("http://127.0.0.1:11223/zato/ping");
  expect(template.manifest("edge/edge1").parameters.entry_url).toBe("http://127.0.0.1:8080/up");
});

test("a cluster that nothing stands in front of, or that is alone, is taken out of nothing", () => {
  const stack = newStack();
  newCluster(stack);
  expect(Template.synth(stack).manifest("a/load-balancer").parameters).toMatchObject({
    other_clusters: "",
    notice_seconds: "0",
  });
});

describe("outputs", () => {
  test("say what runs where, with servers that were added later", () => {
    // GIVEN
    const stack = newStack();
    const deployment = newDeployment(stack, { webAdmin: { bindAddress: "0.0.0.0" } });

    // WHEN
    deployment.clusters[0]?.addServer("server3");

    // THEN
    const template = Template.synth(stack);
    expect(Object.keys(template.json.output ?? {}).sort()).toEqual(["zato_clusters", "zato_pool", "zato_web_admin"]);
    expect(template.output("zato_web_admin")).toEqual({
      host1: { url: "http://10.0.0.11:8183/", open_with: `npx ${FRAMEWORK.library} web-admin stack host1` },
      host2: { url: "http://10.0.0.12:8183/", open_with: `npx ${FRAMEWORK.library} web-admin stack host2` },
    });
    expect(template.output("zato_clusters")).toEqual({
      host1: {
        host: "10.0.0.11",
        load_balancer: "10.0.0.11:11223",
        scheduler: "active",
        servers: {
          server1: { address: "127.0.0.1:17010", workers: 2 },
          server2: { address: "127.0.0.1:17011", workers: 1 },
          server3: { address: "127.0.0.1:17012", workers: 1 },
        },
      },
      host2: {
        host: "10.0.0.12",
        load_balancer: "10.0.0.12:11223",
        scheduler: "inactive",
        servers: {
          server1: { address: "127.0.0.1:17010", workers: 2 },
          server2: { address: "127.0.0.1:17011", workers: 2 },
        },
      },
    });
  });

  test("fails for two deployments whose outputs would be one to Terraform", () => {
    const stack = newStack();
    newDeployment(stack);
    const elsewhere = new Construct(stack, "elsewhere");
    const hosts = [newHost(stack, "host3"), newHost(stack, "host4")];
    expect(() => new HighAvailabilityDeployment(elsewhere, "zato", { hosts, installation: INSTALLATION })).toThrow(
      "stack/elsewhere/zato: there is already an output 'zato_web_admin' in the stack, and Terraform would lose one of the two; give the deployment another id",
    );
  });
});

test("one cluster is no high availability, which synth says", () => {
  const stack = newStack();
  newDeployment(stack, { hosts: [newHost(stack, "host9")] });
  expect(warningsOf(stack)).toEqual([
    "stack/zato: one cluster is not highly available; add a second host in another failure domain",
  ]);
});

describe("fails for", () => {
  const withClusters = (
    props: (index: number) => Partial<ConstructorParameters<typeof ZatoCluster>[2]>,
  ): (() => void) => {
    const stack = newStack();
    const clusters = [1, 2].map((index) => {
      const host = newHost(stack, `host${index}`);
      return () => new ZatoCluster(stack, `c${index}`, { host, installation: INSTALLATION, ...props(index) });
    });
    return () => void new HighAvailabilityDeployment(stack, "zato", { clusters: clusters.map((make) => make()) });
  };

  test.each<[string, Partial<DeploymentOfHostsProps>, RegExp]>([
    [
      "an empty list of hosts",
      { hosts: [] },
      /there are no clusters; give at least two hosts in different failure domains/,
    ],
    [
      "no installation",
      { installation: undefined },
      /it is not said how Zato gets onto the hosts; give an 'installation'/,
    ],
    ["no connections", { maxConnectionsPerCluster: 0 }, /the number of connections per cluster is 0/],
    [
      "connections that HAProxy would count as one",
      { maxConnectionsPerCluster: 2 ** 32 + 1 },
      /is 4294967297; give a whole number from 1 to 2147483647/,
    ],
    ["no time", { requestTimeout: 0 }, /the request timeout in seconds is 0/],
    ["a health check that is none", { healthCheck: { rise: 0 } }, /'rise' of the health check is 0/],
  ])("%s", (_, props, message) => {
    const stack = newStack();
    const hosts = [newHost(stack, "host1"), newHost(stack, "host2")];
    const all = { hosts, installation: INSTALLATION, ...props };
    expect(() => new HighAvailabilityDeployment(stack, "zato", all)).toThrow(message);
  });

  test("an empty list of clusters", () => {
    expect(() => new HighAvailabilityDeployment(newStack(), "zato", { clusters: [] })).toThrow(
      /there are no clusters; give at least two hosts/,
    );
  });

  describe("what the types refuse, and synth where nobody looks at types:", () => {
    test("neither hosts nor clusters", () => {
      // @ts-expect-error -- one of them is needed
      const props: HighAvailabilityDeploymentProps = { installation: INSTALLATION };
      expect(() => new HighAvailabilityDeployment(newStack(), "zato", props)).toThrow(
        "stack/zato: there are no clusters; give either 'hosts', from which clusters are made, or 'clusters'",
      );
    });

    test("hosts without an installation", () => {
      const stack = newStack();
      // @ts-expect-error -- hosts need one
      const props: HighAvailabilityDeploymentProps = { hosts: [newHost(stack, "host1")] };
      expect(() => new HighAvailabilityDeployment(stack, "zato", props)).toThrow(
        /it is not said how Zato gets onto the hosts; give an 'installation'/,
      );
    });

    test("hosts and clusters both", () => {
      const stack = newStack();
      const clusters = [newCluster(stack)];
      const hosts = clusters.map(({ host }) => host);
      // @ts-expect-error -- it would not be known which
      const props: HighAvailabilityDeploymentProps = { hosts, clusters, installation: INSTALLATION };
      expect(() => new HighAvailabilityDeployment(stack, "zato", props)).toThrow(
        /'hosts' and 'clusters' are both given/,
      );
    });

    test("an option that only clusters made from hosts take, beside clusters that are given", () => {
      const stack = newStack();
      // @ts-expect-error -- each of the clusters would have it
      const props: HighAvailabilityDeploymentProps = { clusters: [newCluster(stack)], servers: 3 };
      expect(() => new HighAvailabilityDeployment(stack, "zato", props)).toThrow(
        "stack/zato: 'servers' would be ignored, since the clusters are composed already; give it to each ZatoCluster",
      );
    });
  });

  test("an id that would make outputs that Terraform refuses", () => {
    const stack = newStack();
    const hosts = [newHost(stack, "host1"), newHost(stack, "host2")];
    expect(() => new HighAvailabilityDeployment(stack, "my zato", { hosts, installation: INSTALLATION })).toThrow(
      /'my zato' cannot be used as id of a deployment/,
    );
  });

  test("two clusters of one name", () => {
    expect(withClusters(() => ({ clusterName: "same" }))).toThrow(
      "stack/zato: the clusters stack/c1 and stack/c2 are both named 'same'; give each a name of its own",
    );
  });

  test("two clusters in one failure domain", () => {
    const stack = newStack();
    const hosts = ["host1", "host2"].map((id) => newHost(stack, id, { failureDomain: "rack 7" }));
    expect(() => newDeployment(stack, { hosts })).toThrow(
      "stack/zato: the clusters stack/zato/host1 and stack/zato/host2 are both in the failure domain 'rack 7', and would be lost together; " +
        "put each on a host in a failure domain of its own",
    );
  });

  test("one host twice", () => {
    const stack = newStack();
    const host = newHost(stack, "host1");
    expect(() => newDeployment(stack, { hosts: [host, host] })).toThrow(
      "stack/zato: two of the hosts are 'host1', after which their clusters are named; give each host once, and each an id of its own",
    );
  });

  test("a host that is called what all clusters run is called", () => {
    const stack = newStack();
    const hosts = [newHost(stack, "host1"), newHost(stack, "content", { address: "10.0.0.12" })];
    expect(() => newDeployment(stack, { hosts })).toThrow(
      "stack/zato: a host is 'content', as is what all clusters run; give the host another id, after which its cluster is named",
    );
  });

  test("a host that is called as anything else of a deployment, or of its content, is", () => {
    // GIVEN
    const declare = (name: string): HighAvailabilityDeployment => {
      const stack = newStack();
      const hosts = [newHost(stack, "host1"), newHost(stack, name, { address: "10.0.0.12" })];
      const loadBalancer = new ExistingLoadBalancer(stack, "edge", { address: "192.0.2.10" });
      const to = AlarmDelivery.webhook(Secret.fromVariable(new TerraformVariable(stack, "webhook", {})));
      const zato = newDeployment(stack, { hosts, loadBalancer, metrics: {}, alarms: { to } });
      zato.content.addCache("A");
      return zato;
    };
    const { node, content } = declare("host2");
    const ids = [node, content.node].flatMap(({ children }) => children.map((child) => child.node.id));
    const others = ids.filter((id) => /^[a-z]/.test(id) && !/^host\d$/.test(id));

    // THEN
    expect(others).toEqual(expect.arrayContaining(["content", "pool", "metrics_targets", "alarms", "files", "parity"]));
    for (const name of others) {
      expect(() => declare(name)).toThrow(
        new RegExp(`^stack/zato(/content)?: .* is '${name}', as is .*; give .*another id`),
      );
    }
  });

  test("two clusters with one ODB, and says where Zato's own message comes from", () => {
    const stack = newStack();
    const password = Secret.fromVariable(new TerraformVariable(stack, "password", {}));
    const odb = OdbDatabase.postgresql({ host: "db.internal", database: "zato", username: "zato", password });
    expect(withClusters(() => ({ odb }))).toThrow(
      /the clusters stack\/c1 and stack\/c2 have the same ODB postgresql:\/\/db\.internal:5432\/zato, which is where Zato's "Cluster name already exists" comes from: .*; give each a database of its own, by default a local PostgreSQL/,
    );
  });

  test("two clusters with one Redis", () => {
    const redis = RedisConnection.of({ host: "redis.internal" });
    expect(withClusters(() => ({ redis }))).toThrow(
      "stack/c2: the clusters stack/c1 and stack/c2 have the same Redis redis.internal:6379/0, in which they would overwrite each other's keys; give each a Redis of its own",
    );
  });

  test("two clusters with one ODB in two deployments", () => {
    const stack = newStack();
    const password = Secret.fromVariable(new TerraformVariable(stack, "password", {}));
    const odb = OdbDatabase.postgresql({ host: "db.internal", database: "zato", username: "zato", password });
    const deploy = (host: string) => (): unknown =>
      new HighAvailabilityDeployment(stack, `on-${host}`, {
        hosts: [newHost(stack, host)],
        installation: INSTALLATION,
        odb,
      });
    deploy("host1")();
    expect(deploy("host2")).toThrow(/^stack\/on-host2\/host2: the clusters .* have the same ODB/);
  });

  test("one cluster in two deployments", () => {
    const stack = newStack();
    const clusters = [newCluster(stack)];
    new HighAvailabilityDeployment(stack, "zato", { clusters });
    expect(() => new HighAvailabilityDeployment(stack, "other", { clusters })).toThrow(
      "stack/other: the cluster stack/a already belongs to stack/zato; give each deployment clusters of its own",
    );
  });

  test("a host in another stack, whose resources Terraform would not find", () => {
    const stack = newStack();
    const host = newHost(new TerraformStack(stack.node.root, "other"), "host1");
    newDeployment(stack, { hosts: [host] });
    expect(() => Template.synth(stack)).toThrow(
      /^stack\/zato\/host1\/.*: it comes after other\/.*, of which Terraform knows nothing in this stack/,
    );
  });

  test.each([
    ["one PostgreSQL, by its own and by its host's address", "127.0.0.1", "10.0.0.11"],
    ["one PostgreSQL in two spellings", "db.internal", "DB.Internal"],
  ])("two clusters with %s", (_, one, other) => {
    const stack = newStack();
    const password = Secret.fromVariable(new TerraformVariable(stack, "password", {}));
    const odb = (host: string): OdbDatabase =>
      OdbDatabase.postgresql({ host, database: "zato", username: "zato", password });
    expect(withClusters((index) => ({ odb: odb(index === 1 ? one : other) }))).toThrow(/have the same ODB/);
    const redis = (host: string): RedisConnection => RedisConnection.of({ host });
    expect(withClusters((index) => ({ redis: redis(index === 1 ? one : other) }))).toThrow(/have the same Redis/);
  });

  test("not for a Redis on each host", () => {
    expect(withClusters(() => ({ redis: RedisConnection.of({ host: "localhost" }) }))).not.toThrow();
  });

  test("not for two databases of one server, nor for local databases of one name", () => {
    const stack = newStack();
    const password = Secret.fromVariable(new TerraformVariable(stack, "password", {}));
    const odb = (index: number): OdbDatabase =>
      OdbDatabase.postgresql({ host: "db.internal", database: `zato${index}`, username: "zato", password });
    expect(withClusters((index) => ({ odb: odb(index) }))).not.toThrow();
    expect(withClusters(() => ({ odb: OdbDatabase.localPostgresql({ database: "zato" }) }))).not.toThrow();
    expect(withClusters((index) => ({ redis: RedisConnection.of({ host: "r", database: index }) }))).not.toThrow();
  });
});
