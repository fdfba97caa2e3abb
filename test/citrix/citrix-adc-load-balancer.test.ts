import { TerraformVariable } from "cdktf";
import { Affinity, DeploymentOfHostsProps } from "cdktf-zato";
import { CitrixAdcLoadBalancer, CitrixAdcLoadBalancerProps, CitrixAdcProvider } from "cdktf-zato/citrix";
import { newDeployment, newHost, newStack } from "../support/stack";
import { Template } from "../support/template";

interface Options {
  readonly props?: Partial<CitrixAdcLoadBalancerProps>;
  readonly deployment?: Partial<DeploymentOfHostsProps>;
}

const TLS = { tls: { certKey: "esb.example.com" } };

function synthesize({ props, deployment }: Options = {}): Template {
  const stack = newStack();
  const edge = new CitrixAdcLoadBalancer(stack, "edge", { virtualAddress: "192.0.2.10", ...props });
  newDeployment(stack, { loadBalancer: edge, ...deployment });
  return Template.synth(stack);
}

/** The arguments of the resource at a path below the balancer. */
function argumentsOf(template: Template, path: string): Record<string, unknown> {
  const hidden = ["//", "depends_on", "provider"];
  return Object.fromEntries(
    Object.entries(template.resource(`edge/${path}`)).filter(([name]) => !hidden.includes(name)),
  );
}

describe("the virtual server", () => {
  test("speaks HTTP, takes the clusters in turn and keeps no client", () => {
    expect(argumentsOf(synthesize(), "Resource")).toEqual({
      name: "zato-edge",
      servicetype: "HTTP",
      ipv46: "192.0.2.10",
      port: 80,
      lbmethod: "ROUNDROBIN",
      clttimeout: 60,
      persistencetype: "NONE",
    });
  });

  test("has TLS by a certificate of the device, and clients without TLS are sent there", () => {
    const template = synthesize({ props: { tls: { certKey: "esb.example.com", sslProfile: "strict" }, port: 8443 } });
    expect(argumentsOf(template, "Resource")).toMatchObject({ servicetype: "SSL", port: 8443, sslprofile: "strict" });
    expect(argumentsOf(template, "certificate")).toEqual({ vservername: "zato-edge", certkeyname: "esb.example.com" });
    expect(argumentsOf(template, "redirect")).toEqual({
      name: "zato-edge-redirect",
      servicetype: "HTTP",
      ipv46: "192.0.2.10",
      port: 80,
    });
    expect(argumentsOf(template, "redirect-action")).toEqual({
      name: "zato-edge-redirect",
      type: "redirect",
      target: '"https://" + HTTP.REQ.HOSTNAME.SERVER + ":8443" + HTTP.REQ.URL.PATH_AND_QUERY.HTTP_URL_SAFE',
      responsestatuscode: 301,
    });
    expect(argumentsOf(template, "redirect-policy")).toEqual({
      name: "zato-edge-redirect",
      rule: "true",
      action: "zato-edge-redirect",
    });
    expect(argumentsOf(template, "redirect-host1")).toEqual({
      name: "zato-edge-redirect",
      servicename: "zato-edge-cluster-host1",
    });
  });

  test("redirects to the usual port without naming it, or not at all", () => {
    const target = '"https://" + HTTP.REQ.HOSTNAME.SERVER + HTTP.REQ.URL.PATH_AND_QUERY.HTTP_URL_SAFE';
    expect(argumentsOf(synthesize({ props: TLS }), "redirect-action").target).toBe(target);
    const without = synthesize({ props: { ...TLS, redirectHttp: false } });
    expect(Object.keys(without.resources).filter((address) => address.includes("redirect"))).toEqual([]);
  });

  test.each([
    [Affinity.SOURCE, { persistencetype: "SOURCEIP", timeout: 60 }],
    [Affinity.COOKIE, { persistencetype: "COOKIEINSERT", cookiename: "ZATOCLUSTER", timeout: 0 }],
  ])("affinity %j", (affinity, settings) => {
    expect(argumentsOf(synthesize({ deployment: { affinity } }), "Resource")).toMatchObject(settings);
  });

  test("refuses Zato's own paths, but for that of the health check and those that are opened", () => {
    const { rule, action } = argumentsOf(synthesize({ props: { openPaths: ["/zato/jwt/"] } }), "private-paths-policy");
    const path = "HTTP.REQ.URL.PATH.SET_TEXT_MODE(URLENCODED).DECODE_USING_TEXT_MODE.SET_TEXT_MODE(IGNORECASE)";
    expect(rule).toBe(
      `(${path}.STARTSWITH("/zato/") || ${path}.STARTSWITH("/ide-deploy")) && ` +
        `!(${path}.EQ("/zato/ping") || ${path}.STARTSWITH("/zato/jwt/"))`,
    );
    expect(action).toBe("RESET");
    expect(argumentsOf(synthesize(), "private-paths-binding")).toEqual({
      name: "zato-edge",
      policyname: "zato-edge-private-paths",
      priority: 100,
    });
  });
});

