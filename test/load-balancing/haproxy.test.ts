import { TerraformVariable } from "cdktf";
import {
  Affinity,
  ExistingZatoCluster,
  HaproxyLoadBalancer,
  HaproxyLoadBalancerProps,
  HighAvailabilityDeployment,
  IHost,
  PhysicalHostProps,
  TlsCertificate,
} from "cdktf-zato";
import { IS_PASSED_ON } from "../../lib/zato/haproxy/back-ends";
import { newDeployment, newHost, newStack } from "../support/stack";
import { Template } from "../support/template";

interface Options {
  readonly hosts?: number;
  readonly props?: Partial<HaproxyLoadBalancerProps>;
  readonly hostProps?: (id: string) => Partial<PhysicalHostProps>;
  readonly deployment?: Parameters<typeof newDeployment>[1];
}

function balancer({ hosts = 2, props = {}, hostProps = () => ({}), deployment = {} }: Options = {}): {
  template: Template;
  edge: HaproxyLoadBalancer;
} {
  const stack = newStack();
  const all: IHost[] = ["host1", "host2"].map((id) => newHost(stack, id, hostProps(id)));
  const edge = new HaproxyLoadBalancer(stack, "edge", {
    hosts: all.slice(0, hosts),
    ...(hosts === 2 ? { virtualAddress: "10.0.0.100" } : {}),
    ...props,
  });
  newDeployment(stack, { hosts: all, loadBalancer: edge, ...deployment });
  return { template: Template.synth(stack), edge };
}

describe("on two hosts", () => {
  test("the configuration of HAProxy, the same on both", () => {
    const { template } = balancer();
    const { config } = template.manifest("edge/host1").files;
    expect(config).toMatchSnapshot();
    expect(template.manifest("edge/host2").files.config).toBe(config);
  });

  test("the configuration of keepalived, with unicast peers and the first host preferred at start", () => {
    const { template } = balancer();
    expect(template.manifest("edge/host1").files.keepalived).toMatchSnapshot();
    const second = template.manifest("edge/host2").files.keepalived;
    expect(second).toContain("priority 100\n");
    expect(second).toContain("    unicast_src_ip 10.0.0.12\n");
    expect(second).toContain("    unicast_peer {\n        10.0.0.11 min_ttl 255\n    }");
  });

  test("the units", () => {
    const { unit, vrrp_unit } = balancer().template.manifest("edge/host1").files;
    expect({ unit, vrrp_unit }).toMatchSnapshot();
  });

  test("the second is touched when the first works again, and both after the clusters", () => {
    const { template } = balancer();
    expect(template.comesAfter("edge/host2", "edge/host1")).toBe(true);
    for (const cluster of ["host1", "host2"]) {
      for (const component of ["server1", "server2", "load-balancer", "web-admin"]) {
        expect(template.comesAfter("edge/host1", `zato/${cluster}/${component}`)).toBe(true);
      }
    }
  });

  test("clients use the virtual address", () => {
    const { edge, template } = balancer({ props: { port: 8080 } });
    expect([edge.entryAddress, edge.entryPort]).toEqual(["10.0.0.100", 8080]);
    expect(template.manifest("edge/host1").parameters).toMatchObject({
      own_address: "10.0.0.11",
      entry_url: "http://10.0.0.100:8080/zato/ping",
      folder: "/etc/zato-edge",
      unit: "zato-edge.service",
      vrrp_unit: "zato-edge-vrrp.service",
    });
  });

  test("an IPv6 address is a virtual one too", () => {
    const { template } = balancer({
      props: { virtualAddress: "2001:db8::100" },
      hostProps: (id) => ({ address: `2001:db8::${id.slice(4)}` }),
    });
    const { config, keepalived } = template.manifest("edge/host1").files;
    expect(config).toContain("bind [2001:db8::100]:80 transparent\n");
    expect(keepalived).toContain("2001:db8::100/128\n");
  });

  test("keepalived takes the interface and the router id that it is given", () => {
    const { template } = balancer({ props: { networkInterface: "bond0.7", virtualRouterId: 7 } });
    expect(template.manifest("edge/host1").files.keepalived).toMatch(/interface bond0\.7\n {4}virtual_router_id 7\n/);
  });
});

