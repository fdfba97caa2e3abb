import { TerraformVariable } from "cdktf";
import { Affinity } from "cdktf-zato";
import { BigIpProvider, F5BigIpLoadBalancer, F5Snat, F5Tls } from "cdktf-zato/f5";
import { newDeployment, newHost, newStack } from "../support/stack";
import { Template } from "../support/template";
import { applicationOf, declarationOf } from "./support/as3";
import { applicationWith, declare, Options, synthesize, TLS } from "./support/f5";

describe("the declaration", () => {
  test("has a tenant of its own, which only holds the application", () => {
    expect(declare()).toEqual({
      class: "AS3",
      action: "deploy",
      persist: true,
      declaration: {
        class: "ADC",
        schemaVersion: "3.50.0",
        id: "cdktf-zato-Zato",
        Zato: { class: "Tenant", edge: expect.objectContaining({ class: "Application" }) as object },
      },
    });
  });

  test("in a shared tenant is the application alone", () => {
    const template = synthesize({ props: { perApplication: true, application: "esb" } });
    expect(declarationOf(template)).toEqual({
      schemaVersion: "3.50.0",
      esb: expect.objectContaining({ class: "Application" }) as object,
    });
    expect(template.resource("edge/Resource")).toMatchObject({ tenant_name: "Zato" });
  });

  test("is the same application in both", () => {
    expect(applicationWith({ props: { perApplication: true } })).toEqual(applicationWith());
  });

  test("waits for the clusters", () => {
    const template = synthesize();
    const before = template.ancestorsOf(template.addressOf("edge/Resource"));
    expect(before).toContain(template.addressOf("zato/host2/load-balancer/state"));
  });

  test("says what AS3 would choose otherwise", () => {
    const { service, pool, monitor, http } = applicationWith();
    expect(service).toMatchObject({ class: "Service_HTTP", virtualPort: 80, persistenceMethods: [], snat: "auto" });
    expect(service).not.toHaveProperty("profileMultiplex");
    expect(pool).toMatchObject({ reselectTries: 1, serviceDownAction: "reset", monitors: [{ use: "monitor" }] });
    expect(monitor).toMatchObject({
      monitorType: "http",
      interval: 2,
      timeout: 6,
      timeUntilUp: 2,
      send: "GET /zato/ping HTTP/1.1\\r\\nHost: zato\\r\\nConnection: close\\r\\n\\r\\n",
      receive: "HTTP/1\\.[01] 200",
    });
    expect(http).toEqual({ class: "HTTP_Profile", xForwardedFor: true });
  });
});

describe("TLS", () => {
  test("by a profile of the device, with a redirect from port 80", () => {
    const { service, tls } = applicationWith({ props: TLS });
    expect(service).toMatchObject({
      class: "Service_HTTPS",
      virtualPort: 443,
      redirect80: true,
      serverTLS: { bigip: "/Common/esb.example.com" },
    });
    expect(tls).toBeUndefined();
  });

  test("by a certificate of the device, whose key stays there", () => {
    const paths = { certificate: "/Common/esb.crt", privateKey: "/Common/esb.key", chain: "/Common/ca.crt" };
    const { service, tls, certificate } = applicationWith({
      props: { tls: F5Tls.certificate(paths), port: 8443, redirectHttp: false },
    });
    expect(service).toMatchObject({ virtualPort: 8443, redirect80: false, serverTLS: "tls" });
    expect(tls).toEqual({ class: "TLS_Server", certificates: [{ certificate: "certificate" }] });
    expect(certificate).toEqual({
      class: "Certificate",
      certificate: { bigip: "/Common/esb.crt" },
      privateKey: { bigip: "/Common/esb.key" },
      chainCA: { bigip: "/Common/ca.crt" },
    });
  });
});

