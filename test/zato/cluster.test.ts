import { TerraformVariable } from "cdktf";
import { Secret, ZatoClusterProps, ZatoServerOptions } from "cdktf-zato";
import { hostPort } from "../../lib/validation";
import { newCluster, newHost, newStack } from "../support/stack";
import { Template } from "../support/template";

const CHILDREN = [
  "installation",
  "odb",
  "registration",
  "load-balancer",
  "web-admin",
  "scheduler",
  "server1",
  "server2",
];

test("every part of it is a child that can be addressed", () => {
  const cluster = newCluster(newStack());
  expect(cluster.node.children.map(({ node }) => node.id).sort()).toEqual([...CHILDREN].sort());
  expect([cluster.installation, cluster.odb, cluster.registration].map(({ node }) => node.id)).toEqual(
    CHILDREN.slice(0, 3),
  );
});

test("it is named by its id, unless told otherwise", () => {
  expect(newCluster(newStack()).clusterName).toBe("a");
  expect(newCluster(newStack(), { clusterName: "Billing" }).clusterName).toBe("Billing");
});

test("lists that it hands out are copies", () => {
  const cluster = newCluster(newStack());
  cluster.servers.pop();
  cluster.components.pop();
  expect([cluster.servers.length, cluster.components.length]).toEqual([2, 4]);
});

test("installation, database, registration, servers one by one, load-balancer, then web-admin and scheduler", () => {
  // GIVEN
  const stack = newStack();
  newCluster(stack, { servers: 3 });
  const template = Template.synth(stack);
  const order = ["installation", "odb", "registration", "server1", "server2", "server3", "load-balancer"];

  // THEN
  for (const [position, id] of order.slice(1).entries()) {
    expect([id, template.comesAfter(`a/${id}`, `a/${order[position]}`)]).toEqual([id, true]);
  }
  expect(template.comesAfter("a/web-admin", "a/load-balancer")).toBe(true);
  expect(template.comesAfter("a/scheduler", "a/load-balancer")).toBe(true);
});

test("the keys of a cluster are made on the host unless given", () => {
  // GIVEN
  const stack = newStack();
  const given = (name: string): Secret => Secret.fromVariable(new TerraformVariable(stack, name, {}));

  // WHEN
  newCluster(stack, {
    secretKey: given("key"),
    adminInvokePassword: given("invoke"),
    webAdmin: { password: given("admin") },
  });

  // THEN
  const template = Template.synth(stack);
  expect(template.manifest("a/registration").parameters.secrets?.split("\n")).toEqual([
    "secret_key given",
    "jwt_secret generated",
    "admin_invoke_password given",
    "scheduler_api_password generated",
  ]);
  expect(template.manifest("a/web-admin").parameters.secrets).toBe("web_admin_password given");
});

test("web-admin finds servers through the load-balancer, on loopback", () => {
  const stack = newStack();
  newCluster(stack, { zatoLoadBalancer: { port: 12000 } });
  const { files, parameters } = Template.synth(stack).manifest("a/registration");
  expect(files.create).toContain("cluster_name=a\nlb_host=127.0.0.1\nlb_port=12000\n");
  expect(parameters.lb_port).toBe("12000");
});

describe("web-admin", () => {
  test("listens on the host itself", () => {
    const cluster = newCluster(newStack());
    expect([cluster.webAdmin.url, cluster.webAdmin.username]).toEqual(["http://127.0.0.1:8183/", "admin"]);
  });

  test.each([
    ["0.0.0.0", "http://10.0.0.11:9000/", "127.0.0.1:9000"],
    ["10.0.0.11", "http://10.0.0.11:9000/", "10.0.0.11:9000"],
    ["10.9.0.11", "http://10.9.0.11:9000/", "10.9.0.11:9000"],
  ])("can be opened on %s", (bindAddress, url, checked) => {
    const stack = newStack();
    const cluster = newCluster(stack, { webAdmin: { bindAddress, port: 9000 } });
    const { parameters, files } = Template.synth(stack).manifest("a/web-admin");
    expect(cluster.webAdmin.url).toBe(url);
    expect(parameters).toMatchObject({ address: checked, port: "9000" });
    expect(files.unit).toContain(`--bind ${bindAddress}:9000 `);
  });

  test.each(["127.0.0.1", "127.0.0.2", "::1", "0:0:0:0:0:0:0:1"])("stays closed to others on %s", (bindAddress) => {
    // GIVEN
    const stack = newStack();
    const host = newHost(stack, "host1", { firewall: {} });

    // WHEN
    const { webAdmin } = newCluster(stack, { host, webAdmin: { bindAddress } });

    // THEN
    expect(webAdmin.url).toBe(`http://${hostPort(bindAddress, 8183)}/`);
    expect(Template.synth(stack).manifest("host1/firewall").files.ingress).not.toContain("web-admin");
  });

  test.each([
    [{ bindAddress: "localhost" }, /'localhost' is no address to listen on; give an IPv4 or IPv6 address/],
    [{ port: -1 }, /the port of web-admin is -1/],
  ])("fails for %j", (webAdmin, message) => {
    expect(() => newCluster(newStack(), { webAdmin })).toThrow(message);
  });
});

