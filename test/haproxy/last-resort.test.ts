import { Affinity } from "../../lib/content";
import { HealthCheck } from "../../lib/load-balancing";
import { newStack } from "../support/stack";
import { admin, becomes } from "./support/admin";
import { http1 } from "./support/client";
import { Layers } from "./support/layers";

/** The path of the check in these tests, so that a test can let it fail while clusters answer all else. */
const HEALTH = "/200/up";

/** Two clusters whose balancers hand the check on to their servers, of which one may be drained. */
async function start(drained: string[] = [], options: Parameters<typeof Layers.start>[0] = {}): Promise<Layers> {
  const healthCheck = new HealthCheck(newStack(), { path: HEALTH, interval: 1, timeout: 1 });
  return Layers.start({ ...options, pool: { healthCheck, ...options.pool }, drained });
}

/** Lets the check of all clusters fail, or pass again, at their servers. */
function checks(layers: Layers, status: number): void {
  layers.servers.forEach((server) => server.statuses.set(HEALTH, status));
}

const down = (layers: Layers): Promise<void> => becomes(layers, "clusters/host1 DOWN", "clusters/host2 DOWN");

let layers: Layers;
afterEach(() => layers?.stop());

/** The clusters that answer some requests, and with what. */
async function answers(method: string): Promise<{ statuses: number[]; clusters: string[] }> {
  const client = http1(layers.outerPort);
  const all = await Promise.all(Array.from({ length: 12 }, () => client.send(method, "/200/orders")));
  client.close();
  return {
    statuses: [...new Set(all.map(({ status }) => status))],
    clusters: [...new Set(all.map(({ server }) => (server ?? "").split("-")[0]!))].sort(),
  };
}

describe("when no cluster passes its check", () => {
  test.each(["GET", "POST"])(
    "%s is answered by those that can, and the check decides again when one passes",
    async (method) => {
      layers = await start();
      checks(layers, 503);
      await down(layers);
      expect(await answers(method)).toEqual({ statuses: [200], clusters: ["cluster0", "cluster1"] });
      layers.servers.slice(0, 2).forEach((server) => server.statuses.set(HEALTH, 200));
      await becomes(layers, "clusters/host1 UP", "clusters/host2 DOWN");
      expect(await answers(method)).toEqual({ statuses: [200], clusters: ["cluster0"] });
    },
  );

  test("one that takes no connections is left out, and when none does, the answer is 503", async () => {
    layers = await start();
    checks(layers, 503);
    await layers.inner[0]!.stop();
    await becomes(layers, "clusters_last_resort/host1 DOWN", "clusters/host1 DOWN", "clusters/host2 DOWN");
    expect(await answers("POST")).toEqual({ statuses: [200], clusters: ["cluster1"] });
    await layers.inner[1]!.stop();
    await becomes(layers, "clusters_last_resort/host2 DOWN");
    expect((await answers("POST")).statuses).toEqual([503]);
  });

  test("one that is declared drained gets none", async () => {
    layers = await start(["host1"]);
    checks(layers, 503);
    await becomes(layers, "clusters/host1 MAINT", "clusters/host2 DOWN");
    expect(await answers("POST")).toEqual({ statuses: [200], clusters: ["cluster1"] });
  });

  test("one that is drained by hand, as the page says, gets none", async () => {
    layers = await start();
    for (const backEnd of ["clusters", "clusters_last_resort"]) {
      await admin(layers, `set server ${backEnd}/host2 state drain`);
    }
    checks(layers, 503);
    await becomes(layers, "clusters/host1 DOWN");
    expect(await answers("POST")).toEqual({ statuses: [200], clusters: ["cluster0"] });
  });

  test("a client with a cookie stays with its cluster", async () => {
    layers = await start([], { pool: { stickyPaths: [{ path: "/200/basket", affinity: Affinity.COOKIE }] } });
    checks(layers, 503);
    await down(layers);
    const client = http1(layers.outerPort);
    const asked = (): Promise<string[]> =>
      Promise.all(
        Array.from({ length: 6 }, async () => {
          const { server } = await client.send("GET", "/200/basket", { headers: { cookie: "ZATOCLUSTER=host2" } });
          return server.split("-")[0]!;
        }),
      );
    expect(new Set(await asked())).toEqual(new Set(["cluster1"]));
    client.close();
  });

  test("over TLS it is the same", async () => {
    layers = await start([], { memberTls: true });
    checks(layers, 503);
    await down(layers);
    expect(await answers("POST")).toEqual({ statuses: [200], clusters: ["cluster0", "cluster1"] });
  });
});