describe("what of the pool reaches the device:", () => {
  const membersWith = (options: Options): unknown => applicationWith(options).pool!.members;

  test("the members, as many connections as they take, and who is drained", () => {
    expect(membersWith({ deployment: { drainedClusters: ["host2"], maxConnectionsPerCluster: 33 } })).toEqual([
      expect.objectContaining({ servicePort: 11223, serverAddresses: ["10.0.0.11"], adminState: "enable" }),
      expect.objectContaining({ servicePort: 11223, serverAddresses: ["10.0.0.12"], adminState: "disable" }),
    ]);
    expect(membersWith({ deployment: { maxConnectionsPerCluster: 33 } })).toEqual([
      expect.objectContaining({ connectionLimit: 33 }),
      expect.objectContaining({ connectionLimit: 33 }),
    ]);
  });

  test("members as nodes that tenants share: the device answers 422 where two tenants have one each of a host", () => {
    expect(membersWith({})).toEqual([
      expect.objectContaining({ shareNodes: true }),
      expect.objectContaining({ shareNodes: true }),
    ]);
  });

  test("a route domain, in which the virtual address and the members are, and which clients know nothing of", () => {
    const stack = newStack();
    const edge = new F5BigIpLoadBalancer(stack, "edge", { virtualAddress: "192.0.2.10%2", tenant: "Zato" });
    newDeployment(stack, { loadBalancer: edge });
    const template = Template.synth(stack);
    const { service, pool } = applicationOf(declarationOf(template));
    expect(service!.virtualAddresses).toEqual(["192.0.2.10%2"]);
    expect(pool!.members).toEqual([
      expect.objectContaining({ serverAddresses: ["10.0.0.11%2"] }),
      expect.objectContaining({ serverAddresses: ["10.0.0.12%2"] }),
    ]);
    expect(template.output("zato_entry_url")).toBe("http://192.0.2.10");
  });

  test("members by name, which the device looks up", () => {
    const stack = newStack();
    const edge = new F5BigIpLoadBalancer(stack, "edge", { virtualAddress: "192.0.2.10", tenant: "Zato" });
    newDeployment(stack, { loadBalancer: edge, hosts: [newHost(stack, "host1", { address: "esb1.example.com" })] });
    expect(applicationOf(declarationOf(Template.synth(stack))).pool!.members).toEqual([
      {
        servicePort: 11223,
        shareNodes: true,
        addressDiscovery: "fqdn",
        hostname: "esb1.example.com",
        adminState: "enable",
        connectionLimit: 2000,
      },
    ]);
  });

  test("members whose address Terraform learns", () => {
    const stack = newStack();
    const address = new TerraformVariable(stack, "address", {}).stringValue;
    const edge = new F5BigIpLoadBalancer(stack, "edge", { virtualAddress: "192.0.2.10", tenant: "Zato" });
    newDeployment(stack, { loadBalancer: edge, hosts: [newHost(stack, "host1", { address })] });
    expect(applicationOf(declarationOf(Template.synth(stack))).pool!.members).toMatchObject([
      { serverAddresses: ["${var.address}"] },
    ]);
  });

  test("requests that take longer than the device's own patience", () => {
    expect(applicationWith({ deployment: { requestTimeout: 300 } })).not.toHaveProperty("tcp");
    const { tcp, service } = applicationWith({ deployment: { requestTimeout: 301 } });
    expect(tcp).toEqual({ class: "TCP_Profile", idleTimeout: 301 });
    expect(service).toMatchObject({ profileTCP: { use: "tcp" } });
  });

  test.each([
    [Affinity.NONE, { persistenceMethods: [] }],
    [Affinity.SOURCE, { persistenceMethods: ["source-address"] }],
    [Affinity.COOKIE, { persistenceMethods: ["cookie"], profileMultiplex: "basic" }],
  ])("affinity %j", (affinity, properties) => {
    expect(applicationWith({ deployment: { affinity } }).service).toMatchObject(properties);
  });
});

