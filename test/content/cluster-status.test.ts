import { spawn } from "node:child_process";
import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { type AddressInfo, createServer, type Server } from "node:net";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { PYTHON_SCRIPTS, temporaryFolder } from "../support/bash";
import { AdminApi } from "./support/admin-api";

const folder = temporaryFolder();
const api = new AdminApi();
const servers: (Server | HttpServer)[] = [];

const INVENTORY = "cdktf-zato.inventory";

beforeEach(async () => {
  await api.start();
  api.workers = [{}];
  for (const name of Object.keys(api.failures)) {
    delete api.failures[name];
  }
  writeFileSync(join(folder(), "password"), "secret");
  writeFileSync(join(folder(), "services"), "orders abc\npartner def\n");
});

afterEach(async () => {
  await api.stop();
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

/** What is said to questions, by fact; as the host runs it, isolated. */
function ask(...questions: string[][]): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const child = spawn("/usr/bin/python3", ["-I", "-B", join(PYTHON_SCRIPTS, "cluster_status.py")], {
      env: { ...process.env, http_proxy: "http://127.0.0.1:9" },
    });
    let said = "";
    let complaints = "";
    child.stdout.on("data", (data: Buffer) => (said += data.toString()));
    child.stderr.on("data", (data: Buffer) => (complaints += data.toString()));
    child.on("error", reject);
    child.on("close", (status) => {
      expect([status, complaints]).toEqual([0, ""]);
      resolve(said.split("\n").slice(0, -1));
    });
    child.stdin.end(questions.map((question) => `${question.join("\t")}\n`).join(""));
  });
}

const baseline = (): string => join(folder(), "baseline");

const askServer = (services = "services"): Promise<string[]> =>
  ask(["server", "s", api.address, join(folder(), "password"), services && join(folder(), services), baseline()]);

