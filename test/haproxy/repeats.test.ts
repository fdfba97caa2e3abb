import { http1, http2, type Client } from "./support/client";
import { until } from "./support/haproxy";
import { Layers } from "./support/layers";

const SAFE = ["GET", "HEAD", "OPTIONS"];
const OTHERS = ["POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"];

let layers: Layers;
let serial = 0;

beforeAll(async () => {
  layers = await Layers.start();
});

afterAll(() => layers?.stop());

/** A path of its own for each request, so that its executions can be counted. */
function pathFor(behaviour: string): string {
  return `/${behaviour}/${++serial}`;
}

const PROTOCOLS: [string, (to: Layers) => Client][] = [
  ["HTTP/1.1, a connection each", (to) => http1(to.outerPort)],
  ["HTTP/1.1, one connection", (to) => http1(to.outerPort, true)],
  ["HTTP/2 over TLS", (to) => http2(to.tlsPort)],
];

describe.each(PROTOCOLS)("through both load balancers, by %s,", (_, connect) => {
  let client: Client;

  beforeEach(() => (client = connect(layers)));
  afterEach(() => client.close());

  test.each([...SAFE, ...OTHERS])("what a service answers to %s is never asked for again", async (method) => {
    // All that a retry of HAProxy's can be about, and others.
    for (const status of [400, 401, 403, 404, 408, 409, 410, 418, 421, 425, 429, 500, 501, 502, 503, 504, 511]) {
      const path = pathFor(String(status));
      const answer = await client.send(method, path);
      expect([status, answer.status, layers.countOf(path)]).toEqual([status, status, 1]);
      expect(answer.headers).not.toContain("x-zato-in-place-of");
    }
  });

  test.each(SAFE)("%s is repeated, three times at most, when the connection ends without an answer", async (method) => {
    const path = pathFor("close");
    // On a connection that was used before HAProxy leaves it to the client to try again.
    expect([0, 502]).toContain((await client.send(method, path)).status);
    expect([2, 3, 4]).toContain(layers.countOf(path));
  });

  test.each(OTHERS)("%s is not repeated when the connection ends without an answer", async (method) => {
    const path = pathFor("close");
    expect((await client.send(method, path)).status).toBe(502);
    expect(layers.countOf(path)).toBe(1);
  });

  test("a slow request of each method runs once, and its client hears of it", async () => {
    const impatient = await Layers.start({ requestTimeout: 2 });
    const methods = [...SAFE, ...OTHERS];
    const paths = methods.map(() => pathFor("slow"));
    const clients = methods.map(() => connect(impatient));
    const answers = await Promise.all(clients.map((one, index) => one.send(methods[index]!, paths[index]!)));
    clients.forEach((one) => one.close());
    const counts = paths.map((path) => impatient.countOf(path));
    await impatient.stop();
    expect(answers.map(({ status }) => status)).toEqual(methods.map(() => 504));
    expect(counts).toEqual(methods.map(() => 1));
  });

  test("a request ends everywhere when its client goes away", async () => {
    for (const method of ["GET", "POST"]) {
      const path = pathFor("slow");
      const gone = connect(layers);
      const begun = Date.now();
      await gone.send(method, path, { goesAfter: 200 });
      await until(`${method} to end at the server`, () =>
        layers.requests.some((one) => one.url === path && one.abandoned),
      );
      // Long before any layer would stop to wait.
      expect(Date.now() - begun).toBeLessThan(10_000);
      expect(layers.countOf(path)).toBe(1);
      gone.close();
    }
  });
});

describe("a Zato load-balancer by itself, as behind a balancer of another kind,", () => {
  const client = (): Client => http1(layers.innerPorts[0]!);

  test("repeats what may be repeated, and nothing else", async () => {
    for (const method of [...SAFE, ...OTHERS]) {
      const path = pathFor("close");
      await client().send(method, path);
      expect([method, layers.countOf(path)]).toEqual([method, SAFE.includes(method) ? expect.any(Number) : 1]);
      expect(layers.countOf(path)).toBeLessThanOrEqual(4);
    }
  });

  test("answers by 425 what a service has answered so", async () => {
    const path = pathFor("425");
    expect([(await client().send("POST", path)).status, layers.countOf(path)]).toEqual([425, 1]);
  });

  test("answers 503, not 425, when it has no server", async () => {
    const lonely = await Layers.start({ clusters: 1 });
    await Promise.all(lonely.servers.map((server) => server.stop()));
    const answer = await http1(lonely.innerPorts[0]!).send("POST", "/200/1");
    expect(answer.status).toBe(503);
    expect((await http1(lonely.outerPort).send("POST", "/200/1")).status).toBe(503);
    await lonely.stop();
  });
});