describe("a cluster", () => {
  test("gets requests when it is as declared, whatever becomes of the other", () => {
    const template = synthesize({ props: { ...TLS, redirectHttp: true } });
    for (const binding of ["member", "redirect"]) {
      const awaited = ["host1", "host2"].map((host) =>
        template.resources[template.addressOf(`edge/${binding}-${host}`)]!.depends_on!.flatMap(
          (address) => /zato_(host\d)/.exec(address)?.[1] ?? [],
        ),
      );
      expect(awaited.map((hosts) => [...new Set(hosts)])).toEqual([["host1"], ["host2"]]);
    }
  });

  test("is a service that finishes what it has before it is taken out", () => {
    const template = synthesize({
      deployment: { drainedClusters: ["host2"], maxConnectionsPerCluster: 33, requestTimeout: 90 },
    });
    const service = {
      name: "zato-edge-cluster-host1",
      servicetype: "HTTP",
      ip: "10.0.0.11",
      port: 11223,
      maxclient: 33,
      svrtimeout: 90,
      cip: "ENABLED",
      cipheader: "X-Forwarded-For",
      state: "ENABLED",
      graceful: "YES",
      delay: 90,
      wait_until_disabled: true,
      disabled_timeout: "120s",
      disabled_poll_delay: "1s",
      disabled_poll_interval: "2s",
    };
    expect(argumentsOf(template, "service-host1")).toEqual(service);
    expect(argumentsOf(template, "service-host2")).toMatchObject({ ip: "10.0.0.12", state: "DISABLED" });
    expect(argumentsOf(template, "member-host1")).toEqual({ name: "zato-edge", servicename: service.name });
  });

  test("is checked for an answer, and gets requests only when it is ready and checked", () => {
    const template = synthesize({ deployment: { healthCheck: { path: "/up", rise: 3 } } });
    expect(argumentsOf(template, "monitor")).toEqual({
      monitorname: "zato-edge-monitor",
      type: "HTTP",
      httprequest: "GET /up",
      customheaders: "Host: zato\r\n",
      respcode: ["200"],
      interval: 3,
      downtime: 3,
      resptimeout: 2,
      retries: 2,
      successretries: 3,
    });
    expect(argumentsOf(template, "monitor-host1")).toEqual({
      name: "zato-edge-cluster-host1",
      monitor_name: "zato-edge-monitor",
    });
    const before = template.ancestorsOf(template.addressOf("edge/member-host1"));
    for (const path of ["edge/monitor-host1", "edge/Resource", "zato/host1/load-balancer/state"]) {
      expect(before).toContain(template.addressOf(path));
    }
  });

  test("may have an address that Terraform learns", () => {
    const stack = newStack();
    const address = new TerraformVariable(stack, "address", {}).stringValue;
    const edge = new CitrixAdcLoadBalancer(stack, "edge", { virtualAddress: "192.0.2.10" });
    newDeployment(stack, { loadBalancer: edge, hosts: [newHost(stack, "host1", { address })] });
    expect(argumentsOf(Template.synth(stack), "service-host1").ip).toBe("${var.address}");
  });
});

describe("the provider", () => {
  test("stands in by itself, takes everything from the environment and verifies the device", () => {
    const { json } = synthesize();
    expect(json.provider?.citrixadc).toEqual([{ insecure_skip_verify: false }]);
    expect(json.terraform?.required_providers?.citrixadc).toEqual({ source: "citrix/citrixadc", version: "~> 2.2" });
  });

  test("is chosen where there are several devices; credentials come from ephemeral variables", () => {
    const stack = newStack();
    const provider = new CitrixAdcProvider(stack, "adc", {
      endpoint: "https://adc.example.com",
      username: new TerraformVariable(stack, "adc_user", {}),
      password: new TerraformVariable(stack, "adc_password", {}),
      verifyCertificate: false,
      partition: "esb",
      alias: "adc",
    });
    const edge = new CitrixAdcLoadBalancer(stack, "edge", { virtualAddress: "192.0.2.10", provider });
    newDeployment(stack, { loadBalancer: edge });
    const template = Template.synth(stack);
    expect(template.json.provider?.citrixadc).toEqual([
      {
        endpoint: "https://adc.example.com",
        username: "${var.adc_user}",
        password: "${var.adc_password}",
        insecure_skip_verify: true,
        partition: "esb",
        do_login: true,
        alias: "adc",
      },
    ]);
    expect(template.json.variable?.adc_password).toMatchObject({ ephemeral: true, sensitive: true });
    expect(template.resource("edge/Resource")).toMatchObject({ provider: "citrixadc.adc" });
  });
});

test.each<[string, Options, string | RegExp]>([
  ["a virtual address that is none", { props: { virtualAddress: "esb" } }, /'esb' is no virtual address/],
  ["HTTPS without TLS", { props: { port: 443 } }, /port 443 has no TLS; give 'tls'/],
  ["a redirect without TLS", { props: { redirectHttp: true } }, /to be sent to a TLS port that there is not/],
  [
    "a virtual address in no network of the device",
    { props: { networks: ["10.0.0.0/8"] } },
    /the virtual address 192.0.2.10 is in no network of the device: 10.0.0.0\/8/,
  ],
  ["no certificate-key pair", { props: { tls: { certKey: "" } } }, /the name of the certificate-key pair is ""/],
  [
    "a health check that overtakes itself",
    { deployment: { healthCheck: { interval: 5, timeout: 5 } } },
    "stack/edge: the health check waits 5 seconds and begins anew every 5, which Citrix does not take; " +
      "set its 'timeout' below its 'interval'",
  ],
])("fails for %s", (_, options, message) => {
  expect(() => synthesize(options)).toThrow(message);
});

test("fails for a cluster by name", () => {
  const stack = newStack();
  const edge = new CitrixAdcLoadBalancer(stack, "edge", { virtualAddress: "192.0.2.10" });
  newDeployment(stack, { loadBalancer: edge, hosts: [newHost(stack, "host1", { address: "esb1.example.com" })] });
  expect(() => Template.synth(stack)).toThrow(
    /'esb1.example.com' is no address of the cluster host1 that Citrix takes; give an IPv4 or IPv6 address/,
  );
});
