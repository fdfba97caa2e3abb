import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PYTHON_SCRIPTS, temporaryFolder } from "../support/bash";
import { AdminApi, CommandResult } from "./support/admin-api";

const folder = temporaryFolder();

const A = "a".repeat(64);
const B = "b".repeat(64);

let api: AdminApi;

beforeEach(async () => {
  api = new AdminApi();
  await api.start();
});

afterEach(() => api.stop());

/** Runs a command; a list stands for a file with these lines, an object for a file of JSON. */
function admin(command: string, ...args: (string | readonly string[] | object)[]): Promise<CommandResult> {
  const words = args.map((arg, index) => {
    if (typeof arg === "string") {
      return arg;
    }
    const file = join(folder(), `argument${index}`);
    writeFileSync(file, Array.isArray(arg) ? arg.map((line) => `${line}\n`).join("") : JSON.stringify(arg));
    return file;
  });
  writeFileSync(join(folder(), "password"), "pass:word é");
  return api.run(join(folder(), "password"), command, ...words);
}

const NO_BASELINE = "/nowhere/baseline.json";

function services(...names: string[]): void {
  api.rows["zato.service"] = names.map((name, index) => ({ id: 70 + index, name, is_internal: false }));
}

describe("the envelope of the admin API", () => {
  test("carries the credentials of admin.invoke, past any proxy", async () => {
    api.rows["zato.outgoing.sql"] = [{ id: 7, name: "Billing" }];
    expect(await admin("ping-sql", ["Billing"], "1")).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(api.invocations).toEqual([
      {
        service: "zato.outgoing.sql.ping",
        request: { id: 7, should_raise_on_error: true },
        authorization: `Basic ${Buffer.from("admin.invoke:pass:word é").toString("base64")}`,
      },
    ]);
  });

  test.each([true, false])("is unwrapped, with an element around the rows: %s", async (wrapped) => {
    api.wrapped = wrapped;
    api.rows["zato.outgoing.sql"] = [{ id: 7, name: "Billing" }];
    const { stdout } = await admin("report", { objects: {}, services: {} }, NO_BASELINE);
    expect(JSON.parse(stdout)).toEqual({ "outconn_sql/Billing": { declared: null, actual: {} } });
  });

  test.each(["list", "list of texts", "by process"] as const)(
    "holds the answers of all workers as %s",
    async (shape) => {
      api.shape = shape;
      api.workers = [{ "a.one": A }, { "a.one": A }, { "a.one": B }];
      expect((await admin("count-workers")).stdout).toBe("3\n");
      expect(await admin("services", [`a.one ${A}`], "3")).toMatchObject({
        status: 1,
        stderr: "a.one has other code than declared\n",
      });
    },
  );

  test("of an unknown service holds no answer of any worker, and no error", async () => {
    api.workers = [];
    expect((await admin("count-workers")).stdout).toBe("0\n");
    expect(await admin("services", [`a.one ${A}`], "2")).toMatchObject({
      status: 1,
      stderr: "0 of 2 workers answer\n",
    });
  });

  test("of an error names command, status and what the server says", async () => {
    api.failures["zato.http-soap.get-list"] = { status: 401, body: "no" };
    expect(await admin("report", { objects: {}, services: {} }, NO_BASELINE)).toMatchObject({
      status: 1,
      stderr: "report: the server answered 401: no\n",
    });
  });
});

describe("services", () => {
  test("are live when each worker has loaded each of them", async () => {
    api.workers = [
      { "a.one": A, "b.two": B },
      { "a.one": A, "b.two": B, "zato.ping": B },
    ];
    expect(await admin("services", [`a.one ${A}`, `b.two ${B}`], "2")).toMatchObject({ status: 0 });
  });

  test("are not while a worker does not answer, or lacks one", async () => {
    api.workers = [{ "a.one": A }, {}];
    expect(await admin("services", [`a.one ${A}`], "3")).toMatchObject({
      status: 1,
      stderr: "2 of 3 workers answer\n",
    });
    expect(await admin("services", [`a.one ${A}`], "2")).toMatchObject({
      status: 1,
      stderr: "a.one is not deployed\n",
    });
  });
});

