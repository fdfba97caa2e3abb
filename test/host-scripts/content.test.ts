import { renderManifest } from "../../lib/remote/manifest";
import { BashResult, temporaryFolder } from "../support/bash";
import { Sandbox } from "../support/sandbox";

const folder = temporaryFolder();

const PARAMETERS = {
  host: "host1",
  label: "content",
  cluster: "a",
  zato: "/opt/zato/3.3",
  packages: "/opt/zato/packages/a",
  server_path: "/opt/zato/env/a/server1",
  servers: "127.0.0.1:17010 2\n127.0.0.1:17011 2",
  services: "",
  objects: "1",
  owned: "basic_auth/Partner",
  exclusive: "false",
  sql_connections: "",
  secret_variables: "pw Cdktf_Zato_pw",
  secrets: "pw given",
  secrets_versions: "pw 1",
};

/** A cluster whose admin API answers as the program says, which gets the command as `$2`. */
function host(admin = ""): Sandbox {
  const sandbox = new Sandbox(folder());
  sandbox.note("restart_servers", "take_cluster_out", "put_cluster_back");
  sandbox.define(`
    for_zato() { printf '%s' "$1"; }; is_roots_tree() { [ -d "$1" ]; }; own_cluster_folder() { :; }
    enmasse_output() { :; }; sleep() { :; }; python_as_zato() { :; }
    as_zato() { printf 'enmasse with %s\\n' "\${Cdktf_Zato_pw:-nothing}" >>'${folder()}/calls'; cp "\${!#}" /dev/null 2>&1 || true; }
    admin() { printf 'admin %s\\n' "$2" >>'${folder()}/calls'; ${admin || ":"}; }`);
  return sandbox;
}

function converge(sandbox: Sandbox, parameters: Partial<typeof PARAMETERS> = {}, password = "secret"): BashResult {
  const files = { enmasse: "security: []\n", expected: "{}" };
  const manifest = renderManifest({ parameters: { ...PARAMETERS, ...parameters }, files });
  return sandbox.converge("content", "a-content", manifest, { pw: password });
}

const imports = (sandbox: Sandbox): number => sandbox.calls.filter((call) => call.startsWith("enmasse")).length;

describe("the content of a cluster", () => {
  test("comes in the order in which one part needs the other, and is verified in the end", () => {
    const sandbox = host();
    expect(converge(sandbox)).toMatchObject({ status: 0 });
    const steps = sandbox.calls.filter((call) => /^(admin|enmasse)/.test(call));
    expect(steps).toEqual([
      "admin make-way",
      "admin make-way",
      "admin has-jwt",
      "admin stages",
      "enmasse with secret",
      "admin close-unsecured",
      "admin remove",
      "admin verify",
    ]);
    expect(sandbox.calls).toContain("put_cluster_back ");
  });

  test("is imported again by a deploy of the same, which is to put right what differs", () => {
    const sandbox = host();
    converge(sandbox);
    converge(sandbox);
    expect(imports(sandbox)).toBe(2);
  });

  test("is not imported again by a deploy of something else, unless its passwords are others, or it differs", () => {
    const sandbox = host();
    converge(sandbox);
    converge(sandbox, { packages: "/opt/zato/packages/b" });
    expect(imports(sandbox)).toBe(1);
    converge(sandbox, { packages: "/opt/zato/packages/c", secrets_versions: "pw 2" });
    expect(imports(sandbox)).toBe(2);
    sandbox.define(`admin() { [ "$2" != verify ] || { [ -e '${folder()}/imported' ]; }; }
      as_zato() { touch '${folder()}/imported'; }`);
    expect(converge(sandbox, { secrets_versions: "pw 2" }).status).toBe(0);
    expect(sandbox.read("/imported")).toBe("");
  });

  test("that is not as declared in the end fails the deploy, and the next one imports it again", () => {
    const sandbox = host("[ $2 != verify ] || { echo 'cache/A  nothing  there'; false; }");
    const { status, stdout } = converge(sandbox);
    expect([status, stdout]).toEqual([1, expect.stringContaining("the cluster a is not as declared")]);
    expect(stdout).toContain("cache/A  nothing  there");
    converge(sandbox, { packages: "/opt/zato/packages/b" });
    expect(imports(sandbox)).toBe(2);
  });

  test("without objects imports nothing, and deletes what was there before", () => {
    const sandbox = host();
    expect(converge(sandbox, { objects: "0" }).status).toBe(0);
    expect(sandbox.calls.filter((call) => /^(admin|enmasse)/.test(call))).toEqual(["admin remove", "admin verify"]);
  });

  test.each([
    ["make-way", "the cluster a cannot be asked what it has"],
    ["stages", "the cluster a cannot be asked what it has"],
    ["close-unsecured", "the cluster a cannot be asked whom it lets in"],
    ["remove", "what is no longer declared could not be deleted; see the log"],
    ["verify", "the cluster a cannot be asked what it runs"],
  ])("fails where it does not answer to '%s'", (command, message) => {
    expect(converge(host(`[ $2 != ${command} ]`)).stdout).toContain(message);
  });

  test("names what stands in the way and is somebody else's, and has changed nothing", () => {
    const sandbox = host(
      "[ $2 != make-way ] || { echo 'channel_rest/B, which nobody declares, stands in the way' >&2; false; }",
    );
    expect(converge(sandbox).stdout).toContain("failed: channel_rest/B, which nobody declares, stands in the way");
    expect(imports(sandbox)).toBe(0);
  });
});

