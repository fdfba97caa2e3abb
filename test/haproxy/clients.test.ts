import { waitUntil } from "../../lab/process";
import { http1, http2 } from "./support/client";
import { Layers } from "./support/layers";

/** What a service could learn of a client, as WSGI gives it: `-` and `_` are the same. */
function claimsOf(headers: readonly (readonly [string, string])[]): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const [name, value] of headers) {
    const key = name.replaceAll("-", "_");
    if (/forwarded|client_ip|real_ip|script_name|url_scheme|connecting|early_data|front_end/.test(key)) {
      (found[key] ??= []).push(value);
    }
  }
  return found;
}

const CLAIMS = {
  "X-Forwarded-For": ["203.0.113.1", "203.0.113.2, 203.0.113.3"],
  X_Forwarded_For: "203.0.113.4",
  "X-Zato-Forwarded-For": "203.0.113.5",
  "x_zato-forwarded_for": "203.0.113.6",
  Forwarded: "for=203.0.113.7;proto=https",
  "X-Forwarded-Proto": "https",
  "X-Forwarded-Protocol": "ssl",
  "X-Forwarded-Ssl": "on",
  "X-Forwarded-Host": "evil.example",
  "X-Real-IP": "203.0.113.8",
  "True-Client-IP": "203.0.113.9",
  SCRIPT_NAME: "/x",
  "Early-Data": "1",
};

let layers: Layers;

beforeAll(async () => {
  layers = await Layers.start();
});

afterAll(() => layers?.stop());

async function seen(port: number, headers: Record<string, string | string[]>, own = layers) {
  own.forget();
  const client = http1(port);
  expect((await client.send("GET", "/200/x", { headers })).status).toBe(200);
  client.close();
  return claimsOf(own.requests[0]!.headers);
}

test("services see one address, that which connects, whatever a client claims", async () => {
  expect(await seen(layers.outerPort, CLAIMS)).toEqual({
    x_forwarded_for: ["127.0.0.1"],
    x_forwarded_proto: ["http"],
  });
});

test.each(
  Object.entries(CLAIMS).flatMap(([name, value]) => [
    [name, { [name]: value, Accept: "*/*" }] as const,
    [`${name}, the last one`, { Accept: "*/*", [name]: value }] as const,
  ]),
)("a claim that is alone is dropped too: %s", async (_, headers) => {
  expect(await seen(layers.outerPort, headers)).toEqual({
    x_forwarded_for: ["127.0.0.1"],
    x_forwarded_proto: ["http"],
  });
});

test("the protocol is that which the client speaks", async () => {
  layers.forget();
  const client = http2(layers.tlsPort);
  await client.send("GET", "/200/x", { headers: { "x-forwarded-proto": "http" } });
  client.close();
  expect(claimsOf(layers.requests[0]!.headers)).toEqual({
    x_forwarded_for: ["127.0.0.1"],
    x_forwarded_proto: ["https"],
  });
});

describe("behind a proxy that is trusted", () => {
  let own: Layers;

  beforeAll(async () => (own = await Layers.start({ outer: { trustedProxies: ["127.0.0.1", "198.51.100.0/24"] } })));
  afterAll(() => own.stop());

  test.each([
    ["the last address that it saw counts", "203.0.113.1, 192.0.2.7", "192.0.2.7"],
    ["further trusted proxies are looked through", "203.0.113.1, 192.0.2.7, 198.51.100.3, 198.51.100.4", "192.0.2.7"],
    ["IPv6 is taken too", "2001:db8::7", "2001:db8::7"],
    ["what is no address counts for nothing", "unknown", "127.0.0.1"],
  ])("%s", async (_, header, address) => {
    const claims = await seen(
      own.outerPort,
      { ...CLAIMS, "X-Forwarded-For": ["203.0.113.66", header], X_Forwarded_For: [] },
      own,
    );
    expect(claims).toEqual({
      x_forwarded_for: [address],
      x_forwarded_proto: ["https"],
      x_forwarded_host: ["evil.example"],
    });
  });
});

