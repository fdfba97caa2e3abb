import { statSync } from "node:fs";
import { join } from "node:path";
import { renderManifest } from "../../lib/remote/manifest";
import { BashResult, temporaryFolder } from "../support/bash";
import { PLACES } from "../support/places";
import { Sandbox } from "../support/sandbox";

const folder = temporaryFolder();

const PARAMETERS = {
  ...PLACES,
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
  exclusive_content: "false",
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

describe("services", () => {
  const HOT_DEPLOY = "/opt/zato/env/a/hot-deploy";
  const CONTENT = "/var/lib/cdktf-zato/components/a-content";
  const NONE = "0".repeat(64);

  /** A cluster with a server, in which services come live unless their text says otherwise. */
  function cluster(): Sandbox {
    const sandbox = host();
    sandbox.define(`
      foreign() { "$@"; }
      bring_live() { ! grep -q 'live: no' "${folder()}${HOT_DEPLOY}/orders.py"; }
      said_by_server() { printf '\nTraceback of %s' "$1"; }`);
    sandbox.note("restart_servers", "note_server_logs");
    sandbox.program("systemd-run", `cp -r '${folder()}${HOT_DEPLOY}' '${folder()}/live-at-trial'; cat '${folder()}/said' 2>/dev/null; [ ! -e '${folder()}/said' ]`); // prettier-ignore
    const server = "/var/lib/cdktf-zato/components/a-server1";
    sandbox.write(`${server}/kind`, "server\n");
    const unit =
      "[Unit]\nDescription=x\n[Service]\nUser=zato\nType=simple\nExecStartPre=/bin/rm -f x\nEnvironment=PATH=%%/bin\nRestart=always\nX-Restarted-At=y\nTimeoutStopSec=30\n\n[Install]\nWantedBy=z\n"; // prettier-ignore
    const parameters = {
      cluster: "a",
      zato: "/opt/zato/3.3",
      address: "127.0.0.1:17010",
      path: "/opt/zato/env/a/server1",
    };
    sandbox.write(`${server}/manifest`, renderManifest({ parameters, files: { unit, environment: "" } }));
    return sandbox;
  }

  function deploy(sandbox: Sandbox, text: string, services = "orders.list"): BashResult {
    sandbox.write("/staging/a-content.files/services/orders.py", text);
    sandbox.write("/staging/a-content.files/modules/money.py", `of ${text}`);
    const lines = services.split(" ").map((name) => `${name} ${NONE}`);
    return converge(sandbox, { services: lines.join("\n") });
  }

  const live = (sandbox: Sandbox): (string | undefined)[] => [
    sandbox.read(`${HOT_DEPLOY}/orders.py`),
    sandbox.read("/opt/zato/env/a/modules/money.py"),
  ];

  test("are tried in the place of those that are live, confined as the server is, before anything is changed", () => {
    const sandbox = cluster();
    expect(deploy(sandbox, "v1")).toMatchObject({ status: 0 });
    deploy(sandbox, "v2");
    expect(sandbox.read("/live-at-trial/hot-deploy/orders.py")).toBe("v1");
    const trial = sandbox.calls.filter((call) => call.startsWith("systemd-run")).at(-1)!;
    const files = "/var/lib/cdktf-zato/staged.*/a-content.files";
    expect(trial.replace(/staged\.\w+/g, "staged.*").match(/--property=\S+/g)).toEqual(
      [
        "User=zato",
        "Environment=PATH=%/bin",
        `BindReadOnlyPaths=${files}/services:/opt/zato/env/a/hot-deploy`,
        `BindReadOnlyPaths=${files}/modules:/opt/zato/env/a/modules`,
        `BindReadOnlyPaths=${files}/user-conf:/opt/zato/env/a/user-conf`,
        `BindReadOnlyPaths=${files}/static:/opt/zato/env/a/static`,
        `BindReadOnlyPaths=${files}/no-packages:/opt/zato/packages/a`,
        "RuntimeMaxSec=300",
      ].map((property) => `--property=${property}`),
    );
    expect(live(sandbox)).toEqual(["v2", "of v2"]);
  });

  test("that cannot be imported fail the deploy with the traceback, and nothing is changed", () => {
    const sandbox = cluster();
    deploy(sandbox, "v1");
    const verified = sandbox.read(`${CONTENT}/verified`);
    sandbox.write("/said", "orders.py:\nTraceback\nNameError: x\n");
    const { status, stdout } = deploy(sandbox, "v2");
    expect([status, stdout]).toEqual([1, expect.stringContaining("services cannot be imported, and nothing was changed:\norders.py:\nTraceback\nNameError: x (log")]); // prettier-ignore
    expect(live(sandbox)).toEqual(["v1", "of v1"]);
    expect([sandbox.read(`${CONTENT}/verified`), sandbox.read(`${CONTENT}/manifest`)]).toEqual([verified, verified]);
    expect(imports(sandbox)).toBe(1);
  });

  test("that cannot be tried fail it, too", () => {
    const sandbox = cluster();
    sandbox.program("systemd-run", "exit 203");
    expect(deploy(sandbox, "v1").stdout).toContain("the services cannot be tried; see the log");
  });

  test("that do not come live are told with what the server says, and those of before are put back", () => {
    const sandbox = cluster();
    deploy(sandbox, "v1");
    const manifest = sandbox.read(`${CONTENT}/manifest`);
    const { status, stdout } = deploy(sandbox, "v2, live: no");
    expect(status).toBe(1);
    expect(stdout).toMatch(
      /failed: the services are not live on 127\.0\.0\.1:17010: .*\nTraceback of 127\.0\.0\.1:17010/,
    );
    expect(stdout).toContain("putting back the services that the cluster ran before");
    expect(stdout).toContain("to go on, remove the cause and deploy again; to go back, deploy the former program");
    expect(live(sandbox)).toEqual(["v1", "of v1"]);
    expect(sandbox.read(`${CONTENT}/manifest`)).toBe(manifest);
    expect(sandbox.calls.filter((call) => call.startsWith("restart_servers"))).toHaveLength(3);
  });

  test("of before are those that were live last, however many deploys fail or are cut off meanwhile", () => {
    const sandbox = cluster();
    deploy(sandbox, "v1");
    sandbox.define("wait_for_services() { kill -9 $$; }");
    deploy(sandbox, "v2");
    expect(live(sandbox)).toEqual(["v2", "of v2"]);
    sandbox.define("wait_for_services() { on_each_server wait_for_services_on; }");
    expect(deploy(sandbox, "v3, live: no").stdout).toContain("failed: the services are not live");
    expect(live(sandbox)).toEqual(["v1", "of v1"]);
  });

  test("that came live stay where something later fails", () => {
    const sandbox = cluster();
    deploy(sandbox, "v1");
    sandbox.define('admin() { [ "$2" != remove ]; }');
    expect(deploy(sandbox, "v2").status).toBe(1);
    expect(live(sandbox)).toEqual(["v2", "of v2"]);
  });

  test("are needed by servers once they were live, whatever their code, and as long as they are declared", () => {
    const sandbox = cluster();
    const needed = (): string | undefined => sandbox.read(`${CONTENT}/needed`);
    deploy(sandbox, "v1", "orders.list orders.count");
    expect(needed()).toBe("orders.list any\norders.count any\n");
    expect(statSync(join(folder(), CONTENT, "live")).mode & 0o777).toBe(0o600);
    sandbox.define(`restart_servers() { cp '${folder()}${CONTENT}/needed' '${folder()}/needed-then'; }`);
    deploy(sandbox, "v2", "orders.list orders.new");
    expect(sandbox.read("/needed-then")).toBe("orders.list any\n");
    expect(needed()).toBe("orders.list any\norders.new any\n");
  });
});
