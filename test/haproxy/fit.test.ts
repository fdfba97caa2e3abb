import { readFileSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import path from "node:path";
import { Affinity } from "../../lib/content";
import { HealthCheck } from "../../lib/load-balancing";
import { bash, HOST_SCRIPTS } from "../support/bash";
import { newStack } from "../support/stack";
import { admin, becomes as become } from "./support/admin";
import { http1 } from "./support/client";
import { Layers } from "./support/layers";

const SERVICE = "/200/fit";

let layers: Layers;

/** A balancer that checks a service in each of the clusters, and sends clients back to theirs by a cookie below `/basket`. */
const start = (memberTls = false): Promise<Layers> =>
  Layers.start({
    memberTls,
    pool: {
      healthCheck: new HealthCheck(newStack(), { interval: 1, timeout: 1, servicePath: SERVICE }),
      stickyPaths: [{ path: "/basket", affinity: Affinity.COOKIE }],
    },
  });

beforeAll(async () => {
  layers = await start();
});

afterAll(() => layers?.stop());

/** Lets the service of some clusters answer 200, and that of all others 500. */
function fit(...clusters: number[]): void {
  layers.servers.forEach((server, index) =>
    server.statuses.set(SERVICE, clusters.includes(Math.floor(index / 2)) ? 200 : 500),
  );
}

const becomes = (...expected: string[]): Promise<void> => become(layers, ...expected);

/** The clusters that answer some requests of a method. */
async function answering(method: string, path = "/200/orders"): Promise<string[]> {
  const client = http1(layers.outerPort);
  const answers = await Promise.all(Array.from({ length: 12 }, () => client.send(method, path)));
  client.close();
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  return [...new Set(answers.map(({ server }) => server.split("-")[0]!))].sort();
}

/** What `status` is told of the balancer. */
async function facts(): Promise<string> {
  const stat = path.join(layers.folder, "stat");
  writeFileSync(stat, await admin(layers, "show stat"));
  const [code] = /^haproxy_facts\(\) \{[\s\S]*?^\}/m.exec(readFileSync(path.join(HOST_SCRIPTS, "status.sh"), "utf8"))!;
  const program = `haproxy_admin() { cat "$1"; }
    fact() { printf '%s\\t%s\\t%s\\n' "$@"; }
    ${code}
    declare -A known=([edge/socket]=$1 [edge/back_end]=clusters [edge/answering_back_end]=clusters_ping [edge/last_back_end]=clusters_last_resort)
    work=$2 name=edge
    haproxy_facts`;
  return bash(program, [stat, layers.folder]).stdout;
}

test.each(["GET", "POST"])("%s goes to all clusters that pass both checks", async (method) => {
  fit(0, 1);
  await becomes("clusters/host1 UP", "clusters/host2 UP");
  expect(await answering(method)).toEqual(["cluster0", "cluster1"]);
});

test("a cluster that answers, and whose service does not, gets no request while another one passes", async () => {
  fit(1);
  await becomes("clusters/host1 DOWN", "clusters_ping/host1 UP", "clusters/host2 UP");
  for (const method of ["GET", "POST"]) {
    expect([method, await answering(method)]).toEqual([method, ["cluster1"]]);
  }
  expect(await facts()).toMatch(/^edge\tmember\thost1 UNFIT 0 \d+$/m);
  expect(await facts()).toMatch(/^edge\tmember\thost2 UP 0 \d+$/m);
});

test("when no service passes, all clusters that answer get requests", async () => {
  fit();
  await becomes("clusters/host1 DOWN", "clusters/host2 DOWN", "clusters_ping/host1 UP", "clusters_ping/host2 UP");
  for (const method of ["GET", "POST"]) {
    expect([method, await answering(method)]).toEqual([method, ["cluster0", "cluster1"]]);
  }
  expect((await facts()).match(/host\d \w+/g)).toEqual(expect.arrayContaining(["host1 UNFIT_ALL", "host2 UNFIT_ALL"]));
});

test("and one that does not answer gets none even then", async () => {
  fit();
  await layers.inner[0]!.stop();
  await becomes("clusters_ping/host1 DOWN");
  for (const method of ["GET", "POST"]) {
    expect([method, await answering(method)]).toEqual([method, ["cluster1"]]);
  }
  expect(await facts()).toMatch(/host1 DOWN/);
  await layers.inner[0]!.restart(layers.innerPorts[0]!);
  await becomes("clusters_ping/host1 UP");
});

test("a client with a cookie leaves a cluster that fails its check, and not when all do", async () => {
  fit(0, 1);
  await becomes("clusters/host1 UP", "clusters/host2 UP");
  const asked = (cookie?: string): Promise<{ server: string; cookie?: string }> =>
    new Promise((resolve, reject) =>
      request(
        { port: layers.outerPort, host: "127.0.0.1", path: "/basket", headers: cookie ? { cookie } : {} },
        (answer) => {
          answer.resume();
          const [set] = answer.headers["set-cookie"] ?? [];
          answer.on("end", () =>
            resolve({
              server: String(answer.headers["x-server"]).split("-")[0]!,
              cookie: set?.split(";")[0] ?? cookie,
            }),
          );
        },
      )
        .on("error", reject)
        .end(),
    );
  const first = await asked();
  const [own, other] = first.server === "cluster0" ? [0, 1] : [1, 0];
  expect((await asked(first.cookie)).server).toBe(`cluster${own}`);

  fit(other);
  await becomes(`clusters/host${own + 1} DOWN`);
  const moved = await asked(first.cookie);
  expect(moved.server).toBe(`cluster${other}`);

  fit();
  await becomes("clusters/host1 DOWN", "clusters/host2 DOWN");
  const kept = await Promise.all(Array.from({ length: 6 }, () => asked(moved.cookie)));
  expect(new Set(kept.map(({ server }) => server))).toEqual(new Set([`cluster${other}`]));
});

test("a cluster that is drained by hand, as the page says, gets none, whatever the checks find", async () => {
  const setState = async (state: string): Promise<void> => {
    for (const backEnd of ["clusters", "clusters_ping", "clusters_last_resort"]) {
      await admin(layers, `set server ${backEnd}/host1 state ${state}`);
    }
  };
  await setState("drain");
  for (const clusters of [[0, 1], []]) {
    fit(...clusters);
    await becomes(`clusters/host2 ${clusters.length > 0 ? "UP" : "DOWN"}`);
    expect([clusters, await answering("POST")]).toEqual([clusters, ["cluster1"]]);
  }
  await setState("ready");
});

test("over TLS both checks are made as requests are", async () => {
  const plain = layers;
  layers = await start(true);
  try {
    fit(1);
    await becomes("clusters/host1 DOWN", "clusters_ping/host1 UP", "clusters/host2 UP");
    expect(await answering("GET")).toEqual(["cluster1"]);
  } finally {
    await layers.stop();
    layers = plain;
  }
});
