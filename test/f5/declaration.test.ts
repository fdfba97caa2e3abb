import { Affinity, HealthCheckProps } from "cdktf-zato";
import { F5BigIpLoadBalancerProps, F5Snat, F5Tls } from "cdktf-zato/f5";
import fc from "fast-check";
import { requireReachableAddress } from "../../lib/validation";
import { anyCodePoint } from "../support/arbitraries";
import { newHost, newStack } from "../support/stack";
import { applicationOf } from "./support/as3";
import { as3Errors } from "./support/as3-schema";
import { BigIpSimulator, PASSWORD, USER } from "./support/big-ip-simulator";
import { declare, Options, TLS } from "./support/f5";

const stack = newStack();

const isReachable = (address: string): boolean => {
  try {
    return requireReachableAddress(stack, "address", address) === address;
  } catch {
    return false;
  }
};

const CERTIFICATE = F5Tls.certificate({
  certificate: "/Common/esb.crt",
  privateKey: "/Common/esb.key",
  chain: "/Common/ca.crt",
});

const VARIANTS: [string, Options][] = [
  ["HTTP", {}],
  ["IPv6", { props: { virtualAddress: "2001:db8::10" } }],
  ["a route domain", { props: { virtualAddress: "192.0.2.10%2" } }],
  ["TLS by a profile", { props: TLS }],
  ["TLS by a certificate, without a redirect", { props: { tls: CERTIFICATE, redirectHttp: false, port: 8443 } }],
  ["no SNAT", { props: { snat: F5Snat.NONE } }],
  ["paths opened", { props: { openPaths: ["/zato/jwt/"] } }],
  ["a cluster drained", { deployment: { drainedClusters: ["host2"] } }],
  ["affinity by address", { deployment: { affinity: Affinity.SOURCE } }],
  ["affinity by cookie", { deployment: { affinity: Affinity.COOKIE } }],
  ["sticky paths", { sticky: { "/a": Affinity.SOURCE, "/b": Affinity.COOKIE, "/c": Affinity.NONE } }],
  ["long requests", { deployment: { requestTimeout: 3600 } }],
  [
    "more of AS3",
    {
      props: {
        snat: F5Snat.pool("/Common/snat"),
        serviceProperties: { allowVlans: [{ bigip: "/Common/external" }], iRules: ["log"] },
        objects: { log: { class: "iRule", iRule: "when HTTP_REQUEST { log local0. [HTTP::path] }" } },
      },
    },
  ],
];

/** A per-application declaration as the device completes it. */
function complete(declaration: Record<string, unknown>): object {
  const { schemaVersion, ...applications } = declaration;
  return { class: "ADC", schemaVersion, Zato: { class: "Tenant", ...applications } };
}

describe("AS3's own schema takes, and all pointers lead somewhere, with", () => {
  test.each(VARIANTS)("%s", (_, options) => {
    expect(as3Errors(declare(options))).toEqual([]);
    const perApplication = declare({ ...options, props: { ...options.props, perApplication: true } });
    expect(as3Errors(complete(perApplication))).toEqual([]);
  });

  test("members by name", () => {
    const hosts = [newHost(newStack(), "host1", { address: "esb1.example.com" })];
    expect(as3Errors(declare({ deployment: { hosts } }))).toEqual([]);
  });

  const path = fc.stringMatching(/^\/[a-z0-9_./-]{0,12}$/).filter((one) => !/\/\.{1,2}(\/|$)/.test(one));
  const affinity = fc.constantFrom(Affinity.NONE, Affinity.SOURCE, Affinity.COOKIE);
  const healthCheck: fc.Arbitrary<HealthCheckProps> = fc.record({
    path,
    interval: fc.integer({ min: 1, max: 60 }),
    timeout: fc.integer({ min: 1, max: 60 }),
    rise: fc.integer({ min: 1, max: 10 }),
    fall: fc.integer({ min: 1, max: 10 }),
    failoverWithin: fc.constant(900),
  });
  const props: fc.Arbitrary<Partial<F5BigIpLoadBalancerProps>> = fc.record(
    {
      virtualAddress: fc.oneof(fc.ipV4(), fc.ipV6()).filter(isReachable),
      tenant: fc.stringMatching(/^[A-Za-z][0-9A-Za-z_.-]{0,63}$/).filter((name) => name !== "Common"),
      application: fc.stringMatching(/^[A-Za-z][0-9A-Za-z_.-]{0,63}$/),
      tls: fc.constantFrom(undefined, TLS.tls, CERTIFICATE),
      port: fc.integer({ min: 1024, max: 65535 }),
      snat: fc.constantFrom(F5Snat.AUTO, F5Snat.NONE, F5Snat.pool("/Common/snat")),
      openPaths: fc.array(path, { maxLength: 3 }),
    },
    { requiredKeys: ["virtualAddress", "tenant"] },
  );

  test("whatever can be asked for", () => {
    fc.assert(
      fc.property(
        props,
        affinity,
        healthCheck,
        fc.dictionary(path, affinity, { maxKeys: 3 }),
        fc.integer({ min: 1, max: 86400 }),
        (balancer, everywhere, check, sticky, requestTimeout) => {
          const deployment = { affinity: everywhere, healthCheck: check, requestTimeout };
          expect(as3Errors(declare({ props: balancer, deployment, sticky }))).toEqual([]);
        },
      ),
      { numRuns: 40 },
    );
  });

  test("texts as they were written, whatever Terraform would make of them", () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCodePoint, minLength: 1, maxLength: 30 }), (iRule) => {
        const objects = { rule: { class: "iRule", iRule } };
        expect(applicationOf(declare({ props: { objects } })).rule!.iRule).toBe(iRule);
      }),
      { numRuns: 20 },
    );
  });
});