describe("verify", () => {
  const connection = { engine: "mysql+pymysql", port: 3306, is_active: true, pool_size: 10 };
  const expected = {
    objects: { "outconn_sql/Billing": connection, "stranger/Directory": {} },
    services: { "a.one": A },
  };

  beforeEach(() => {
    api.workers = [{ "a.one": A }, { "a.one": A }];
    api.rows["zato.outgoing.sql"] = [{ id: 1, name: "Billing", ...connection, username: "not compared" }];
    services("a.one", "cdktf-zato.inventory");
  });

  test("is silent where everything is as declared, whatever way Zato writes a value; what it cannot list is not compared", async () => {
    api.rows["zato.outgoing.sql"] = [{ id: 1, name: "Billing", ...connection, port: "3306", is_active: "true" }];
    expect(await admin("verify", expected, NO_BASELINE, "host1")).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  test("shows the fields that differ, and only these", async () => {
    api.rows["zato.outgoing.sql"] = [{ id: 1, name: "Billing", ...connection, pool_size: 77, is_active: false }];
    expect(await admin("verify", expected, NO_BASELINE, "host1")).toMatchObject({
      status: 1,
      stdout: [
        "object               host1                          declared",
        "outconn_sql/Billing  is_active=false, pool_size=77  is_active=true, pool_size=10\n",
      ].join("\n"),
    });
  });

  test("shows what is missing, and services of which a worker has other code", async () => {
    api.rows["zato.outgoing.sql"] = [];
    api.workers = [{ "a.one": A }, { "a.one": B }, {}];
    expect(await admin("verify", expected, NO_BASELINE, "host1")).toMatchObject({
      status: 1,
      stdout: [
        "object               host1                                             declared",
        "outconn_sql/Billing  nothing                                           engine=mysql+pymysql, is_active=true, pool_size=10, port=3306",
        "service/a.one        sha256=aaaaaaaaaaaa and bbbbbbbbbbbb and nothing  sha256=aaaaaaaaaaaa\n",
      ].join("\n"),
    });
  });

  test("shows a service that no server knows", async () => {
    services();
    expect(await admin("verify", expected, NO_BASELINE, "host1")).toMatchObject({
      status: 1,
      stdout: "object         host1    declared\nservice/a.one  nothing  sha256=aaaaaaaaaaaa\n",
    });
  });

  test("names what nobody declared, and does not fail for it", async () => {
    services("a.one", "b.two");
    api.rows["zato.http-soap"] = [{ id: 5, name: "By hand", connection: "channel" }];
    expect(await admin("verify", expected, NO_BASELINE, "host1")).toMatchObject({
      status: 0,
      stdout: [
        "object                host1  declared",
        "channel_rest/By hand  there  not declared",
        "service/b.two         there  not declared\n",
      ].join("\n"),
    });
  });

  test("compares generic connections, which Zato lists with something beside them, within their type", async () => {
    // GIVEN
    api.rows["zato.generic.connection"] = [
      { id: 1, name: "Directory", type_: "outconn-ldap" },
      { id: 2, name: "Feed", type_: "outconn-wsx" },
    ];
    services();

    // THEN
    const declared = { objects: { "outgoing_ldap/Directory": {}, "outgoing_ldap/Feed": {} }, services: {} };
    expect(await admin("verify", declared, join(folder(), "none"), "host1")).toMatchObject({
      status: 1,
      stdout: expect.stringContaining(
        "outgoing_ldap/Feed   nothing  there\noutgoing_wsx/Feed    there    not declared",
      ) as string,
    });
  });

  test("does not mind a kind that a release cannot list, unless one of it is declared", async () => {
    // GIVEN
    api.failures["zato.security.ntlm.get-list"] = { status: 500, body: "no such service" };

    // THEN
    expect(await admin("verify", expected, NO_BASELINE, "host1")).toMatchObject({ status: 0, stdout: "" });
    const declared = { ...expected, objects: { "ntlm/Partner": {} } };
    expect(await admin("verify", declared, NO_BASELINE, "host1")).toMatchObject({
      status: 1,
      stdout: "",
      stderr: expect.stringContaining("verify: the server answered 500: no such service") as string,
    });
  });

  test("takes nothing for somebody's own that Zato makes for itself", async () => {
    services("a.one");
    api.rows["zato.outgoing.sql"] = [{ id: 1, name: "Billing", ...connection }];
    api.rows["zato.scheduler.job"] = [{ id: 1, name: "zato.outgoing.sql.auto-ping" }];
    api.rows["zato.pubsub.topic"] = [{ id: 1, name: "/zato/s/to/a_one" }];
    expect((await admin("verify", expected, NO_BASELINE, "host1")).stdout).not.toContain("not declared");
  });

  test("takes nothing for somebody's own that was there from the beginning", async () => {
    // GIVEN
    const baseline = join(folder(), "baseline.json");
    services("demo.ping");
    api.rows["zato.http-soap"] = [{ id: 5, name: "Demo", connection: "channel" }];
    writeFileSync(baseline, (await admin("baseline")).stdout);

    // WHEN
    services("demo.ping", "a.one", "b.two");
    const { stdout } = await admin("verify", expected, baseline, "host1");

    // THEN
    expect(JSON.parse(readFileSync(baseline, "utf8"))).toEqual([
      "channel_rest/Demo",
      "outconn_sql/Billing",
      "service/demo.ping",
    ]);
    expect(stdout).toBe("object         host1  declared\nservice/b.two  there  not declared\n");
  });
});

describe("remove", () => {
  beforeEach(() => {
    services("a.one", "b.two");
    api.rows["zato.http-soap"] = [
      { id: 1, name: "One", connection: "channel" },
      { id: 2, name: "One", connection: "outgoing" },
    ];
    api.rows["zato.security.basic-auth"] = [{ id: 3, name: "Partner" }];
    api.rows["zato.scheduler.job"] = [{ id: 4, name: "Beat" }];
    api.rows["zato.outgoing.sql"] = [{ id: 5, name: "Billing" }];
  });

  const deleted = (): string[] => api.invocations.map(({ service, request }) => `${service} ${String(request.id)}`);

  test("deletes what was declared once and is no more: channels and jobs, then security definitions, then services", async () => {
    const owned = ["service/a.one", "basic_auth/Partner", "scheduler/Beat", "channel_rest/One", "outconn_sql/Billing"];
    const { status, stdout } = await admin("remove", owned, ["outconn_sql/Billing"], "false", NO_BASELINE);
    expect(status).toBe(0);
    expect(deleted()).toEqual([
      "zato.http-soap.delete 1",
      "zato.scheduler.job.delete 4",
      "zato.security.basic-auth.delete 3",
      "zato.service.delete 70",
    ]);
    expect(stdout.trim().split("\n")[0]).toBe("deleted channel_rest/One");
  });

  test("leaves alone what nobody declared, and what is gone already", async () => {
    await admin("remove", ["service/c.three", "outconn_sql/Gone"], [], "false", NO_BASELINE);
    expect(deleted()).toEqual([]);
  });

  test("with exclusive management also deletes what nobody declared, but for what was there from the beginning", async () => {
    // GIVEN
    const there = ["channel_rest/One", "outgoing_rest/One", "service/b.two"];
    const file = join(folder(), "there.json");
    writeFileSync(file, JSON.stringify(there));

    // WHEN
    await admin("remove", [], ["service/a.one", "scheduler/Beat"], "true", file);

    // THEN
    expect(deleted()).toEqual(["zato.outgoing.sql.delete 5", "zato.security.basic-auth.delete 3"]);
  });

  test("without a note of the beginning deletes nothing that nobody declared", async () => {
    await admin("remove", [], [], "true", NO_BASELINE);
    expect(deleted()).toEqual([]);
  });
});

test("open channels are closed by their paths", async () => {
  api.rows["zato.http-soap"] = [
    { id: 1, name: "Any", connection: "channel", url_path: "/zato/api/invoke/{service_name}" },
    { id: 2, name: "Own", connection: "channel", url_path: "/own" },
  ];
  expect((await admin("close-channels", "/zato/api/invoke/{service_name}")).stdout).toBe(
    "closed /zato/api/invoke/{service_name}\n",
  );
  expect(api.invocations.map(({ request }) => request)).toEqual([{ id: 1, cluster_id: 1 }]);
});

describe("SQL connections", () => {
  const AUTH = "Error: password authentication failed";

  test.each([
    ["the error above Zato's traceback", `··· Error ···\n\n>>> ${AUTH}\n>>> File x\n\nTraceback\n\nZato 3.3`],
    [
      "the end of an error that is a traceback",
      `··· Error ···\n\n>>> Exception: 'Traceback\n  File x\n${AUTH}\n\n>>> File x\n`,
    ],
    ["the last line of a bare traceback", `Traceback (most recent call last):\n  File x\n${AUTH}\n`],
  ])("that do not connect are named, with %s", async (_, details) => {
    api.rows["zato.outgoing.sql"] = [{ id: 7, name: "Billing" }];
    api.failures["zato.outgoing.sql.ping"] = { status: 500, body: JSON.stringify({ result: "Error", details }) };
    expect(await admin("ping-sql", ["Billing"], "1")).toMatchObject({
      status: 1,
      stderr: `the SQL connection 'Billing' does not connect: ${AUTH}\n`,
    });
  });

  test("have to connect from every worker; Zato leaves those out that fail", async () => {
    api.rows["zato.outgoing.sql"] = [{ id: 7, name: "Billing" }];
    api.workers = [{}, {}];
    expect(await admin("ping-sql", ["Billing"], "2")).toMatchObject({ status: 0 });
    expect(await admin("ping-sql", ["Billing"], "3")).toMatchObject({
      status: 1,
      stderr: "the SQL connection 'Billing' connects from 2 of 3 workers only\n",
    });
  });

  test("are edited as they are, each of them, so that workers take what the database holds", async () => {
    api.rows["zato.outgoing.sql"] = [
      { id: 7, name: "Billing", cluster_id: 1, host: "db" },
      { id: 8, name: "Audit", cluster_id: 1, host: "db", extra: "a=b" },
    ];
    expect(await admin("refresh-sql")).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(api.invocations.map(({ service, request }) => [service, request])).toEqual(
      api.rows["zato.outgoing.sql"].map((row) => ["zato.outgoing.sql.edit", row]),
    );
  });
});

describe("JWT definitions, which Zato stores without an answer,", () => {
  const DECLARED = { objects: { "jwt/App": {}, "jwt/There": {}, "apikey/Key": {} }, services: {} };
  const there = { id: 1, name: "There" };

  test("are created where they are missing", async () => {
    // GIVEN
    api.rows["zato.security.jwt"] = [there];
    api.silent["zato.security.jwt.create"] = () => (api.rows["zato.security.jwt"] = [there, { id: 2, name: "App" }]);

    // WHEN
    expect((await admin("has-jwt", DECLARED)).status).toBe(1);
    expect(await admin("create-jwt", DECLARED, "0.5")).toMatchObject({ status: 0, stderr: "" });

    // THEN
    // Another definition may have a user of this name until the import.
    const username: unknown = expect.stringMatching(/^App [0-9a-f]{16}$/);
    const request = { cluster_id: 1, name: "App", is_active: false, username, ttl: 1 };
    expect(api.invocations.map((invocation) => invocation.request)).toEqual([request]);
    expect((await admin("has-jwt", DECLARED)).status).toBe(0);
  });

  test("are waited for by a Python before 3.10, too, to which that of a socket is a timeout of its own", () => {
    const program = `
import socket, sys
sys.path.insert(0, sys.argv[1])
class OfSocket(OSError): pass
socket.timeout = OfSocket
import objects
class Admin:
    def invoke(self, *_, **__): raise OfSocket("timed out")
objects.create_jwt(Admin(), 1, name="App")`;
    const { status, stderr } = spawnSync("python3", ["-B", "-c", program, PYTHON_SCRIPTS], { encoding: "utf8" });
    expect([status, stderr]).toEqual([0, ""]);
  });

  test("are missed when they were not stored", async () => {
    api.rows["zato.security.jwt"] = [there];
    api.silent["zato.security.jwt.create"] = () => undefined;
    expect(await admin("create-jwt", DECLARED, "0.2")).toMatchObject({ status: 1, stderr: "not created: App\n" });
  });
});

describe("what is imported ahead", () => {
  const expected = {
    objects: { "channel_rest/A": {}, "apikey/New": {}, "apikey/Old": {} },
    references: { "channel_rest/A": ["apikey/New"] },
    stages: [["apikey/New", "apikey/Old"]],
  };

  test("is a new definition to which something is to be bound that is there", async () => {
    api.rows["zato.http-soap"] = [{ id: 1, name: "A", connection: "channel" }];
    expect(await admin("stages", expected)).toEqual({ status: 0, stdout: "0\n", stderr: "" });
  });

  test("is nothing for what is new itself, nor when all is there", async () => {
    expect(await admin("stages", expected)).toMatchObject({ stdout: "" });
    api.rows["zato.http-soap"] = [{ id: 1, name: "A", connection: "channel" }];
    api.rows["zato.security.apikey"] = [{ id: 2, name: "New" }];
    expect(await admin("stages", expected)).toMatchObject({ stdout: "" });
  });

  test("is whatever Zato does not list, which may be new", async () => {
    const definitions = { objects: { "query_cassandra/A": {} }, stages: [[], ["def_cassandra/D"]] };
    expect(await admin("stages", definitions)).toMatchObject({ stdout: "1\n" });
  });

  test("is a new group also where its channels are new, since Zato creates these before it", async () => {
    const groups = { objects: { "channel_rest/A": {} }, stages: [["security_groups/G"]] };
    expect(await admin("stages", groups)).toMatchObject({ stdout: "0\n" });
    api.rows["zato.groups"] = [{ id: 1, name: "G" }];
    expect(await admin("stages", groups)).toMatchObject({ stdout: "" });
  });
});

describe("what stands in the way of what is declared", () => {
  const expected = {
    objects: { "channel_rest/New": { security_name: "" }, "basic_auth/Partner": { username: "partner" } },
    fields: { "channel_rest/New": { url_path: "/a", method: "" } },
  };

  beforeEach(() => {
    api.rows["zato.http-soap"] = [
      { id: 1, name: "Old", connection: "channel", url_path: "/a", method: null },
      { id: 2, name: "Other", connection: "channel", url_path: "/a", method: "POST" },
      { id: 3, name: "Secured", connection: "channel", url_path: "/c", security_name: "Former" },
    ];
    api.rows["zato.security.basic-auth"] = [{ id: 4, name: "Former", username: "partner" }];
    api.rows["zato.groups"] = [{ id: 5, name: "G" }];
  });

  const makeWay = (owned: readonly string[], exclusive: string, what: string): Promise<CommandResult> =>
    admin("make-way", expected, owned, exclusive, NO_BASELINE, what);
  const OURS = ["channel_rest/Old", "channel_rest/Secured", "basic_auth/Former"];

  test("is listed, and nothing is done to it", async () => {
    expect(await makeWay(OURS, "false", "list")).toEqual({ status: 0, stdout: "channel_rest/Old\nchannel_rest/Secured\nbasic_auth/Former\n", stderr: "" }); // prettier-ignore
    expect(api.invocations).toEqual([]);
  });

  test("is deleted, a definition after all that it secures, and after it has left its groups", async () => {
    expect((await makeWay(OURS, "false", "delete")).status).toBe(0);
    expect(api.invocations.map(({ service, request }) => [service, request.id ?? request.member_id_list])).toEqual([
      ["zato.http-soap.delete", 1],
      ["zato.http-soap.delete", 3],
      ["zato.groups.edit-member-list", ["basic_auth-4"]],
      ["zato.security.basic-auth.delete", 4],
    ]);
  });

  test("takes along a channel whose groups it leaves without a member, since Zato would let everybody in", async () => {
    const grouped = { connection: "channel", url_path: "/g", security_groups: [5] };
    api.rows["zato.http-soap"] = [
      { id: 6, name: "Grouped", ...grouped },
      { id: 7, name: "Secured", ...grouped, security_name: "Other" },
    ];
    const ours = ["channel_rest/Grouped", "basic_auth/Former"];
    api.members[5] = [{ sec_type: "basic_auth", security_id: 4 }];
    expect((await makeWay(ours, "false", "list")).stdout).toBe("channel_rest/Grouped\nbasic_auth/Former\n");
    api.members[5] = [...api.members[5], { sec_type: "apikey", security_id: 9 }];
    expect((await makeWay(ours, "false", "list")).stdout).toBe("basic_auth/Former\n");
  });

  test("is named and left alone where it is somebody else's", async () => {
    const { status, stderr } = await makeWay(["channel_rest/Old", "basic_auth/Former"], "false", "delete");
    expect([status, api.invocations]).toEqual([1, []]);
    expect(stderr).toBe(
      "channel_rest/Secured, which nobody declares, stands in the way of basic_auth/Partner; delete it, or rename one of them\n",
    );
  });

  test("is nothing where all is as declared", async () => {
    api.rows["zato.http-soap"] = [{ id: 1, name: "New", connection: "channel", url_path: "/a", method: null }];
    api.rows["zato.security.basic-auth"] = [{ id: 4, name: "Partner", username: "partner" }];
    expect(await makeWay([], "false", "list")).toEqual({ status: 0, stdout: "", stderr: "" });
  });
});

test("a group that is no longer declared stays where it is all that keeps everybody out of a channel that nobody declared", async () => {
  api.rows["zato.groups"] = [
    { id: 5, name: "Used" },
    { id: 6, name: "Unused" },
  ];
  api.rows["zato.http-soap"] = [{ id: 1, name: "Foreign", connection: "channel", security_groups: [5] }];
  const owned = ["security_groups/Used", "security_groups/Unused"];
  const { stdout } = await admin("remove", owned, [], "false", NO_BASELINE);
  expect(stdout).toContain("kept security_groups/Used");
  expect(api.invocations.map(({ service, request }) => [service, request.id])).toEqual([["zato.groups.delete", 6]]);
});

test("a definition that is no longer declared stays where it is all that keeps everybody out of a channel that nobody declared", async () => {
  api.rows["zato.security.basic-auth"] = [
    { id: 4, name: "Last" },
    { id: 8, name: "Unused" },
  ];
  api.rows["zato.groups"] = [{ id: 5, name: "G" }];
  api.members[5] = [{ sec_type: "basic_auth", security_id: 4 }];
  api.rows["zato.http-soap"] = [{ id: 1, name: "Foreign", connection: "channel", security_groups: [5] }];
  const { stdout } = await admin("remove", ["basic_auth/Last", "basic_auth/Unused"], [], "false", NO_BASELINE);
  expect(stdout).toContain("kept basic_auth/Last: without it channels that nobody declares would let everybody in");
  expect(api.invocations.filter(({ service }) => /delete$/.test(service)).map(({ request }) => request.id)).toEqual([
    8,
  ]);
});

describe("channels that let everybody in", () => {
  const expected = { objects: { "channel_rest/A": { security_name: "NO" }, "channel_rest/B": { security_name: "" } } };
  const rows = (...names: string[]): void => {
    api.rows["zato.http-soap"] = names.map((name, index) => ({ id: index + 1, name, connection: "channel" }));
  };

  test("are deleted where that is not declared", async () => {
    rows("A", "B", "C");
    expect(await admin("close-unsecured", expected)).toMatchObject({
      status: 0,
      stdout: "deleted channel_rest/A, which would have let everybody in\n",
    });
    expect(api.invocations).toMatchObject([{ service: "zato.http-soap.delete", request: { id: 1 } }]);
  });

  test("stay where they are secured or off", async () => {
    api.rows["zato.http-soap"] = [{ id: 1, name: "A", connection: "channel", security_name: "NO" }];
    await admin("close-unsecured", expected);
    api.rows["zato.http-soap"] = [{ id: 1, name: "A", connection: "channel", is_active: false }];
    await admin("close-unsecured", expected);
    expect(api.invocations).toEqual([]);
  });
});

test("of what is declared all that Zato lists is compared", async () => {
  api.rows["zato.email.imap"] = [
    { id: 1, name: "In", host: "mail", port: 993, mode: " ssl ", get_criteria: ["UNSEEN"], debug_level: null },
  ];
  const fields = { host: "mail", port: "993", mode: "ssl", get_criteria: "x", debug_level: 2, timeout: 5 };
  const expected = { objects: { "email_imap/In": {} }, services: {}, fields: { "email_imap/In": fields } };
  expect(await admin("verify", expected, NO_BASELINE, "a")).toMatchObject({ status: 0 });
  const other = { ...expected, fields: { "email_imap/In": { ...fields, host: "other" } } };
  const { status, stdout } = await admin("verify", other, NO_BASELINE, "a");
  expect(status).toBe(1);
  expect(stdout).toContain("email_imap/In  host=mail  host=other");
});