test("in front of clusters that say nothing by 425, a service's own is never asked for again either", async () => {
  const others = await Layers.start({ pool: { saysNotExecuted: false } });
  for (const method of [...SAFE, ...OTHERS]) {
    const path = pathFor("425");
    const headers = { "Early-Data": "1" };
    const { status } = await http1(others.outerPort).send(method, path, { headers });
    expect([method, status, others.countOf(path)]).toEqual([method, 425, 1]);
  }
  await others.stop();
});

test("behind a balancer of others, a service's own 425 is the client's, whatever it says of early data", async () => {
  const alone = await Layers.start({ clusters: 1, inner: { forwarded: undefined } });
  const answer = await http1(alone.innerPorts[0]!).send("GET", pathFor("425"), { headers: { "Early-Data": "1" } });
  expect(answer.status).toBe(425);
  expect(answer.headers).not.toContain("x-zato-in-place-of");
  await alone.stop();
});

describe("where servers are lost", () => {
  let own: Layers;

  beforeEach(async () => (own = await Layers.start()));
  afterEach(() => own.stop());

  test.each([
    ["one of a cluster", [0]],
    ["all of a cluster, which its load-balancer knows", [0, 1]],
    ["all but one", [0, 1, 2]],
  ])("%s, no request of any method is lost, and each runs once", async (_, lost) => {
    await Promise.all(lost.map((index) => own.servers[index]!.stop()));
    for (const [name, connect] of [
      ["h1", () => http1(own.outerPort)],
      ["h2", () => http2(own.tlsPort)],
    ] as const) {
      const client = connect();
      for (let round = 0; round < 3; round++) {
        for (const method of [...SAFE, ...OTHERS]) {
          const path = pathFor("200");
          const { status } = await client.send(method, path);
          expect([name, method, status, own.countOf(path)]).toEqual([name, method, 200, 1]);
        }
      }
      client.close();
    }
  });

  test("all of a cluster, no request is lost whose body comes after its head", async () => {
    await Promise.all([0, 1].map((index) => own.servers[index]!.stop()));
    for (const connect of [() => http1(own.outerPort), () => http1(own.outerPort, true), () => http2(own.tlsPort)]) {
      const client = connect();
      for (const bodyAfter of [0, 20, 20, 50]) {
        const path = pathFor("200");
        const { status } = await client.send("POST", path, { bodyAfter });
        expect([bodyAfter, status, own.countOf(path)]).toEqual([bodyAfter, 200, 1]);
      }
      client.close();
    }
  });

  test("a whole cluster, no request of any method is lost, on connections that were used before too", async () => {
    const client = http1(own.outerPort, true);
    for (let round = 0; round < 20; round++) {
      await client.send("GET", pathFor("200"));
    }
    await own.inner[0]!.stop();
    for (const method of [...SAFE, ...OTHERS, ...SAFE]) {
      const path = pathFor("200");
      expect([method, (await client.send(method, path)).status, own.countOf(path)]).toEqual([method, 200, 1]);
    }
    client.close();
  });
});

describe("with TLS on to the clusters", () => {
  test("requests of all methods are answered, over new and over kept connections", async () => {
    const own = await Layers.start({ memberTls: true });
    for (const keep of [false, true]) {
      const client = http1(own.outerPort, keep);
      for (const method of [...SAFE, ...OTHERS, ...SAFE, ...OTHERS]) {
        const path = pathFor("200");
        expect([method, (await client.send(method, path)).status, own.countOf(path)]).toEqual([method, 200, 1]);
      }
      client.close();
    }
    await own.stop();
  });
});

describe("connections", () => {
  test("are used again for what may be repeated, and made anew for all else", async () => {
    const own = await Layers.start();
    const client = http1(own.outerPort, true);
    const connectionsFor = async (method: string): Promise<number> => {
      own.forget();
      for (let round = 0; round < 40; round++) {
        await client.send(method, pathFor("200"));
      }
      const used = own.servers.map(({ requests }) => new Set(requests.map(({ connection }) => connection)).size);
      return used.reduce((sum, count) => sum + count, 0);
    };
    const [gets, posts] = [await connectionsFor("GET"), await connectionsFor("POST")];
    client.close();
    await own.stop();
    expect(gets).toBeLessThanOrEqual(8);
    expect(posts).toBe(40);
  });
});
