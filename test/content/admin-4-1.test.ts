import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pythonScripts, temporaryFolder } from "../support/bash";
import { CommandResult } from "./support/admin-api";
import { Server41 } from "./support/server-4-1";

const folder = temporaryFolder();
const SCRIPTS = pythonScripts("zato-4");

const A = "a".repeat(64);
const B = "b".repeat(64);
const NO_BASELINE = "/nowhere/baseline.json";

let server: Server41;

beforeEach(async () => {
  server = await new Server41(SCRIPTS).start();
});

afterEach(() => server.stop());

function fileOf(name: string, content: string): string {
  writeFileSync(join(folder(), name), content);
  return join(folder(), name);
}

/** Runs a command; a list stands for a file with these lines, an object for a file of JSON. */
function admin(command: string, ...args: (string | readonly string[] | object)[]): Promise<CommandResult> {
  const words = args.map((arg, index) =>
    typeof arg === "string"
      ? arg
      : fileOf(`argument${index}`, Array.isArray(arg) ? arg.map((line) => `${line}\n`).join("") : JSON.stringify(arg)),
  );
  return server.run(fileOf("password", "pass:word é"), command, ...words);
}

test("a server of one process answers for itself, past any proxy, without anything around what it says", async () => {
  expect(await admin("count-workers")).toEqual({ status: 0, stdout: "1\n", stderr: "" });
});

test.each([
  [401, "no"],
  [500, "Traceback"],
])("an error names command, status %s and what the server says", async (status, body) => {
  server.failures["zato.http-soap.get-list"] = { status, body };
  expect(await admin("report", { objects: {}, services: {} }, NO_BASELINE)).toMatchObject({
    status: 1,
    stderr: `report: the server answered ${status}: ${body}\n`,
  });
});

describe("services", () => {
  const FILE = "/opt/zato/env/a/hot-deploy/orders.py";

  beforeEach(() => {
    server.loaded = { "cdktf-zato.inventory": A, "orders.list": A };
  });

  test("are live when the server has loaded the code that is declared", async () => {
    expect(await admin("services", [`orders.list ${A}`], "1")).toMatchObject({ status: 0 });
    expect(await admin("services", [`orders.list ${B}`, `orders.new ${B}`], "1")).toMatchObject({
      status: 1,
      stderr: "orders.list has other code than declared\norders.new is not deployed\n",
    });
  });

  test("are not while what tells of them is not there", async () => {
    server.loaded = {};
    expect(await admin("services", [`orders.list ${A}`], "1")).toMatchObject({ status: 1 });
  });

  test("come by the absolute path of their file, and its content", async () => {
    server.files[join(folder(), "orders.py")] = { "orders.list": B };
    const file = fileOf("orders.py", "VERSION = 'é'\n");
    expect(await admin("upload", file, file)).toMatchObject({ status: 0, stdout: `uploaded ${file}\n` });
    const payload = Buffer.from("VERSION = 'é'\n").toString("base64");
    expect(server.asked).toEqual([{ service: "zato.hot-deploy.create", request: { payload, payload_name: file } }]);
    expect(server.loaded["orders.list"]).toBe(B);
  });

  test("of which nothing is deployed fail, though the server answers 200; what comes behind is left alone", async () => {
    const file = fileOf("orders.py", "import nothing\n");
    expect(await admin("upload", file, file, FILE, FILE)).toMatchObject({
      status: 1,
      stderr: `nothing was deployed from ${file}\n`,
    });
    expect(server.asked).toHaveLength(1);
  });
});