describe("on one host", () => {
  test("there is no virtual address unless asked for", () => {
    const { template, edge } = balancer({ hosts: 1 });
    const { files, parameters } = template.manifest("edge/host1");
    expect(Object.keys(files)).toEqual(["config", "unit"]);
    expect(files.config).toContain("bind 0.0.0.0:80\n");
    expect(parameters.entry_url).toBe("http://127.0.0.1:80/zato/ping");
    expect(edge.entryAddress).toBe("10.0.0.11");
    expect(edge.nodes.map((node) => node.node.id)).toEqual(["host1"]);
  });

  test("a virtual address has no peers", () => {
    const { template } = balancer({ hosts: 1, props: { virtualAddress: "10.0.0.100" } });
    const { keepalived } = template.manifest("edge/host1").files;
    expect(keepalived).toContain("    advert_int 0.2\n    virtual_ipaddress {\n        10.0.0.100/32");
    expect(keepalived).not.toContain("unicast");
  });
});

test("options reach the configuration", () => {
  const { template } = balancer({
    props: { openPaths: ["/zato/jwt/"], maxConnections: 10, retryPosts: true },
    deployment: {
      requestTimeout: 7,
      maxConnectionsPerCluster: 33,
      healthCheck: { path: "/up", interval: 5, timeout: 3, rise: 1, fall: 4 },
    },
  });
  const { config = "" } = template.manifest("edge/host1").files;
  expect(config).toContain("acl zato_open path,url_dec -m beg /zato/jwt/\n");
  expect(config).toContain("    maxconn 10\n");
  expect(config).toContain("timeout server 7s\n");
  expect(config).toContain("timeout check 3s\n");
  expect(config).toContain("http-check send meth GET uri /up ver HTTP/1.1 hdr Host zato\n");
  expect(config).toContain(
    "server host1 10.0.0.11:11223 check inter 5s fastinter 500ms rise 1 fall 4 maxconn 33 pool-max-conn 128 tcp-ut 500ms\n",
  );
  expect(config).toContain("    use_backend clusters if one_is_fit\n");
  expect(config).not.toContain("_once");
});

test.each([
  [Affinity.NONE, ["balance roundrobin\n"], ["cookie", "source"]],
  [Affinity.SOURCE, ["balance source\n    hash-type consistent\n"], ["cookie"]],
  [
    Affinity.COOKIE,
    [
      "cookie ZATOCLUSTER insert indirect nocache httponly\n",
      "maxconn 2000 cookie host1 pool-max-conn 128 tcp-ut 500ms\n",
    ],
    ["source"],
  ],
])("affinity %j", (affinity, present, absent) => {
  const { config = "" } = balancer({ deployment: { affinity } }).template.manifest("edge/host1").files;
  present.forEach((text) => expect(config).toContain(text));
  absent.forEach((text) => expect(config).not.toContain(text));
});

test("drops root, its socket is root's alone, and no back end has the name of a front end", () => {
  for (const props of [{}, { certificate: TlsCertificate.fromHostFile("/etc/ssl/private/edge.pem") }]) {
    const { config = "" } = balancer({ props }).template.manifest("edge/host1").files;
    expect(config).toContain("    user haproxy\n    group haproxy\n");
    expect(config).toContain("stats socket /run/zato-edge/admin.sock mode 600 level admin ");
    const names = [...config.matchAll(/^(?:frontend|backend) (.*)$/gm)].map(([, name]) => name);
    expect(new Set(names).size).toBe(names.length);
  }
});