test.each([
  ["an ALB, an F5 or a Citrix ADC with TLS", { proxies: "any", protocol: "https" }, "192.0.2.7", "https"],
  ["one from another network", { proxies: ["198.51.100.0/24"], protocol: "https" }, "127.0.0.1", "http"],
  ["nothing that tells of clients", undefined, "127.0.0.1", "http"],
] as const)("behind %s a cluster decides itself", async (_, forwarded, address, protocol) => {
  const own = await Layers.start({ clusters: 1, inner: { forwarded } });
  const headers = { ...CLAIMS, "X-Forwarded-For": ["203.0.113.66", "192.0.2.7"], "X-Forwarded-Proto": "http" };
  const { x_zato_forwarded_for, ...claims } = await seen(own.innerPorts[0]!, headers, own);
  // From loopback, where web-admin names the browser's address by it.
  expect(x_zato_forwarded_for).toHaveLength(1);
  expect(claims).toEqual({ x_forwarded_for: [address], x_forwarded_proto: [protocol] });
  await own.stop();
});

describe("behind balancers of ours", () => {
  const ours = (network: string): Promise<Layers> =>
    Layers.start({ clusters: 1, inner: { forwarded: { proxies: [network], areOurs: true } } });

  test("somebody else on one of their machines names no other client but by what these say, and no other path", async () => {
    const own = await ours("127.0.0.1");
    const { x_zato_forwarded_for, ...claims } = await seen(own.innerPorts[0]!, { ...CLAIMS, X_Forwarded_For: [] }, own);
    expect(x_zato_forwarded_for).toHaveLength(1);
    expect(Object.keys(claims).filter((name) => !name.startsWith("x_forwarded_"))).toEqual([]);
    await own.stop();
  });

  test("who comes from elsewhere is told of as what connects", async () => {
    const own = await ours("198.51.100.0/24");
    const { x_zato_forwarded_for, ...claims } = await seen(own.innerPorts[0]!, CLAIMS, own);
    expect(x_zato_forwarded_for).toHaveLength(1);
    expect(claims).toEqual({ x_forwarded_for: ["127.0.0.1"], x_forwarded_proto: ["http"] });
    await own.stop();
  });
});

describe("the access log", () => {
  test("has a line for each request at both load balancers, with the client and times, and without secrets", async () => {
    const client = http1(layers.outerPort);
    const { status } = await client.send("POST", '/200/a%20b"?token=secret1', {
      headers: { Authorization: "Basic secret2", Cookie: "session=secret3", "X-Api-Key": "secret4" },
    });
    client.close();
    expect(status).toBe(200);
    await waitUntil("the lines of the log", 5_000, () =>
      layers.outer.log.includes("POST") && layers.inner.some(({ log }) => log.includes("POST")) ? undefined : "not yet",
    );
    for (const { log } of [layers.outer, ...layers.inner]) {
      expect(log).not.toMatch(/secret\d/);
    }
    const line = /127\.0\.0\.1 \[.*\] \S+ \S+\/\S+ \d+\/\d+\/\d+\/\d+\/\d+ 200 \d+ \S+ \S+ \S+ POST ".*" HTTP\/1\.1/;
    expect(layers.outer.log).toMatch(line);
    expect(layers.inner.map(({ log }) => log).join("")).toMatch(line);
    expect(layers.inner.map(({ log }) => log).join("")).not.toContain("/zato/ping");
  });

  test("is not written unless it is asked for", async () => {
    const own = await Layers.start({ pool: { logsRequests: false }, inner: { logsRequests: false } });
    const client = http1(own.outerPort);
    await client.send("GET", "/200/unseen");
    client.close();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect([own.outer, ...own.inner].map(({ log }) => log).join("")).not.toContain("unseen");
    await own.stop();
  });
});
