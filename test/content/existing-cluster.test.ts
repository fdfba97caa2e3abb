import { writeFileSync } from "node:fs";
import { createServer, Server } from "node:net";
import { AddressInfo } from "node:net";
import { join } from "node:path";
import { temporaryFolder } from "../support/bash";
import { AdminApi, CommandResult } from "./support/admin-api";

const folder = temporaryFolder();

let first: AdminApi;
let second: AdminApi;
const others: Server[] = [];

beforeEach(async () => {
  [first, second] = [new AdminApi(), new AdminApi()];
  await Promise.all([first.start(), second.start()]);
  for (const api of [first, second]) {
    api.rows["zato.server"] = [
      { id: 1, name: "server1", up_status: "running", bind_host: "0.0.0.0", bind_port: 17010 },
      { id: 2, name: "server2", up_status: "running", bind_host: "0.0.0.0", bind_port: 17011 },
      { id: 3, name: "server3", up_status: "clean-down" },
    ];
    api.rows["zato.service"] = [
      { id: 7, name: "legacy", is_internal: false },
      { id: 8, name: "orders", is_internal: false },
      { id: 9, name: "zato.ping", is_internal: true },
    ];
    runs(api, "legacy", "a");
    runs(api, "orders", "a");
  }
});

afterEach(async () => {
  await Promise.all([first.stop(), second.stop()]);
  others.splice(0).forEach((server) => server.close());
});

function runs(
  api: AdminApi,
  name: string,
  hash: string,
  path = `/env/server/work/hot-deploy/current/${name}.py`,
): void {
  api.answers[`zato.service.get-source-info ${name}`] = { source_hash: hash, source_path: path };
}

function run(command: string, ...words: string[]): Promise<CommandResult> {
  writeFileSync(join(folder(), "password"), "secret");
  return first.run(join(folder(), "password"), command, ...words);
}

/** Asks whether content may be brought to the cluster, of which services are declared, and others were once. */
function requireFit(
  declared: Record<string, string> = {},
  owned: readonly string[] = [],
  urls: readonly string[] = [second.url],
): Promise<CommandResult> {
  writeFileSync(join(folder(), "expected"), JSON.stringify({ objects: {}, services: declared }));
  writeFileSync(join(folder(), "owned"), owned.map((key) => `${key}\n`).join(""));
  return run(
    "require-fit",
    join(folder(), "expected"),
    join(folder(), "owned"),
    "/zato/ping",
    "work/hot-deploy",
    ...urls,
  );
}

test("a cluster is fit though each server has a demonstration of its own, as Zato 3.3 writes it", async () => {
  for (const [api, hash] of [
    [first, "a"],
    [second, "b"],
  ] as const) {
    api.rows["zato.service"] = [...api.rows["zato.service"]!, { id: 99, name: "demo.my-service", is_internal: false }];
    runs(api, "demo.my-service", hash);
  }
  expect(await requireFit()).toEqual({ status: 0, stdout: "", stderr: "" });
});

test("a cluster is fit whose servers are Zato's, let us in, and run the same", async () => {
  expect(await requireFit()).toEqual({ status: 0, stdout: "", stderr: "" });
  expect(second.invocations.map(({ service }) => service)).toContain("zato.ping");
});

test.each<[string, () => void, string]>([
  [
    "a wrong password",
    () => (second.failures["zato.ping"] = { status: 401, body: "" }),
    "refuses the password of admin.invoke; give the one that it has now",
  ],
  [
    "an admin API that nobody may reach",
    () => (second.failures["zato.ping"] = { status: 403, body: "" }),
    "nobody may reach the admin API of the server at",
  ],
  [
    "another program's page",
    () => (second.pages["/zato/ping"] = { status: 200, body: "<html>" }),
    "is no server of Zato",
  ],
  ["another program's data", () => (second.pages["/zato/ping"] = { status: 200, body: "[1]" }), "is no server of Zato"],
  ["a page that is missing", () => delete second.pages["/zato/ping"], "is no server of Zato"],
  [
    "servers that run different code",
    () => runs(second, "legacy", "b"),
    "the servers of the cluster run different code of legacy; deploy it to all of them",
  ],
  [
    "a service that one of them has not",
    () => (second.failures["zato.service.get-source-info"] = { status: 500, body: "" }),
    "different code of legacy, orders",
  ],
])("%s makes it unfit", async (_, spoil, message) => {
  spoil();
  const { status, stderr } = await requireFit();
  expect([status, stderr]).toEqual([1, expect.stringContaining(message)]);
});

test("a port behind which something else is makes it unfit, and one behind which nothing is", async () => {
  const other = createServer((socket) => socket.end("SSH-2.0-OpenSSH_9.2\r\n")).listen(0, "127.0.0.1");
  others.push(other);
  await new Promise((resolve) => other.once("listening", resolve));
  const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  expect((await requireFit({}, [], [url])).stderr).toContain(`what answers at ${url} is no server of Zato`);
  expect((await requireFit({}, [], ["http://127.0.0.1:9"])).stderr).toMatch(
    /127.0.0.1:9 does not answer \(.*\); start it/,
  );
});

test("a server that runs and is not declared makes it unfit", async () => {
  expect((await requireFit({}, [], [])).stderr).toContain(
    "the cluster has 2 servers that run (server1 at 0.0.0.0:17010, server2 at 0.0.0.0:17011), and the folders of 1 are declared",
  );
});

test("services that are declared, or once were, may differ between servers: a deploy may have been cut off", async () => {
  runs(second, "legacy", "b");
  runs(second, "orders", "b");
  expect((await requireFit({ legacy: "c" }, ["service/orders", "basic_auth/A"])).status).toBe(0);
});

test("a declared service that comes from a folder of the owner's is refused, unless it is the same", async () => {
  for (const api of [first, second]) {
    runs(api, "orders", "a", "/opt/hot-deploy/services/orders.py");
  }
  expect((await requireFit({ orders: "b" })).stderr).toContain(
    "the service orders comes from /opt/hot-deploy/services/orders.py, which the servers read again at each start",
  );
  expect((await requireFit({ orders: "a" })).status).toBe(0);
});

test("files of services are uploaded by their names, byte for byte", async () => {
  const file = join(folder(), "copy,of,orders.py");
  writeFileSync(file, "# é\r\n");
  expect(await run("upload", "orders.py", file)).toEqual({ status: 0, stdout: "uploaded orders.py\n", stderr: "" });
  expect(first.invocations).toMatchObject([
    {
      service: "zato.service.upload-package",
      request: { cluster_id: 1, payload: Buffer.from("# é\r\n").toString("base64"), payload_name: "orders.py" },
    },
  ]);
});
