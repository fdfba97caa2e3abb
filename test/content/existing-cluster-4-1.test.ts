import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pythonScripts, temporaryFolder } from "../support/bash";
import { CommandResult } from "./support/admin-api";
import { Odb41, Server41 } from "./support/server-4-1";

const folder = temporaryFolder();
const SCRIPTS = pythonScripts("zato-4");

let odb: Odb41;
let first: Server41;
let second: Server41;

beforeEach(async () => {
  odb = new Odb41();
  [first, second] = [new Server41(SCRIPTS, odb), new Server41(SCRIPTS, odb)];
  await Promise.all([first.start(), second.start()]);
  odb.rows["zato.server"] = [
    { id: 1, name: "server1", up_status: "running", bind_host: "0.0.0.0", bind_port: portOf(first) },
    { id: 2, name: "server2", up_status: "running", bind_host: "0.0.0.0", bind_port: portOf(second) },
    { id: 3, name: "gone", up_status: "clean-down" },
  ];
  odb.rows["zato.service"] = [
    { id: 7, name: "legacy", is_internal: false },
    { id: 8, name: "orders", is_internal: false },
    { id: 9, name: "demo.echo", is_internal: false },
  ];
  for (const name of ["server1", "server2"]) {
    runs(name, "legacy", "a");
    runs(name, "orders", "a", join(folder(), name, "cdktf-zato/orders.py"));
    runs(name, "demo.echo", `of ${name}`);
  }
});

afterEach(() => Promise.all([first.stop(), second.stop()]));

const portOf = ({ address }: Server41): number => Number(address.split(":")[1]);

/** Has a server run a service from a file, in the folder of the owner's unless it is said otherwise. */
function runs(server: string, service: string, source: string, path = join(folder(), `${server},${service}.py`)): void {
  odb.deployments.push({ server_name: server, service_name: service, fs_location: path });
  if (!path.includes("/cdktf-zato/")) {
    writeFileSync(path, source);
  }
}

/** Asks whether content may be brought to the cluster, of which services are declared. */
function requireFit(declared: Record<string, string> = {}, password = "pass:word é"): Promise<CommandResult> {
  writeFileSync(join(folder(), "password"), password);
  writeFileSync(join(folder(), "expected"), JSON.stringify({ objects: {}, services: declared }));
  writeFileSync(join(folder(), "owned"), "");
  const files = ["expected", "owned"].map((name) => join(folder(), name));
  const words = [...files, "/zato/ping", "cdktf-zato", `http://${second.address}`];
  return first.run(join(folder(), "password"), "require-fit", ...words);
}

test("a cluster of 4.1 is fit whose servers are Zato's, let us in, and run the same, but for demonstrations of each", async () => {
  expect(await requireFit({ orders: "b" })).toEqual({ status: 0, stdout: "", stderr: "" });
});

test.each<[string, () => void, string]>([
  ["another program's page", () => (second.health = "<html>"), "is no server of Zato; see which port"],
  ["the page of a server of 3.3", () => (second.health = '{"pong":"zato"}'), "is no server of Zato"],
  [
    "an admin API that nobody may reach",
    () => (second.failures["demo.ping"] = { status: 404, body: "" }),
    "it answers 404; put its channel /zato/api/invoke/ back",
  ],
  [
    "servers that run different code",
    () => writeFileSync(join(folder(), "server2,legacy.py"), "b"),
    "the servers of the cluster run different code of legacy; deploy it to all of them",
  ],
  [
    "a service that one of them has not",
    () => odb.deployments.splice(0, 1),
    "the servers of the cluster run different code of legacy",
  ],
  [
    "a server that has loaded something else than what is in its file",
    () => [first, second].forEach((server, index) => (server.loaded = { "cdktf-zato.inventory": "x", legacy: `loaded ${index}` })), // prettier-ignore
    "the servers of the cluster run different code of legacy",
  ],
  [
    "a third server that runs",
    () => odb.rows["zato.server"]!.push({ id: 4, name: "server3", up_status: "running" }),
    "the cluster has 3 servers that run",
  ],
])("%s makes it unfit", async (_, spoil, message) => {
  spoil();
  expect(await requireFit()).toMatchObject({ status: 1, stderr: expect.stringContaining(message) as string });
});

test("a wrong password makes it unfit", async () => {
  expect((await requireFit({}, "wrong")).stderr).toContain("refuses the password of admin.invoke");
});

test("a declared service that comes from a file of the owner's is refused, unless it is the same", async () => {
  const path = join(folder(), "server1,legacy.py");
  expect((await requireFit({ legacy: "b" })).stderr).toContain(
    `the service legacy comes from ${path}, which the servers read again at each start`,
  );
  const same = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb";
  expect(await requireFit({ legacy: same })).toEqual({ status: 0, stdout: "", stderr: "" });
});