describe("the schema, since it has to be able to refuse", () => {
  const changed = (change: (objects: Record<string, Record<string, unknown>>) => unknown): object => {
    const declaration = declare({ props: TLS });
    change(applicationOf(declaration));
    return declaration;
  };

  test.each<[string, (objects: Record<string, Record<string, unknown>>) => unknown]>([
    ["an address that is none", ({ service }) => (service!.virtualAddresses = ["10.0.0.256"])],
    ["a class that there is not", ({ pool }) => (pool!.class = "Pond")],
    ["a property that there is not", ({ pool }) => (pool!.depth = 3)],
    ["a pointer to nowhere", ({ service }) => (service!.pool = "pond")],
    ["a pointer to something else", ({ service }) => (service!.pool = "monitor")],
    ["a used object that there is not", ({ pool }) => (pool!.monitors = [{ use: "watch" }])],
    ["a policy that there is not", ({ service }) => (service!.policyEndpoint = "policy")],
  ])("refuses %s", (_, change) => {
    expect(as3Errors(changed(change))).not.toEqual([]);
  });
});

describe("the device", () => {
  const device = new BigIpSimulator({ perApplication: true });
  let url = "";

  beforeAll(async () => (url = await device.start()));
  afterAll(() => device.stop());

  const call = async (method: string, path: string, body?: object): Promise<Record<string, unknown>> => {
    const response = await fetch(`${url}/mgmt/shared/appsvcs/${path}`, {
      method,
      headers: { authorization: `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString("base64")}` },
      // As the provider does.
      body: body && JSON.stringify(JSON.stringify(body)),
    });
    return (await response.json()) as Record<string, unknown>;
  };
  const result = async (method: string, path: string, body?: object): Promise<unknown> => {
    const { id } = await call(method, path, body);
    return ((await call("GET", `task/${String(id)}`)).results as object[])[0];
  };

  test.each(VARIANTS)("takes a declaration with %s, gives it back, and forgets it", async (_, options) => {
    const declaration = declare(options);
    const wanted = (declaration.declaration as Record<string, unknown>).Zato;
    expect(await result("POST", "declare/Zato?async=true", declaration)).toMatchObject({ code: 200, tenant: "Zato" });
    expect((await call("GET", "declare/Zato")).Zato).toEqual(wanted);
    expect(await result("DELETE", "declare/Zato?async=true")).toMatchObject({ code: 200 });
    expect(device.configuration).toEqual({});
  });

  test("keeps applications of a tenant apart", async () => {
    const [esb, other] = ["esb", "other"].map((application) =>
      declare({ props: { perApplication: true, application } }),
    );
    await result("POST", "declare/Zato/applications?async=true", esb);
    await result("POST", "declare/Zato/applications?async=true", other);
    expect(await call("GET", "declare/Zato/applications")).toEqual({ ...esb, ...other });
    await call("DELETE", "declare/Zato/applications/esb");
    expect(await call("GET", "declare/Zato/applications")).toEqual(other);
  });

  test("refuses what AS3 refuses", async () => {
    const declaration = declare();
    applicationOf(declaration).service!.pool = "pond";
    expect(await result("POST", "declare/Zato?async=true", declaration)).toMatchObject({ code: 422 });
  });

  test("lets nobody in without a password", async () => {
    const response = await fetch(`${url}/mgmt/shared/appsvcs/info`);
    expect(response.status).toBe(401);
  });
});