describe("objects", () => {
  beforeEach(() => {
    server.loaded = { "cdktf-zato.inventory": A, "orders.list": A };
    server.odb.rows["zato.service"] = [{ id: 70, name: "orders.list", is_internal: false }];
    server.odb.rows["zato.outgoing.sql"] = [{ id: 7, name: "Billing", engine: "oracle", password: "clear text", opaque1: '{"password": "clear text"}' }]; // prettier-ignore
    server.odb.rows["zato.http-soap"] = [
      { id: 1, name: "Orders", connection: "channel", url_path: "/orders/{id}", method: "POST", is_active: true, security_name: "Partner" }, // prettier-ignore
      { id: 2, name: "Open", connection: "channel", url_path: "/open", is_active: true },
      { id: 3, name: "There", connection: "outgoing", is_active: true, security_name: "Partner" },
    ];
    server.odb.rows["zato.security.basic-auth"] = [{ id: 4, name: "Partner", username: "partner" }];
    server.odb.rows["zato.security.apikey"] = [{ id: 5, name: "Key" }];
    server.odb.rows["zato.scheduler.job"] = [{ id: 6, name: "Beat", job_type: "interval_based" }];
  });

  const changes = (): string[] =>
    server.asked.map(({ service, request }) => `${service} ${String(request.id ?? request.func_name)}`);

  test.each([
    ["\\x", "", 0],
    ["\\x636f6e6e6563745f74696d656f75743d33c3a9", "connect_timeout=3é", 0],
    ["plain=1", "plain=1", 0],
    ["\\xyz", "\\xyz", 0],
    [null, "", 0],
    ["\\x61", "b", 1],
  ])(
    "an SQL connection listed with extra %s is as declared with '%s': exit status %d",
    async (listed, declared, status) => {
      const [row] = server.odb.rows["zato.outgoing.sql"]!;
      server.odb.rows["zato.outgoing.sql"] = [{ ...row!, extra: listed }];
      const expected = { objects: { "outconn_sql/Billing": { extra: declared } }, services: {} };
      expect(await admin("verify", expected, NO_BASELINE, "a")).toMatchObject({ status });
    },
  );

  test("are listed without passwords, which some lists tell in clear text", async () => {
    const expected = { objects: { "outconn_sql/Billing": { engine: "oracle", password: "?" } }, services: {} };
    const { stdout, stderr } = await admin("report", expected, NO_BASELINE);
    expect(stdout + stderr).not.toContain("clear text");
    expect(JSON.parse(stdout)).toMatchObject({ "outconn_sql/Billing": { actual: { engine: "oracle", password: "" } } });
  });

  test("that Zato makes for itself, and its examples, are nobody's own", async () => {
    server.odb.rows["zato.scheduler.job"]!.push({ id: 60, name: "zato.alerting" });
    server.odb.rows["zato.service"]!.push(
      ...["demo.echo", "test.raise", "by.hand"].map((name, index) => ({ id: 80 + index, name, is_internal: false })),
    );
    const { stdout } = await admin("verify", { objects: {}, services: { "orders.list": A } }, NO_BASELINE, "a");
    expect(stdout).toContain("service/by.hand");
    expect(stdout).not.toMatch(/zato\.alerting|demo\.echo|test\.raise/);
  });

  test("of kinds that a server cannot list do not matter, unless one is declared", async () => {
    server.failures["zato.groups.get-list"] = { status: 400, body: "" };
    expect(await admin("verify", { objects: {}, services: {} }, NO_BASELINE, "a")).toMatchObject({ status: 0 });
  });

  test("get the passwords that are declared: of definitions, by their kind and name", async () => {
    const secret = fileOf("secret", "pä$$ 'w\"\n");
    await admin("change-passwords", [`${secret} basic_auth/Partner`, `${secret} apikey/Key`, `${secret} apikey/Gone`]);
    expect(server.asked).toEqual([
      { service: "zato.security.apikey.change-password", request: { id: 5, password: "pä$$ 'w\"" } },
      { service: "zato.security.basic-auth.change-password", request: { id: 4, password: "pä$$ 'w\"" } },
    ]);
  });

  test("are read anew by a server that is told", async () => {
    expect(await admin("reload")).toMatchObject({ status: 0 });
    expect(changes()).toEqual(["zato.server.invoker reload_config"]);
  });

  test("that are declared no more are deleted, channels before what they use", async () => {
    const owned = ["service/orders.list", "basic_auth/Partner", "scheduler/Beat", "channel_rest/Orders", "outgoing_rest/There"]; // prettier-ignore
    const { stdout } = await admin("remove", owned, ["scheduler/Beat"], "false", NO_BASELINE);
    expect(stdout.trim().split("\n")).toEqual(["channel_rest/Orders", "outgoing_rest/There", "basic_auth/Partner", "service/orders.list"].map((key) => `deleted ${key}`)); // prettier-ignore
  });

  test("that are gone count as deleted, whatever else went wrong; others do not", async () => {
    const services = server.odb.rows["zato.service"]!;
    server.failures["zato.service.delete"] = {
      status: 500,
      body: "PermissionError",
      after: () => services.splice(0, 1),
    };
    expect(await admin("remove", ["service/orders.list"], [], "false", NO_BASELINE)).toMatchObject({
      status: 0,
      stdout: "deleted service/orders.list\n",
    });
    server.failures["zato.scheduler.job.delete"] = { status: 500, body: "no" };
    expect(await admin("remove", ["scheduler/Beat"], [], "false", NO_BASELINE)).toMatchObject({ status: 1 });
  });

  test("which an import would leave secured are made anew where they are declared open", async () => {
    // GIVEN
    const open = { security_name: "", service_name: "orders.list" };
    const objects = { "channel_rest/Orders": open, "channel_rest/Open": open, "outgoing_rest/There": { security_name: "" } }; // prettier-ignore
    const owned = Object.keys(objects);

    // THEN
    const { stdout } = await admin("make-way", { objects, fields: {} }, owned, "false", NO_BASELINE, "list");
    expect(stdout).toBe("channel_rest/Orders\noutgoing_rest/There\n");
    expect(server.asked).toEqual([]);
  });

  test("which are secured as declared, or by another definition, stay", async () => {
    const objects = {
      "channel_rest/Orders": { security_name: "Partner" },
      "channel_rest/Open": { security_name: "Key" },
    };
    const { stdout } = await admin("make-way", { objects, fields: {} }, Object.keys(objects), "false", NO_BASELINE, "list"); // prettier-ignore
    expect(stdout).toBe("");
  });

  test("channels that let everybody in against their declaration are deleted", async () => {
    const objects = {
      "channel_rest/Orders": { security_name: "Partner" },
      "channel_rest/Open": { security_name: "Key" },
    };
    expect((await admin("close-unsecured", { objects })).stdout).toBe(
      "deleted channel_rest/Open, which would have let everybody in\n",
    );
    expect(changes()).toEqual(["zato.http-soap.delete 2"]);
  });

  describe("that are secured", () => {
    const expected = { objects: { "channel_rest/Orders": { security_name: "Partner" }, "channel_rest/Open": { security_name: "" } } }; // prettier-ignore

    test("are known to a server that refuses whoever does not say who he is; nothing is sent to what is open", async () => {
      server.channels = { "/orders/x": "secured", "/open": "open" };
      expect(await admin("probe", expected)).toEqual({ status: 0, stdout: "", stderr: "" });
      expect(server.requests).toEqual(["POST /orders/x"]);
    });

    test.each([
      ["404", {}],
      ["200", { "/orders/x": "open" }],
      ["nothing", { "/orders/x": "closes" }],
    ] as const)("are not where it answers %s", async (answer, channels) => {
      server.channels = channels;
      expect(await admin("probe", expected)).toMatchObject({
        status: 1,
        stderr: `channel_rest/Orders answers ${answer} to whoever does not say who he is\n`,
      });
    });

    test("and inactive answer nobody", async () => {
      server.odb.rows["zato.http-soap"] = [{ id: 1, name: "Orders", connection: "channel", url_path: "/orders", is_active: false }]; // prettier-ignore
      expect(await admin("probe", expected)).toMatchObject({ status: 0 });
    });
  });

  test("SQL connections have to connect from the server that is asked", async () => {
    expect(await admin("ping-sql", ["Billing"], "1")).toEqual({ status: 0, stdout: "", stderr: "" });
    server.failures["zato.outgoing.sql.ping"] = { status: 500, body: JSON.stringify({ details: "Traceback\nOperationalError: refused" }) }; // prettier-ignore
    expect(await admin("ping-sql", ["Billing"], "1")).toMatchObject({
      status: 1,
      stderr: "the SQL connection 'Billing' does not connect: OperationalError: refused\n",
    });
  });
});