/** Listens on a socket, and says something to whoever asks. */
async function socketThat(says: (asked: string) => string | undefined): Promise<string> {
  const path = join(folder(), "socket");
  const server = createServer((connection) => {
    connection.on("error", () => undefined);
    connection.on("data", (data: Buffer) => {
      const said = says(data.toString());
      if (said !== undefined) {
        connection.end(said);
      }
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return path;
}

const row = (pool: string, member: string, requests: string, state: string): string => {
  const fields = Array<string>(20).fill("");
  [fields[0], fields[1], fields[4], fields[17]] = [pool, member, requests, state];
  return `${fields.join(",")}\n`;
};

describe("a server", () => {
  test.each(["list", "list of texts", "by process"] as const)(
    "tells its workers, and what all have loaded: %s",
    async (shape) => {
      api.shape = shape;
      const all = { orders: "abc", partner: "def", "zato.ping": "x", [INVENTORY]: "y" };
      api.workers = [all, { ...all, "zato.ping": "other" }];
      const said = await askServer();
      expect(said).toEqual(["s\tworkers\t2", "s\tservices\t2 2", expect.stringMatching(/^s\tcode\t[0-9a-f]{64}$/)]);
      api.shape = "list";
    },
  );

  test("lacks what one of its workers has not loaded, or in other code", async () => {
    api.workers = [
      { orders: "abc", partner: "def" },
      { orders: "old", partner: "def" },
    ];
    expect((await askServer()).slice(0, 3)).toEqual(["s\tworkers\t2", "s\tservices\t1 2", "s\tmissing\torders"]);
  });

  test("has the same code as another one where all services but Zato's own are the same", async () => {
    const codeOf = async (loaded: Record<string, string>): Promise<string> => {
      api.workers = [loaded];
      return (await askServer()).at(-1)!;
    };
    const code = await codeOf({ orders: "abc", partner: "def" });
    expect(await codeOf({ partner: "def", "zato.x": "1", orders: "abc", [INVENTORY]: "2" })).toBe(code);
    expect(await codeOf({ orders: "abc", partner: "def", more: "1" })).not.toBe(code);
  });

  test("has the same code whatever came with Zato, unless that is declared", async () => {
    const codeOf = async (loaded: Record<string, string>): Promise<string> => {
      api.workers = [{ orders: "abc", partner: "def", ...loaded }];
      return (await askServer()).at(-1)!;
    };
    const code = await codeOf({ "demo.my-service": "source with the path of server1" });
    expect(await codeOf({ "demo.my-service": "source with the path of server2" })).not.toBe(code);

    // GIVEN
    writeFileSync(baseline(), JSON.stringify(["channel_rest/a", "service/demo.my-service", "service/orders"]));

    // THEN
    const known = await codeOf({ "demo.my-service": "source with the path of server1" });
    expect(await codeOf({ "demo.my-service": "source with the path of server2" })).toBe(known);
    expect(await codeOf({ orders: "other" })).not.toBe(known);
    expect(await codeOf({ more: "1" })).not.toBe(known);
  });

  test("without its services still tells its workers", async () => {
    api.failures[INVENTORY] = { status: 400, body: "no such service" };
    api.workers = [{}, {}, {}];
    expect((await askServer()).slice(0, 3)).toEqual([
      "s\tworkers\t3",
      "s\tservices\t0 2",
      "s\tmissing\torders partner",
    ]);
  });

  test("of a cluster without content is asked for its workers alone", async () => {
    api.workers = [{ orders: "abc" }, {}];
    expect(await askServer("")).toEqual(["s\tworkers\t2"]);
  });

  test("that answers nonsense, an error, or nothing has no workers", async () => {
    api.workers = [];
    expect((await askServer())[0]).toBe("s\tworkers\t0");
    api.failures[INVENTORY] = { status: 500, body: "" };
    api.failures["zato.ping"] = { status: 200, body: '{"response": "bm9uc2Vuc2U="}' };
    expect(await askServer()).toEqual(["s\tworkers\t0"]);
    expect(await ask(["server", "s", "127.0.0.1:9", join(folder(), "password"), ""])).toEqual(["s\tworkers\t0"]);
  });

  test("that names services so that they look like facts of others breaks no line", async () => {
    writeFileSync(join(folder(), "services"), "a\u000bb c\n");
    api.workers = [{}];
    expect(await askServer()).toHaveLength(4);
  });
});

describe("the place of a server in its load-balancer", () => {
  test("is its state, and its requests in both back ends", async () => {
    const stat =
      row("bck", "s1", "2", "DOWN 1/2") + row("bck_once", "s1", "3", "no check") + row("bck", "s2", "9", "UP");
    const path = await socketThat((asked) => (asked === "show stat\n" ? stat : ""));
    expect(await ask(["rotation", "s", path, "bck/s1", "bck_once"])).toEqual(["s\trotation\tDOWN 5"]);
  });

  test.each([
    ["bck_once", "MAINT", "1", "MAINT"],
    ["bck_once", "UP", "0", "DRAIN"],
    ["bck_once", "UP", "1", "UP"],
    ["other", "MAINT", "1", "UP"],
  ])("tells that somebody has taken it out in %s alone (%s, weight %s): %s", async (backEnd, state, weight, told) => {
    const weighed = row(backEnd, "s1", "0", state).trimEnd().split(",");
    weighed[18] = weight;
    const path = await socketThat(() => row("bck", "s1", "2", "UP") + `${weighed.join(",")}\n`);
    const [said] = await ask(["rotation", "s", path, "bck/s1", "bck_once"]);
    expect(said).toMatch(new RegExp(`^s\trotation\t${told} `));
  });

  test.each([
    ["nothing of it", "x\n"],
    ["no numbers", row("bck", "s1", "a[$(touch x)]", "$(touch x)")],
    ["no text", "\u00ff\u0000,,\n"],
  ])("is unknown where the socket says %s", async (_, said) => {
    const path = await socketThat(() => said);
    expect(await ask(["rotation", "s", path, "bck/s1", "bck_once"])).toEqual(["s\trotation\tunknown 0"]);
  });

  test("is unknown where the socket never ends, and others are told meanwhile", async () => {
    api.workers = [{}];
    const path = await socketThat(() => undefined);
    expect(
      await ask(
        ["rotation", "s", path, "bck/s1", "bck_once"],
        ["server", "t", api.address, join(folder(), "password"), "", baseline()],
      ),
    ).toEqual(["s\trotation\tunknown 0", "t\tworkers\t1"]);
    expect(await ask(["rotation", "s", join(folder(), "nowhere"), "bck/s1", "bck_once"])).toEqual([
      "s\trotation\tunknown 0",
    ]);
  });
});

describe("a URL", () => {
  test.each([
    [200, "yes"],
    [503, "no"],
    [204, "no"],
  ])("that answers with %d: %s", async (status, answers) => {
    const server = createHttpServer((_, response) => response.writeHead(status).end());
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    expect(await ask(["url", "u", `http://127.0.0.1:${port}/`])).toEqual([`u\tanswers\t${answers}`]);
  });

  test("that nobody listens on does not answer", async () => {
    expect(await ask(["url", "u", "http://127.0.0.1:9/"])).toEqual(["u\tanswers\tno"]);
  });
});