describe("the scheduler", () => {
  test("listens on loopback, reaches servers through the load-balancer, and runs", () => {
    const stack = newStack();
    const cluster = newCluster(stack, { schedulerPort: 31000 });
    const { parameters, files } = Template.synth(stack).manifest("a/scheduler");
    expect([cluster.scheduler.address, cluster.scheduler.isActive]).toEqual(["127.0.0.1:31000", true]);
    expect(parameters).toMatchObject({ bind: "127.0.0.1", port: "31000", active: "true" });
    expect(files.create).toContain(
      "bind_host=127.0.0.1\nbind_port=31000\nserver_address_for_scheduler=http://127.0.0.1:11223\n",
    );
  });

  test("is created but stopped where it runs in another cluster", () => {
    const stack = newStack();
    const cluster = newCluster(stack);
    cluster.scheduler.deactivate();
    expect(Template.synth(stack).manifest("a/scheduler").parameters.active).toBe("false");
    expect(cluster.scheduler.isActive).toBe(false);
  });

  test("fails for a port that is none", () => {
    expect(() => newCluster(newStack(), { schedulerPort: 70000 })).toThrow(/the port of the scheduler is 70000/);
  });
});

describe("the load-balancer", () => {
  const configWith = (zatoLoadBalancer: ZatoClusterProps["zatoLoadBalancer"]): string => {
    const stack = newStack();
    newCluster(stack, { zatoLoadBalancer });
    return Template.synth(stack).manifest("a/load-balancer").files.config ?? "";
  };

  test("takes its options", () => {
    const config = configWith({
      port: 12000,
      openPaths: ["/zato/jwt/", "/zato/oauth"],
      maxConnections: 50,
      requestTimeout: 120,
      retryPosts: true,
    });
    expect(config).toContain("bind 0.0.0.0:12000\n    maxconn 50\n");
    expect(config).toContain(
      "acl zato_open path,url_dec -m beg /zato/jwt/\n    acl zato_open path,url_dec -m beg /zato/oauth\n",
    );
    expect(config).toContain("timeout server 120s");
    expect(config).toContain("    default_backend bck_http_plain\n");
    expect(config).not.toContain("_once");
  });

  test.each([
    [60, {}],
    [120, { requestTimeout: 120 }],
  ])("lets what is under way go on for %i s before a restart with %j", (seconds, options) => {
    const stack = newStack();
    newCluster(stack, { zatoLoadBalancer: options });
    const { parameters, files } = Template.synth(stack).manifest("a/load-balancer");
    expect(parameters.drain_seconds).toBe(String(seconds));
    expect(files.config).toContain(`timeout server ${seconds}s`);
  });

  test.each([
    [1, 1],
    [4, 1],
    [5, 2],
    [16, 4],
  ])("of a host with %i CPUs has as many threads as its servers keep busy, %i", (cpus, threads) => {
    const stack = newStack();
    newCluster(stack, { host: newHost(stack, "host1", { cpus }) });
    expect(Template.synth(stack).manifest("a/load-balancer").files.config).toContain(`    nbthread ${threads}\n`);
  });

  test("never sends anything but GET, HEAD and OPTIONS twice unless told so", () => {
    expect(configWith({})).toContain(
      "    use_backend bck_http_plain if { method GET HEAD OPTIONS }\n    default_backend bck_http_plain_once\n",
    );
  });

  test("keeps Zato's own paths from clients, but for the health check", () => {
    const config = configWith({});
    expect(config).toContain("acl zato_private path,url_dec -m beg -i /zato/ ");
    expect(config).toContain("acl zato_open path,url_dec -m str -i /zato/ping\n    acl zato_private");
    expect(config).toContain("http-request deny deny_status 403 if zato_private !zato_open !zato_local");
  });

  test("lets the host itself at them, by loopback and by no other address", () => {
    const config = configWith({});
    expect(config).toContain("    acl zato_local src 127.0.0.0/8 ::1\n");
    expect(config.match(/acl zato_local .*/g)).toHaveLength(1);
  });

  test("refuses a request whose path these rules could not read, before anything else is asked of it", () => {
    expect(configWith({})).toContain(
      "    http-request deny deny_status 400 unless { path,url_dec -m beg / }\n" +
        "    http-request deny deny_status 400 if { path,url_dec -m dir . .. }\n" +
        "    http-request deny deny_status 400 if { path,url_dec,url_dec -m dir . .. }\n    acl zato_open",
    );
  });

  test("is where the external load balancer looks for the cluster", () => {
    const stack = newStack();
    const host = newHost(stack, "host1", { address: "2001:db8::1" });
    expect(newCluster(stack, { host }).loadBalancer.address).toBe("[2001:db8::1]:11223");
  });

  test.each([
    [{ openPaths: ["zato/jwt"] }, /stack\/a\/load-balancer: 'zato\/jwt' is no URL path to open/],
    [{ openPaths: ["/a\n  acl x"] }, /is no URL path to open/],
    [{ maxConnections: 0 }, /the number of connections is 0/],
    [{ maxConnections: 30001 }, /the number of connections is 30001; give a whole number from 1 to 30000/],
    [{ requestTimeout: 86401 }, /the request timeout in seconds is 86401; give a whole number from 1 to 86400/],
    [{ requestTimeout: 0.5 }, /the request timeout in seconds is 0.5/],
    [{ port: 0 }, /the port of the Zato load-balancer is 0/],
  ])("fails for %j", (zatoLoadBalancer, message) => {
    expect(() => newCluster(newStack(), { zatoLoadBalancer })).toThrow(message);
  });
});