test("the password by which servers are asked is changed by the definition's number", async () => {
  server.odb.rows["zato.security.basic-auth"] = [{ id: 1, name: "admin.invoke" }];
  await admin("change-password", "1", fileOf("new", "other"));
  expect(server.asked).toEqual([
    { service: "zato.security.basic-auth.change-password", request: { id: 1, password: "other" } },
  ]);
});

test("an export has the files of services that are not Zato's own, as the server that is asked has them", async () => {
  // GIVEN
  const port = Number(server.address.split(":")[1]);
  server.odb.rows["zato.server"] = [
    { id: 1, name: "server1", bind_port: port },
    { id: 2, name: "server2", bind_port: port + 1 },
  ];
  server.odb.rows["zato.service"] = ["orders", "demo.echo", "test.raise", "lost"].map((name, id) => ({ id, name }));
  const at = (server_name: string, service_name: string, fs_location: string): number =>
    server.odb.deployments.push({ server_name, service_name, fs_location });
  at("server1", "orders", fileOf("orders.py", "text"));
  at("server2", "orders", "/of/another/server.py");
  at("server1", "lost", "/nowhere/lost.py");

  // WHEN
  const { status, stdout } = await admin("export", NO_BASELINE);

  // THEN
  const hash = createHash("sha256").update("text").digest("hex");
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    services: { orders: hash, lost: null },
    files: { [hash]: { path: join(folder(), "orders.py"), source: Buffer.from("text").toString("base64") } },
  });
  expect(Object.keys((JSON.parse(stdout) as { services: object }).services)).toEqual(["orders", "lost"]);
});
