import fc from "fast-check";
import { connect } from "node:net";
import { Affinity } from "../../lib/content";
import { anyCodePoint } from "../support/arbitraries";
import { Layers } from "./support/layers";

/** Sends a request target as it is; gives the status. */
function statusOf(port: number, target: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`, "latin1")); // prettier-ignore
    let text = "";
    socket.on("data", (chunk) => (text += chunk.toString("latin1")));
    socket.on("end", () => resolve(Number(text.split(" ")[1] ?? 0)));
    socket.on("error", reject);
  });
}

let layers: Layers;

const OPEN = ["/zato/jwt/", "/zato/pubsub"];
const STICKY = ["/a%20b", "/quotes'\"", "/hash#", "/back\\slash", "/caf%C3%A9/", "/%ff", "/100%", "/$HOME`x`", "/{x}"];

beforeAll(async () => {
  layers = await Layers.start({
    outer: { openPaths: OPEN },
    inner: { openPaths: OPEN, forwarded: undefined },
    pool: { stickyPaths: STICKY.map((path) => ({ path, affinity: Affinity.COOKIE })) },
  });
});

afterAll(() => layers?.stop());

const both = (): number[] => [layers.outerPort, layers.innerPorts[0]!];

test.each([
  "/zato/jwt/../admin/invoke",
  "/zato/jwt/../zato/admin/invoke",
  "/zato/jwt/../../zato/admin/invoke",
  "/zato/jwt/%2e%2e/admin/invoke",
  "/zato/jwt/%2E./admin/invoke",
  "/zato/jwt%2f..%2fadmin/invoke",
  "/zato/jwt/%252e%252e/admin/invoke",
  "/zato/jwt/..",
  "/zato/jwt/./x",
  "/./zato/admin/invoke",
  "/x/../zato/admin/invoke",
  "/.",
  "/..",
])("a path with dot segments, %s, is refused before anything else", async (path) => {
  expect(await Promise.all(both().map((port) => statusOf(port, path)))).toEqual([400, 400]);
});

test.each([
  ["/zato/jwt/log-in", 200],
  ["/zato/jwt/.well-known", 200],
  ["/zato/jwt/..a/b..", 200],
  ["/200/1.2/x", 200],
  ["/zato/admin/invoke", 403],
  ["//zato/admin/invoke", 403],
  ["/x//zato/admin/invoke", 403],
  ["/%7Aato/admin", 403],
])("%s: %i", async (path, status) => {
  expect(await statusOf(layers.outerPort, path)).toBe(status);
});

test("a path for which clients come back to their cluster is found however it is written", async () => {
  const cookieFor = (target: string): Promise<boolean> =>
    new Promise((resolve, reject) => {
      const socket = connect(layers.outerPort, "127.0.0.1", () => socket.write(Buffer.from(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`))); // prettier-ignore
      let text = "";
      socket.on("data", (chunk) => (text += chunk.toString("latin1")));
      socket.on("end", () => resolve(/set-cookie: ZATOCLUSTER/i.test(text)));
      socket.on("error", reject);
    });
  for (const target of [
    "/a%20b",
    "/a%20b/c",
    "/%61%20b",
    "/quotes'%22",
    "/hash%23",
    "/back%5Cslash",
    "/caf%C3%A9/x",
    "/%ff1",
    "/100%25",
    "/%24HOME%60x%60",
    "/%7Bx%7D",
  ]) {
    expect([target, await cookieFor(target)]).toEqual([target, true]);
  }
  for (const target of ["/a+b", "/ab", "/100"]) {
    expect([target, await cookieFor(target)]).toEqual([target, false]);
  }
});

test("no beginning of a path keeps HAProxy from starting", async () => {
  const path = fc
    .string({ unit: anyCodePoint, minLength: 0, maxLength: 20 })
    .map((text) => `/${text.replaceAll("\0", "")}`);
  const sample = fc.sample(path, 200);
  const own = await Layers.start({
    clusters: 1,
    pool: { stickyPaths: sample.map((one) => ({ path: one, affinity: Affinity.COOKIE })) },
  });
  expect(await statusOf(own.outerPort, "/200/x")).toBe(200);
  await own.stop();
});