describe("JWT definitions", () => {
  test("that are new are created ahead, and the servers restarted, once", () => {
    const sandbox = host(`[ $2 != has-jwt ] || [ -e '${folder()}/jwt' ]`);
    sandbox.define(`restart_servers() { printf 'restarted\\n' >>'${folder()}/calls'; touch '${folder()}/jwt'; }`);
    converge(sandbox);
    converge(sandbox);
    const { calls } = sandbox;
    expect(calls.filter((call) => /create-jwt|restarted/.test(call))).toEqual(["admin create-jwt", "restarted"]);
    expect(calls.indexOf("admin create-jwt")).toBeLessThan(calls.findIndex((call) => call.startsWith("enmasse")));
  });

  test("that cannot be created fail the deploy", () => {
    expect(converge(host("[ $2 != has-jwt ] && [ $2 != create-jwt ]")).stdout).toContain(
      "the JWT definitions could not be created",
    );
  });
});

describe("secrets of contents", () => {
  const SECRETS = "/etc/cdktf-zato/content-secrets/a";

  test("that nothing declared uses any more are removed", () => {
    const sandbox = host();
    converge(sandbox);
    expect(sandbox.read(`${SECRETS}/pw`)).toBe("secret");
    converge(sandbox, { secrets: "", secret_variables: "", secrets_versions: "" });
    expect([sandbox.read(`${SECRETS}/pw`), sandbox.calls.at(-1)]).toEqual([undefined, "admin verify"]);
  });

  test("go when the content is removed", () => {
    const sandbox = host();
    converge(sandbox);
    expect(sandbox.run("remove.sh", "content", "a-content").status).toBe(0);
    expect(sandbox.read(`${SECRETS}/pw`)).toBeUndefined();
  });
});

describe("SQL connections", () => {
  test("are refreshed after an import, and have to connect from every server", () => {
    const sandbox = host();
    expect(converge(sandbox, { sql_connections: "Billing" }).status).toBe(0);
    expect(sandbox.calls.filter((call) => /sql/.test(call))).toEqual([
      "admin refresh-sql",
      "admin ping-sql",
      "admin ping-sql",
    ]);
  });

  test("that do not connect are tried once more, and fail the deploy with what the database says", () => {
    const sandbox = host("[ $2 != ping-sql ] || { echo 'password authentication failed' >&2; false; }");
    expect(converge(sandbox, { sql_connections: "Billing" }).stdout).toContain(
      "cluster a: password authentication failed",
    );
    expect(sandbox.calls.filter((call) => call === "admin ping-sql").length).toBeGreaterThan(1);
  });
});