describe("a change touches", () => {
  const SERVERS: Record<string, ZatoServerOptions> = { server1: {}, server2: {} };

  function triggersWith(
    servers: Record<string, ZatoServerOptions>,
    props: Partial<ZatoClusterProps> = {},
  ): Record<string, unknown> {
    const stack = newStack();
    const cluster = newCluster(stack, { servers: 0, ...props });
    Object.entries(servers).forEach(([name, options]) => cluster.addServer(name, options));
    const template = Template.synth(stack);
    const paths = [...CHILDREN.slice(0, 6), ...Object.keys(servers)].flatMap((id) => [
      `a/${id}/state`,
      `a/${id}/lifetime/Resource`,
    ]);
    return Object.fromEntries(
      paths.map((path) => {
        const { triggers, triggers_replace: identity } = template.resource(path);
        return [path, triggers ?? identity];
      }),
    );
  }

  function changed(before: Record<string, unknown>, after: Record<string, unknown>): string[] {
    const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return paths.filter((path) => JSON.stringify(before[path]) !== JSON.stringify(after[path])).sort();
  }

  test("exactly the server whose setting it is", () => {
    const after = triggersWith({ ...SERVERS, server1: { environment: { A: "1" } } });
    expect(changed(triggersWith(SERVERS), after)).toEqual(["a/server1/state"]);
  });

  test("exactly what the arrival of a server changes: the split of workers, and the back end", () => {
    expect(changed(triggersWith(SERVERS), triggersWith({ ...SERVERS, server3: {} }))).toEqual([
      "a/load-balancer/state",
      "a/server2/state", // 2 workers became 1; server1 keeps its 2
      "a/server3/lifetime/Resource",
      "a/server3/state",
    ]);
  });

  test("all servers where the setting is that of all", () => {
    expect(changed(triggersWith(SERVERS), triggersWith(SERVERS, { environment: { A: "1" } }))).toEqual([
      "a/server1/state",
      "a/server2/state",
    ]);
  });

  test("the load-balancer alone where it is the load-balancer's", () => {
    expect(changed(triggersWith(SERVERS), triggersWith(SERVERS, { zatoLoadBalancer: { requestTimeout: 30 } }))).toEqual(
      ["a/load-balancer/state"],
    );
  });
});

describe("fails for", () => {
  test.each(["", "1a", "a.b", "a b", "x".repeat(33)])("the name '%s'", (clusterName) => {
    expect(() => newCluster(newStack(), { clusterName })).toThrow(
      `stack/a: '${clusterName}' cannot be used as name of a cluster`,
    );
  });

  test("an id that is no name", () => {
    expect(() => newCluster(newStack(), {}, "a.b")).toThrow(/'a.b' cannot be used as name of a cluster/);
  });

  test("no servers, at synth", () => {
    const stack = newStack();
    newCluster(stack, { servers: 0 });
    expect(() => Template.synth(stack)).toThrow(
      /\[stack\/a\] the cluster has no servers; set 'servers' to at least 1, or call addServer\(\)/,
    );
  });

  test.each([-1, 100, 1.5])("%s servers", (servers) => {
    expect(() => newCluster(newStack(), { servers })).toThrow(
      `stack/a: the number of servers is ${servers}; give a whole number from 0 to 99`,
    );
  });

  test("more servers than CPUs, at synth", () => {
    const stack = newStack();
    newCluster(stack, { servers: 5 });
    expect(() => Template.synth(stack)).toThrow(/4 CPUs do not suffice for 5 servers/);
  });

  test("two clusters on one host that use the same ports or names", () => {
    const stack = newStack();
    const host = newHost(stack, "host1");
    newCluster(stack, { host }, "a");
    expect(() => newCluster(stack, { host }, "b")).toThrow(
      /stack\/b\/load-balancer: port 11223 of the Zato load-balancer is already used by the Zato load-balancer of stack\/a\/load-balancer/,
    );
    expect(() => newCluster(stack, { host, clusterName: "a" }, "c")).toThrow(
      "stack/c: /opt/zato/env/a/hot-deploy on the host would be that of stack/a too; " +
        "name one of the two differently: names become those of systemd units and folders",
    );
  });
});
