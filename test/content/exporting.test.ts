import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { PYTHON_SCRIPTS, temporaryFolder } from "../support/bash";
import { AdminApi } from "./support/admin-api";

const folder = temporaryFolder();

function python(program: string, input: unknown): unknown {
  const code = `import json, sys; sys.path.insert(0, ${JSON.stringify(PYTHON_SCRIPTS)}); import exporting\n${program}`;
  const { stdout, stderr } = spawnSync("python3", ["-B", "-c", code], {
    encoding: "utf8",
    input: JSON.stringify(input),
  });
  expect(stderr).toBe("");
  return JSON.parse(stdout);
}

const hidden = (value: unknown): unknown =>
  python("print(json.dumps(exporting.without_secrets(json.load(sys.stdin))))", value);

describe("what looks like a secret", () => {
  test("is hidden, and nothing else is", () => {
    expect(
      hidden({
        password: "x",
        apikey: "x",
        access_token: "x",
        nested: [{ secret: "x", host: "h" }],
        client_secret_field: "client_secret",
        security_name: "Partner",
        empty: { password: "", secret: null, is_token: true },
        address: "https://user:pw@host/path",
        extra: "sslmode=require\npassword=x",
        url: "https://host:8443/a@b",
        url_path: "/passwords/{id}",
        text: "forgot the password",
      }),
    ).toEqual({
      password: "Zato_Enmasse_Env.",
      apikey: "Zato_Enmasse_Env.",
      access_token: "Zato_Enmasse_Env.",
      nested: [{ secret: "Zato_Enmasse_Env.", host: "h" }],
      client_secret_field: "client_secret",
      security_name: "Partner",
      empty: { password: "", secret: null, is_token: true },
      address: "Zato_Enmasse_Env.",
      extra: "Zato_Enmasse_Env.",
      url: "https://host:8443/a@b",
      url_path: "/passwords/{id}",
      text: "forgot the password",
    });
  });

  test("is hidden wherever it is, whatever it is", () => {
    const secrets = fc.array(fc.tuple(fc.nat({ max: 3 }), fc.string({ minLength: 8 })), { maxLength: 40 });
    fc.assert(
      fc.property(secrets, (all) => {
        const values = all.map(([depth, text]) => {
          const secret = `<${text}>`;
          return {
            secret,
            value: Array.from({ length: depth }).reduce<unknown>((one) => ({ a: [one] }), { password: secret }),
          };
        });
        const found = JSON.stringify(hidden(values.map(({ value }) => value)));
        values.forEach(({ secret }) => expect(found).not.toContain(JSON.stringify(secret)));
      }),
      { numRuns: 3 },
    );
  });
});

