import { F5BigIpLoadBalancer, F5BigIpLoadBalancerProps, F5Snat, F5Tls } from "cdktf-zato/f5";
import { newDeployment, newHost, newStack } from "../support/stack";
import { Template } from "../support/template";
import { Options, synthesize, TLS } from "./support/f5";

test.each<[string, Partial<F5BigIpLoadBalancerProps>, string | RegExp]>([
  ["a route domain without a number", { virtualAddress: "192.0.2.10%a" }, /'192.0.2.10%a' is no virtual address/],
  ["a route domain that no device has", { virtualAddress: "192.0.2.10%65535" }, /the route domain .* is 65535/],
  ["a virtual address that is none", { virtualAddress: "esb.example.com" }, /'esb.example.com' is no virtual address/],
  [
    "a virtual address in no network of the device",
    { networks: ["198.51.100.0/24", "2001:db8::/64"] },
    "stack/edge: the virtual address 192.0.2.10 is in no network of the device: 198.51.100.0/24, 2001:db8::/64; " +
      "give an address that is in one, or name all networks",
  ],
  ["a network that is none", { networks: ["192.0.2.0"] }, /'192.0.2.0' is no network of the device/],
  [
    "HTTPS without TLS",
    { port: 443 },
    "stack/edge: port 443 has no TLS; give 'tls', which names what the device has already",
  ],
  ["a redirect without TLS", { redirectHttp: true }, /clients are to be sent to a TLS port that there is not/],
  ["TLS on the port that redirects", { ...TLS, port: 80 }, /port 80 is to speak TLS, and to redirect to itself/],
  ["a port that is none", { port: 70000 }, /the port of the load balancer is 70000/],
  ["a path to open that is none", { openPaths: ["zato"] }, /'zato' is no URL path to open/],
  ["a tenant's name that AS3 does not take", { tenant: "1Zato" }, /'1Zato' cannot be used as name of a tenant/],
  ["a tenant's name that is too long", { tenant: "Z".repeat(65) }, /use 1 to 64 letters, digits/],
  ["the tenant Common", { tenant: "Common" }, /the tenant 'Common' holds what tenants share, and no application/],
  ["an application's name", { application: "a b" }, /'a b' cannot be used as name of an application/],
  [
    "an object's name",
    { objects: { "a/b": { class: "iRule" } } },
    /'a\/b' cannot be used as name of an object; use 1 to 64 letters/,
  ],
  [
    "TLS that names nothing on the device",
    { tls: F5Tls.profile("esb.example.com") },
    /'esb.example.com' is no name of something on the device, which 'service' refers to; give the full name/,
  ],
  [
    "a key that is no name",
    { tls: F5Tls.certificate({ certificate: "/Common/a.crt", privateKey: "-----BEGIN PRIVATE KEY-----" }) },
    /is no name of something on the device, which 'certificate' refers to/,
  ],
  ["a SNAT pool that is no name", { snat: F5Snat.pool("snat") }, /'snat' is no name of something on the device/],
  [
    "a pointer to nowhere",
    { serviceProperties: { iRules: ["log"] } },
    /the iRules of 'service' refers to 'log', which there is not; add it to 'objects', or refer to one of service, pool/,
  ],
  [
    "a used object that there is not",
    { objects: { tls: { class: "TLS_Client", trustCA: { use: "bundle" } } } },
    /the use of 'tls' refers to 'bundle', which there is not/,
  ],
  [
    "a property that the deployment decides",
    { serviceProperties: { pool: "mine", snat: "none" } },
    /'pool' and 'snat' would replace what is rendered from the deployment/,
  ],
  ["an object that is rendered", { objects: { pool: { class: "Pool" } } }, /'pool' would replace what is rendered/],
])("fails for %s", (_, props, message) => {
  expect(() => synthesize({ props })).toThrow(message);
});

test("a property without a value refers to nothing, and is no fault", () => {
  const log = { class: "iRule", iRule: "when HTTP_REQUEST { }", remark: null };
  expect(() => synthesize({ props: { objects: { log } } })).not.toThrow();
});

test.each<[string, Options["deployment"], RegExp]>([
  [
    "a dead cluster that is noticed later than F5 can",
    { healthCheck: { interval: 300, fall: 4, failoverWithin: 2000 } },
    /the time, in seconds, in which F5 notices a dead cluster, is 1202; give a whole number from 1 to 900/,
  ],
  [
    "a cluster that comes back later than F5 can",
    { healthCheck: { interval: 300, fall: 1, rise: 8, failoverWithin: 2000 } },
    /the time, in seconds, after which F5 takes a cluster back, is 2100/,
  ],
  ["requests longer than a day", { requestTimeout: 86401 }, /the request timeout in seconds is 86401/],
])("fails for %s", (_, deployment, message) => {
  expect(() => synthesize({ deployment })).toThrow(message);
});

test("fails for members by name in a route domain, where the device would not look them up", () => {
  const stack = newStack();
  const edge = new F5BigIpLoadBalancer(stack, "edge", { virtualAddress: "192.0.2.10%2", tenant: "Zato" });
  newDeployment(stack, { loadBalancer: edge, hosts: [newHost(stack, "host1", { address: "esb1.example.com" })] });
  expect(() => Template.synth(stack)).toThrow(
    "[stack/edge] the cluster host1 is at 'esb1.example.com', and names cannot be in the route domain 2; " +
      "give its host by an IP address",
  );
});

describe("two on one device", () => {
  const two = (one: Partial<F5BigIpLoadBalancerProps>, other: Partial<F5BigIpLoadBalancerProps>) => (): unknown => {
    const stack = newStack();
    const { pool } = newDeployment(newStack());
    [one, other].forEach((props, position) =>
      new F5BigIpLoadBalancer(stack, `edge${position + 1}`, {
        virtualAddress: `192.0.2.${position + 1}`,
        tenant: "Zato",
        ...props,
      }).bindPool({ pool: () => pool, readyClusters: () => [] }),
    );
    return Template.synth(stack);
  };

  test("fail where one would remove the other", () => {
    expect(two({}, {})).toThrow(
      "[stack/edge1] it would replace stack/edge2 in the tenant 'Zato'; give each a tenant of its own, " +
        "or set 'perApplication' on both and different 'application's",
    );
    expect(two({ perApplication: true }, {})).toThrow(/it would replace/);
    const same = { perApplication: true, application: "esb" };
    expect(two(same, same)).toThrow(/it would replace/);
  });

  test("live beside each other in tenants of their own, or as applications of one", () => {
    expect(two({}, { tenant: "Zato2" })).not.toThrow();
    expect(two({ perApplication: true }, { perApplication: true })).not.toThrow();
  });
});
