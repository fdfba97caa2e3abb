import { Affinity } from "../../lib/content";
import { HealthCheck } from "../../lib/load-balancing";
import { newStack } from "../support/stack";
import { bash, HOST_SCRIPTS } from "../support/bash";
import { admin, becomes } from "./support/admin";
import { http1 } from "./support/client";
import { Layers } from "./support/layers";

/** As `socat` does it, which not every machine has. */
const ADMIN = `haproxy_admin() {
  node -e 'const s = require("net").connect(process.argv[1], () => s.write(process.argv[2] + "\\n")); s.pipe(process.stdout)' "$1" "$2"
}`;

let layers: Layers;

beforeAll(async () => {
  layers = await Layers.start({
    drained: ["host3"],
    clusters: 3,
    pool: {
      healthCheck: new HealthCheck(newStack(), { interval: 1, timeout: 1, servicePath: "/200/health" }),
      stickyPaths: [{ path: "/200/basket", affinity: Affinity.COOKIE }],
    },
  });
  await becomes(layers, "clusters/host1 UP", "clusters/host2 UP", "clusters/host3 MAINT");
});

afterAll(() => layers.stop());

/** What `verify` finds, or a deploy does, with the functions of the host. */
function onHost(program: string): string[] {
  const { stdout, stderr, status } = bash(
    `. "$1/lib/haproxy.sh"; ${ADMIN}; found() { echo "$1"; }; ${program} "$2" clusters`,
    [HOST_SCRIPTS, `${layers.folder}/outer.sock`],
  );
  expect([stderr, status]).toEqual(["", 0]);
  return stdout.split("\n").filter(Boolean);
}

const verify = (): string[] => onHost("check_in_rotation");

/** The clusters that POSTs come to. */
async function askedBy(path: string): Promise<string[]> {
  const answers = await Promise.all(Array.from({ length: 8 }, () => http1(layers.outerPort).send("POST", path)));
  return [...new Set(answers.map(({ status, server }) => `${status} ${server.split("-")[0]}`))].sort();
}

test("GIVEN that nobody has changed anything, THEN there is nothing to say, and nothing to undo", () => {
  expect(verify()).toEqual([]);
  expect(onHost("haproxy_undo")).toEqual([]);
});

test.each([
  ["set server clusters_once/host1 state maint", "clusters_once/host1 gets no requests: it was taken out"],
  ["set server clusters_cookie_once/host1 state drain", "clusters_cookie_once/host1 gets no requests: it was"],
  ["set server clusters_last_resort/host1 state maint", "clusters_last_resort/host1 gets no requests: it was"],
  ["set server clusters/host1.unfit state maint", "clusters/host1.unfit gets no requests: it was taken out"],
  ["set server clusters_ping/host3 state ready", "clusters_ping/host3 gets requests: it is declared drained"],
  ["set server clusters/host3 state ready", "clusters/host3 gets requests: it is declared drained"],
  ["set server clusters_once/host3 state maint", "clusters_once/host3 gets no requests: it was taken out"],
  ["set weight clusters/host1 0", "clusters/host1 gets another share of the requests than declared, or none"],
  ["set server clusters_once/host1 weight 0%", "clusters_once/host1 gets another share of the requests"],
  ["disable health clusters/host1", "clusters/host1 is not checked: its health check was disabled by hand"],
])("WHEN somebody says '%s', THEN it is found, and undone by a deploy", async (command, finding) => {
  await admin(layers, command);
  expect(verify()).toEqual([expect.stringContaining(finding)]);
  onHost("haproxy_undo");
  expect(verify()).toEqual([]);
  await becomes(layers, "clusters/host1 UP", "clusters/host3 MAINT");
  expect(await askedBy("/200/1")).toEqual(["200 cluster0", "200 cluster1"]);
});

test("WHEN a cluster is drained as the page says, THEN all of it is found, and undone", async () => {
  for (const backEnd of ["clusters", "clusters_last_resort", "clusters_ping"]) {
    await admin(layers, `set server ${backEnd}/host1 state drain`);
  }
  expect(await askedBy("/200/1")).toEqual(["200 cluster1"]);
  expect(verify().map((one) => one.split(" ")[0])).toEqual([
    "clusters/host1",
    "clusters_last_resort/host1",
    "clusters_ping/host1",
  ]);
  onHost("haproxy_undo");
  expect(verify()).toEqual([]);
  expect(await askedBy("/200/1")).toContain("200 cluster0");
});