describe("paths", () => {
  const rulesWith = (options: Options): unknown => applicationWith(options).paths!.rules;
  const path = (operand: string, values: string[]): object => ({
    type: "httpUri",
    event: "request",
    path: { operand, values },
    normalized: true,
  });

  test("of Zato's own are refused, but for that of the health check and those that are opened", () => {
    expect(rulesWith({ props: { openPaths: ["/zato/jwt/"] } })).toEqual([
      {
        name: "private",
        conditions: [
          path("starts-with", ["/zato/", "/ide-deploy"]),
          path("does-not-equal", ["/zato/ping"]),
          path("does-not-start-with", ["/zato/jwt/"]),
        ],
        actions: [{ type: "drop", event: "request" }],
      },
    ]);
  });

  test("with an affinity of their own", () => {
    const sticky = { "/a": Affinity.SOURCE, "/b": Affinity.COOKIE, "/c": Affinity.NONE };
    expect(rulesWith({ sticky })).toMatchObject([
      { name: "private" },
      {
        name: "sticky_1",
        conditions: [path("starts-with", ["/a"])],
        actions: [{ type: "persist", event: "request", sourceAddress: { netmask: "255.255.255.255", timeout: 180 } }],
      },
      { actions: [{ cookieInsert: { name: "ZATOCLUSTER", expiry: "1d00:00:00" } }] },
      { actions: [{ disable: {} }] },
    ]);
    expect(applicationWith({ sticky }).service).toMatchObject({ profileMultiplex: "basic", persistenceMethods: [] });
  });
});

test("what AS3 has beyond can be added", () => {
  const { service, log } = applicationWith({
    props: {
      snat: F5Snat.pool("/Common/snat"),
      serviceProperties: { allowVlans: [{ bigip: "/Common/external" }], iRules: ["log"] },
      objects: { log: { class: "iRule", iRule: "when HTTP_REQUEST { log local0. ${x} }" } },
    },
  });
  expect(service).toMatchObject({ snat: { bigip: "/Common/snat" }, iRules: ["log"], pool: "pool" });
  expect(log).toEqual({ class: "iRule", iRule: "when HTTP_REQUEST { log local0. ${x} }" });
});

describe("the provider", () => {
  test("stands in by itself, takes everything from the environment, verifies the device and tells nobody", () => {
    const { json } = synthesize();
    expect(json.provider?.bigip).toEqual([{ teem_disable: true, validate_certs_disable: false }]);
    expect(json.terraform?.required_providers?.bigip).toEqual({ source: "F5Networks/bigip", version: "~> 1.28" });
  });

  test("is that of the stack if it has one; credentials come from ephemeral variables", () => {
    const stack = newStack();
    const edge = new F5BigIpLoadBalancer(stack, "edge", { virtualAddress: "192.0.2.10", tenant: "Zato" });
    newDeployment(stack, { loadBalancer: edge });
    new BigIpProvider(stack, "f5", {
      address: "f5.example.com",
      port: 8443,
      username: new TerraformVariable(stack, "f5_user", {}),
      password: new TerraformVariable(stack, "f5_password", {}),
      verifyCertificate: false,
      telemetry: true,
    });
    const { json } = Template.synth(stack);
    expect(json.provider?.bigip).toEqual([
      {
        address: "f5.example.com",
        port: "8443",
        username: "${var.f5_user}",
        password: "${var.f5_password}",
        validate_certs_disable: true,
        teem_disable: false,
      },
    ]);
    expect(json.variable?.f5_password).toMatchObject({ ephemeral: true, sensitive: true });
  });

  test("fails for a password in the program", () => {
    const stack = newStack();
    const password = new TerraformVariable(stack, "f5_password", { default: "secret" });
    expect(() => new BigIpProvider(stack, "f5", { password })).toThrow(/the variable has a default/);
  });

  test("is chosen where there are several devices", () => {
    const stack = newStack();
    for (const site of ["a", "b"]) {
      const provider = new BigIpProvider(stack, `f5-${site}`, { address: `f5-${site}.example.com`, alias: site });
      const edge = new F5BigIpLoadBalancer(stack, site, {
        virtualAddress: site === "a" ? "192.0.2.10" : "192.0.2.11",
        tenant: "Zato",
        provider,
      });
      edge.bindPool({ pool: () => newDeployment(newStack()).pool, readyClusters: () => [] });
    }
    const template = Template.synth(stack);
    expect(template.resource("a/Resource")).toMatchObject({ provider: "bigip.a" });
    expect(template.resource("b/Resource")).toMatchObject({ provider: "bigip.b" });
  });
});
