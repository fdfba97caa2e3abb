import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { ZatoRelease } from "../../lib/zato/release";
import { http1, type Client } from "./support/client";
import { Layers } from "./support/layers";

const run = promisify(execFile);

let layers: Layers;
let client: Client;
let serial = 0;

/** A path of its own for each request, so that its executions can be counted. */
const pathFor = (behaviour: string): string => `/${behaviour}/${++serial}`;

beforeAll(async () => {
  const manners = ZatoRelease.V4_1._behavior.httpManners({});
  layers = await Layers.start({ inner: { manners }, pool: manners });
  client = http1(layers.outerPort);
});

afterAll(async () => {
  client?.close();
  await layers?.stop();
});

/** Body and status that curl gets through both load balancers. */
async function curl(path: string, ...args: string[]): Promise<string> {
  const url = `http://127.0.0.1:${layers.outerPort}${path}`;
  return (await run("curl", ["-sS", "--max-time", "10", "-w", "%{http_code}", ...args, url])).stdout;
}

/** A file of so many bytes. */
function fileOf(bytes: number): string {
  const file = `${layers.folder}/${bytes}`;
  writeFileSync(file, Buffer.alloc(bytes));
  return `@${file}`;
}

describe("servers whose services' errors may end the connection", () => {
  test.each(["GET", "HEAD", "OPTIONS", "POST", "DELETE"])("get %s once when they do", async (method) => {
    const path = pathFor("close");
    expect((await client.send(method, path)).status).toBe(502);
    expect(layers.countOf(path)).toBe(1);
  });

  test("are never asked for again what they answered", async () => {
    const path = pathFor("503");
    expect((await client.send("GET", path)).status).toBe(503);
    expect(layers.countOf(path)).toBe(1);
  });
});

test("a request in chunks is answered in the place of servers that would close the connection", async () => {
  const path = pathFor("200");
  expect(await curl(path, "-H", "Transfer-Encoding: chunked", "-d", "{}")).toBe(
    "Zato takes no body in chunks; send it with its Content-Length\n411",
  );
  // AND one with a length beside them, which counts for nothing
  expect(await curl(path, "-H", "Transfer-Encoding: chunked", "-H", "Content-Length: 2", "-d", "{}")).toMatch(/411$/);
  expect(layers.countOf(path)).toBe(0);
});

test("a body that is too large for servers is answered in their place, and one that just fits goes on", async () => {
  const path = pathFor("200");
  expect(await curl(path, "-H", "Expect:", "--data-binary", fileOf(8_372_225))).toBe(
    "Zato takes no body of more than 8372224 bytes\n413",
  );
  expect(layers.countOf(path)).toBe(0);
  expect(await curl(path, "-H", "Expect:", "--data-binary", fileOf(8_372_224))).toMatch(/200$/);
  expect(layers.countOf(path)).toBe(1);
});