describe("what clients notice of a cluster that is lost, and of one that comes back:", () => {
  const { config = "", keepalived } = balancer().template.manifest("edge/host1").files;
  /** The lines of a section of HAProxy's configuration. */
  const section = (head: string): string[] =>
    config
      .split(/\n\n/)
      .find((one) => one.startsWith(`${head}\n`))!
      .split("\n")
      .map((line) => line.trim());

  test("a request that is tried again goes to another cluster at once", () => {
    expect(section("defaults")).toContain("option redispatch 1");
  });

  test("connections that break count as failed checks do, and the next check comes soon", () => {
    expect(section("backend clusters")).toContain("default-server observe layer4 error-limit 3 on-error fastinter");
  });

  test("a connection is used again for what may be repeated, and never for anything else", () => {
    expect(section("backend clusters")).toContain("http-reuse safe");
    expect(section("backend clusters_once")).toContain("http-reuse never");
  });

  test("a host that comes back leaves the virtual address where it is: moving it would break connections once more", () => {
    expect(keepalived).toMatch(/^vrrp_instance edge \{\n {4}state BACKUP\n {4}nopreempt\n/m);
  });
});

test("no client gets at Zato's own paths through the balancer, not by /../zato/ either", () => {
  const { config } = balancer().template.manifest("edge/host1").files;
  expect(config).toContain(
    "    http-request deny deny_status 400 if { path,url_dec -m dir . .. }\n" +
      "    http-request deny deny_status 400 if { path,url_dec,url_dec -m dir . .. }\n    acl zato_open",
  );
  expect(config).toContain("    http-request deny deny_status 403 if zato_private !zato_open\n");
});

test("keepalived listens to the peer alone, on the same network, and asks HAProxy by a script of its own", () => {
  const { files } = balancer().template.manifest("edge/host1");
  expect(files.keepalived).toContain("    unicast_ttl 255\n    check_unicast_src\n");
  expect(files.keepalived).toContain("        10.0.0.12 min_ttl 255\n");
  expect(files.keepalived).toContain('    script "/etc/zato-edge/check-haproxy"\n');
  expect(files.check).toContain("UNIX-CONNECT:/run/zato-edge/admin.sock");
});

test("a former virtual address is served beside the one in its place", () => {
  const { template, edge } = balancer({
    props: { formerVirtualAddress: "10.0.0.99", certificate: TlsCertificate.fromHostFile("/etc/ssl/private/edge.pem") },
  });
  const { config, keepalived } = template.manifest("edge/host1").files;
  for (const address of ["10.0.0.100", "10.0.0.99"]) {
    expect(config).toMatch(new RegExp(`bind ${address}:443 transparent ssl`));
    expect(config).toContain(`bind ${address}:80 transparent\n`);
    expect(keepalived).toContain(`        ${address}/32\n`);
  }
  expect(edge.entryAddress).toBe("10.0.0.100");
  expect(template.manifest("edge/host1").parameters.entry_url).toBe("https://10.0.0.100:443/zato/ping");
});

test("members by name are looked up again and again, and need not be known when HAProxy starts; addresses are not", () => {
  const named = balancer({
    hosts: 1,
    hostProps: (id) => (id === "host1" ? {} : { address: `${id}.example.com` }),
  });
  const { config = "" } = named.template.manifest("edge/host1").files;
  expect(config.match(/init-addr none resolvers system/g)).toHaveLength(4);
  expect(config).toContain("\nresolvers system\n    parse-resolv-conf\n");
  expect(balancer().template.manifest("edge/host1").files.config).not.toContain("resolvers");
});

test("a drained cluster is disabled where it is checked, also for when no cluster passes", () => {
  const { config = "" } = balancer({ deployment: { drainedClusters: ["host2"] } }).template.manifest(
    "edge/host1",
  ).files;
  expect(config.match(/^ {4}server .* disabled$/gm)).toEqual(
    Array<unknown>(2).fill(expect.stringMatching(/^ {4}server host2 .* check /)),
  );
});

test("the clusters are told whom to believe about clients, and the timeout and the access log of the deployment", () => {
  const { template } = balancer({ deployment: { requestTimeout: 300, accessLog: true } });
  const { config = "" } = template.manifest("zato/host2/load-balancer").files;
  expect(config).toContain("    acl from_proxy src -n 10.0.0.11 10.0.0.12\n");
  expect(config).toContain("    timeout server 300s\n");
  for (const file of [config, template.manifest("edge/host1").files.config]) {
    expect(file).toContain("    log stdout format raw local0 info\n");
    expect(file).toContain("    log-format ");
  }
});

describe("fails for", () => {
  test.each<[string, Options, string | RegExp]>([
    ["no host", { hosts: 0 }, "stack/edge: the load balancer has 0 hosts; give one host, or two different ones"],
    [
      "two hosts without a virtual address",
      { props: { virtualAddress: undefined } },
      /two hosts have no address in common; give a 'virtualAddress'/,
    ],
    [
      "a virtual address that is none",
      { props: { virtualAddress: "10.0.0.256" } },
      /'10.0.0.256' is no virtual address; give an IPv4 or IPv6 address/,
    ],
    [
      "a name for a virtual address",
      { props: { virtualAddress: "vip.example.com" } },
      /'vip.example.com' is no virtual address/,
    ],
    [
      "a host's address for a virtual one",
      { props: { virtualAddress: "10.0.0.12" } },
      /the virtual address 10.0.0.12 is that of stack\/host2; give an address in the hosts' network that nobody uses/,
    ],
    [
      "a host's address in another spelling",
      { props: { virtualAddress: "FD00:0::2" }, hostProps: (id) => ({ address: `fd00::${id.slice(4)}` }) },
      /the virtual address FD00:0::2 is that of stack\/host2/,
    ],
    [
      "the address of a cluster's host that is none of its own",
      { hosts: 1, props: { virtualAddress: "10.0.0.12" } },
      /the virtual address 10.0.0.12 is that of stack\/host2/,
    ],
    [
      "a virtual address that keepalived drops, being of another family",
      { props: { virtualAddress: "2001:db8::100" } },
      /the virtual address 2001:db8::100 and 10.0.0.11, that of stack\/host1, are not both IPv4 or both IPv6/,
    ],
    ["a loopback address for a virtual one", { props: { virtualAddress: "127.0.0.1" } }, /is no virtual address/],
    [
      "the port of the host's SSH server",
      { props: { port: 22 } },
      /port 22 of the load balancer edge is already used by SSH of stack\/host1 on the same host/,
    ],
    [
      "the port of the host's PostgreSQL",
      { props: { port: 5432 } },
      /port 5432 of PostgreSQL is already used by the load balancer edge of stack\/edge\/host1/,
    ],
    [
      "hosts by name, which keepalived cannot use",
      { hostProps: (id) => ({ address: `${id}.example.com` }) },
      /'host1.example.com' is no address of stack\/host1 that keepalived can use/,
    ],
    [
      "a single host by name, which may not resolve when clusters' load-balancers start",
      { hosts: 1, hostProps: (id) => ({ address: `${id}.example.com` }) },
      /'host1.example.com' is no address of stack\/host1 by which clusters know its requests; give an IPv4 or IPv6 addr/,
    ],
    [
      "a former virtual address without another one",
      { hosts: 1, props: { virtualAddress: undefined, formerVirtualAddress: "10.0.0.99" } },
      /there is no virtual address in place of the former one, 10.0.0.99/,
    ],
    [
      "a former virtual address that is a host's",
      { props: { formerVirtualAddress: "10.0.0.12" } },
      /the virtual address 10.0.0.12 is that of stack\/host2/,
    ],
    [
      "the same former virtual address",
      { props: { formerVirtualAddress: "10.0.0.100" } },
      /the virtual address 10.0.0.100 is that of stack\/edge/,
    ],
    [
      "a trusted proxy by name",
      { props: { trustedProxies: ["proxy.example.com"] } },
      /'proxy.example.com' is no network of a trusted proxy/,
    ],
    [
      "another timeout at the clusters",
      { deployment: { requestTimeout: 120, zatoLoadBalancer: { requestTimeout: 60 } } },
      /a request may take 60 seconds here, and 120 in the deployment; give 'requestTimeout' to the deployment alone/,
    ],
    ["a port that is none", { props: { port: 0 } }, /the port of the load balancer is 0/],
    [
      "a port in use on the host",
      { props: { port: 11223 } },
      /port 11223 of the Zato load-balancer is already used by the load balancer edge of stack\/edge\/host1/,
    ],
    [
      "a router id of 0",
      { props: { virtualRouterId: 0 } },
      /the virtual router id is 0; give a whole number from 1 to 255/,
    ],
    ["a router id of 256", { props: { virtualRouterId: 256 } }, /the virtual router id is 256/],
    ["no connections", { props: { maxConnections: 0 } }, /the number of connections is 0/],
    [
      "more connections than a process can have",
      { props: { maxConnections: 500_001 } },
      /is 500001; give a whole number from 1 to 500000/,
    ],
    ["a path that would break its line", { props: { openPaths: ["/a\nb"] } }, /is no URL path to open/],
    [
      "an interface that would break its line",
      { props: { networkInterface: "eth0\n}" } },
      /is no network interface; give its name as 'ip link' prints it/,
    ],
    ["an interface with a long name", { props: { networkInterface: "a".repeat(16) } }, /is no network interface/],
  ])("%s", (_, options, message) => {
    expect(() => balancer(options)).toThrow(message);
  });

  test("the same host twice, or three hosts", () => {
    const stack = newStack();
    const [host1, host2, host3] = ["host1", "host2", "host3"].map((id) => newHost(stack, id)) as [IHost, IHost, IHost];
    const make = (id: string, hosts: IHost[]) => () =>
      new HaproxyLoadBalancer(stack, id, { hosts, virtualAddress: "10.0.0.100" });
    expect(make("a", [host1, host1])).toThrow(/the load balancer has 2 hosts; give one host, or two different ones/);
    expect(make("b", [host1, host2, host3])).toThrow(/the load balancer has 3 hosts/);
  });

  test.each<[string, string, Partial<HaproxyLoadBalancerProps>, RegExp]>([
    [
      "one virtual address",
      "b",
      { virtualAddress: "10.0.0.100" },
      /the virtual address 10.0.0.100 is that of stack\/a;/,
    ],
    ["one router id", "b", { virtualRouterId: 51 }, /the virtual router id 51 is that of stack\/a on the same host/],
    [
      "names that become one unit",
      "a-vrrp",
      {},
      /zato-a-vrrp.service on the host would be that of stack\/a\/host1 too/,
    ],
  ])("two on the same hosts with %s", (_, id, props, message) => {
    const beside = (other: string, differently: Partial<HaproxyLoadBalancerProps>) => (): unknown => {
      const stack = newStack();
      const hosts = ["host1", "host2"].map((name) => newHost(stack, name));
      new HaproxyLoadBalancer(stack, "a", { hosts, virtualAddress: "10.0.0.100" });
      const defaults = { hosts, virtualAddress: "10.0.0.101", virtualRouterId: 52, port: 8080 };
      return new HaproxyLoadBalancer(stack, other, { ...defaults, ...differently });
    };
    expect(beside(id, props)).toThrow(message);
    expect(beside("b", {})).not.toThrow();
  });

  test("a name that systemd would not take", () => {
    const stack = newStack();
    expect(() => new HaproxyLoadBalancer(stack, "edge.1", { hosts: [newHost(stack, "host1")] })).toThrow(
      /'edge.1' cannot be used as name of a load balancer/,
    );
  });
});

test("hosts whose address is only known after apply are taken", () => {
  const stack = newStack();
  const address = new TerraformVariable(stack, "address", {}).stringValue;
  const hosts = [newHost(stack, "host1", { address }), newHost(stack, "host2")];
  const edge = new HaproxyLoadBalancer(stack, "edge", { hosts, virtualAddress: "10.0.0.100" });
  newDeployment(stack, { hosts, loadBalancer: edge });
  expect(Template.synth(stack).state("edge/host2").triggers?.file_keepalived).toContain(
    "        ${var.address} min_ttl 255\n",
  );
});

test("GIVEN members that say nothing by 425, THEN they are told of a client's request alone, whatever it claims to be repeated by", () => {
  const stack = newStack();
  const hosts = ["host1", "host2"].map((id) => newHost(stack, id));
  const loadBalancer = new HaproxyLoadBalancer(stack, "edge", { hosts, virtualAddress: "10.0.0.100" });
  const clusters = hosts.map(({ hostName, address }) => new ExistingZatoCluster(stack, `old-${hostName}`, { address }));
  new HighAvailabilityDeployment(stack, "zato", { clusters, loadBalancer });
  const { config } = Template.synth(stack).manifest("edge/host1").files;
  expect(config).toContain("    http-request set-header Early-Data 0\n");
  expect(config).not.toContain("X-Zato-In-Place-Of");
  // As a cluster of ours asks it, which does not take such a request for a check of its health.
  expect(IS_PASSED_ON).toBe("{ req.hdr(Early-Data) 0 1 }");
});