test("a cluster tells its services by their hash, the files of these, its objects, and what is Zato's own", async () => {
  // GIVEN
  const api = new AdminApi();
  await api.start();
  const source = "class Orders(Service): ...\n";
  const hash = createHash("sha256").update(source).digest("hex");
  api.rows["zato.service"] = [
    { id: 1, name: "orders.list", is_internal: false },
    { id: 2, name: "pub.zato.ping", is_internal: true },
    { id: 3, name: "demo.my-service", is_internal: false },
    { id: 4, name: "helpers.new", is_internal: false },
  ];
  api.answers["zato.service.get-source-info orders.list"] = {
    source_hash: hash,
    source_path: "/env/orders.py",
    source: Buffer.from(source).toString("base64"),
  };
  api.answers["zato.service.get-source-info demo.my-service"] = { source_hash: "d", source_path: "/env/demo.py" };
  const internal = "/opt/zato/3.3/zato-server/src/zato/server/service/internal/helpers.py";
  api.answers["zato.service.get-source-info helpers.new"] = { source_hash: "e", source_path: internal };
  api.rows["zato.outgoing.sql"] = [{ id: 1, name: "Billing", password: "in clear" }];
  api.rows["zato.security.basic-auth"] = [
    { id: 1, name: "pubapi" },
    { id: 2, name: "zato.internal" },
    { id: 3, name: "Partner" },
  ];
  api.rows["zato.server"] = [{ id: 1, name: "server1", up_mod_date: "2026-01-01" }];
  writeFileSync(join(folder(), "baseline"), JSON.stringify(["basic_auth/pubapi", "service/demo.my-service"]));
  writeFileSync(join(folder(), "password"), "pw");
  const ask = async (): Promise<Record<string, unknown>> => {
    const { status, stdout, stderr } = await api.run(join(folder(), "password"), "export", join(folder(), "baseline"));
    expect([status, stderr]).toEqual([0, ""]);
    return JSON.parse(stdout) as Record<string, unknown>;
  };

  // WHEN
  const told = await ask();
  const again = await ask();
  api.rows["zato.server"] = [{ id: 1, name: "server1", up_mod_date: "2026-01-02" }];
  const other = await ask();
  await api.stop();

  // THEN
  expect(told.services).toEqual({ "orders.list": hash });
  expect(told).toMatchObject({
    files: { [hash]: { path: "/env/orders.py", source: Buffer.from(source).toString("base64") } },
    own: ["basic_auth/pubapi", "basic_auth/zato.internal", "service/demo.my-service"],
  });
  expect((told.rows as Record<string, unknown>)["outconn_sql/Billing"]).toMatchObject({
    password: "Zato_Enmasse_Env.",
  });
  expect(JSON.stringify(told)).not.toContain("in clear");
  expect([told.identity === again.identity, told.identity === other.identity]).toEqual([true, false]);
});

describe("what enmasse exports", () => {
  /** Runs the script with a `zato` of the test's, and modules in the place of Zato's. */
  function objects(zato: string): { status: number | null; stdout: string; stderr: string } {
    const program = join(folder(), "zato-program");
    writeFileSync(program, `#!/bin/bash\nprintf '%s\\n' "$*" >'${folder()}/words'\n${zato}\n`);
    chmodSync(program, 0o755);
    const modules: Readonly<Record<string, string>> = {
      "zato/__init__.py": "",
      "zato/common/__init__.py": "",
      "zato/common/util/__init__.py": "",
      "zato/common/util/api.py": `
class Session:
    def execute(self, sql):
        if "sso" in sql: raise Exception("no such table")
        return [("zoe",), ("admin",)]
    def rollback(self): pass
    def close(self): pass
def get_odb_session_from_server_dir(server): return Session()
`,
    };
    Object.entries(modules).forEach(([name, text]) => {
      mkdirSync(join(folder(), "modules", dirname(name)), { recursive: true });
      writeFileSync(join(folder(), "modules", name), text);
    });
    const words = ["-B", join(PYTHON_SCRIPTS, "existing_objects.py"), program, "/env/server1"];
    const env = { ...process.env, PYTHONPATH: join(folder(), "modules") };
    return spawnSync("python3", words, { encoding: "utf8", cwd: folder(), env });
  }

  test("is told without secrets, with those who may log in", () => {
    const yaml =
      "scheduler:\n  - {name: Daily, start_date: 2020-01-01 00:00:00, is_active: no}\nemail_smtp: [{name: m, password: pw}]\n";
    const { status, stdout } = objects(`printf '%s' '${yaml}' >"$5"; echo done`);
    expect(status).toBe(0);
    expect(stdout.split("\n")).toEqual([
      'objects {"scheduler": [{"name": "Daily", "start_date": "2020-01-01 00:00:00", "is_active": false}], ' +
        '"email_smtp": [{"name": "m", "password": "Zato_Enmasse_Env."}]}',
      'users {"web-admin": ["admin", "zoe"]}',
      "",
    ]);
  });

  test.each([
    ["writes nothing, whatever its exit code", "echo '1 warning found'"],
    ["fails", 'echo partial >"$5"; exit 1'],
  ])("is an error where it %s", (_, zato) => {
    expect(objects(zato)).toMatchObject({
      status: 1,
      stdout: "",
      stderr: expect.stringContaining("enmasse has exported nothing: ") as string,
    });
  });
});
