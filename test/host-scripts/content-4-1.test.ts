import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { renderManifest } from "../../lib/remote/manifest";
import { BashResult, temporaryFolder } from "../support/bash";
import { PLACES } from "../support/places";
import { Sandbox } from "../support/sandbox";

const folder = temporaryFolder();

const FIRST = "127.0.0.1:17010";
const SECOND = "127.0.0.1:17011";
const HOT_DEPLOY = "/opt/zato/env/a/hot-deploy";
const OK = "⭐ Enmasse OK (/x)";

const PARAMETERS = {
  ...PLACES,
  release: "zato-4",
  host: "host1",
  label: "content",
  cluster: "a",
  zato: "/opt/zato/4.1",
  packages: "/opt/zato/packages/a",
  server_path: "/opt/zato/env/a/server1",
  servers: `${FIRST} 1\n${SECOND} 1`,
  services: "",
  objects: "1",
  owned: "basic_auth/Partner",
  exclusive_content: "false",
  sql_connections: "",
  secret_variables: "pw Cdktf_Zato_pw",
  secrets: "pw given",
  secrets_versions: "pw 1",
  passwords: "pw basic_auth/A partner",
};

/**
 * A cluster of two servers, whose enmasse says something and ends with a status, and whose admin API answers as the program says, which
 * gets the address as `$1` and the command as `$2`.
 */
function host({ admin = ":", said = OK, status = 0, isolated = true } = {}): Sandbox {
  const sandbox = new Sandbox(folder());
  sandbox.note("restart_servers", "restart_server", "take_cluster_out", "put_cluster_back");
  sandbox.write("/said", said);
  sandbox.define(`
    note() { printf '%s\\n' "$*" >>'${folder()}/calls'; }
    for_zato() { printf '%s' "$1"; }; is_roots_tree() { [ -d "$1" ]; }; own_cluster_folder() { :; }
    sleep() { :; }; foreign() { "$@"; }; said_by_server() { printf '\\nTraceback of %s' "$1"; }
    python_as_zato() { note "$1 $2"; [ "$1" != enmasse_output.py ] || sed 's/.*: //' "$3"; }
    try_services() { :; }; note_server_logs() { :; }
    as_zato() { note "enmasse $* with \${Cdktf_Zato_pw:-nothing}"; cat '${folder()}/said'; return ${status}; }
    admin() { note "$1 $2 \${*:3}"; ${admin}; }`);
  const balancer = "/var/lib/cdktf-zato/components/a-load-balancer";
  sandbox.write(`${balancer}/kind`, "load-balancer\n");
  sandbox.write(`${balancer}/manifest`, renderManifest({ parameters: { cluster: "a", drain_seconds: "60" } }));
  for (const [name, address] of [
    ["server1", FIRST],
    ["server2", SECOND],
  ] as const) {
    const path = `/var/lib/cdktf-zato/components/a-${name}`;
    const parameters = {
      cluster: "a",
      address,
      home: "/opt/zato/env/a/home",
      load_balancer_socket: join(folder(), "s"),
      back_end: `back/${name}`,
    };
    sandbox.write(`${path}/kind`, "server\n");
    sandbox.write(`${path}/manifest`, renderManifest({ parameters, files: {} }));
  }
  // What servers do around a restart is theirs.
  if (isolated) {
    const script = "/staging/scripts/release/zato-4/content.sh";
    const noted = `if [ "$2" = gets_requests ]; then [ ! -e '${folder()}'/taken-out ]; else note "$2 $(basename "$1")"; fi`;
    sandbox.write(script, `${sandbox.read(script)!}\nat_server() { ${noted}; }\n`);
  }
  return sandbox;
}

function converge(sandbox: Sandbox, parameters: Partial<typeof PARAMETERS> = {}, password = "secret"): BashResult {
  const files = { enmasse: "security: []\n", expected: "{}" };
  const manifest = renderManifest({ parameters: { ...PARAMETERS, ...parameters }, files });
  return sandbox.converge("content", "a-content", manifest, { pw: password });
}

/** What was done, without files among the words. */
function steps(sandbox: Sandbox): string[] {
  return sandbox.calls
    .filter((call) => !/^(enmasse_output|systemctl|chown|put_cluster_back)/.test(call))
    .map((call) =>
      call
        .replace(/^enmasse .*/, "enmasse")
        .replace(/ \/.*$/, "")
        .trim(),
    );
}

const EVERYTHING = [
  `${FIRST} make-way`,
  `${FIRST} make-way`,
  `${FIRST} stages`,
  "drain a-server1",
  "enmasse",
  "put_back a-server1",
  `${FIRST} close-unsecured`,
  `${FIRST} change-passwords`,
  `${FIRST} remove`,
  "drain a-server2",
  `${SECOND} reload`,
  "put_back a-server2",
  `${FIRST} probe`,
  `${SECOND} probe`,
  `${FIRST} verify`,
];

describe("objects", () => {
  test("are imported by one server and read by the others, each without requests meanwhile, and known to all in the end", () => {
    const sandbox = host();
    expect(converge(sandbox)).toMatchObject({ status: 0 });
    expect(steps(sandbox)).toEqual(EVERYTHING);
  });

  test("are imported by a server that gets no requests, and is left so", () => {
    const sandbox = host();
    sandbox.write("/taken-out", "");
    expect(converge(sandbox)).toMatchObject({ status: 0 });
    expect(steps(sandbox)).toEqual(EVERYTHING.filter((step) => !/^(drain|put_back) /.test(step)));
  });

  test("are imported by a server that its load-balancer sends nothing meanwhile", async () => {
    // GIVEN
    const socket = createServer().listen(join(folder(), "s"));
    await once(socket, "listening");
    const sandbox = host({ isolated: false });
    sandbox.define(`
      haproxy_usable() { printf 'server1\\n'; }; haproxy_has_others() { :; }; haproxy_is_healthy() { :; }
      haproxy_drain() { note "drain $2 $3"; }; haproxy_ready() { note "ready $2"; }`);

    // WHEN
    const { status } = converge(sandbox);
    socket.close();

    // THEN the second one, which gets no requests, is left as it is
    expect(status).toBe(0);
    const seen = steps(sandbox).filter((step) => /^(drain|ready|enmasse|.* reload$)/.test(step));
    expect(seen).toEqual(["drain back/server1 60", "enmasse", "ready back/server1", `${SECOND} reload`]);
  });

  test("are imported with secrets in the environment, in the home of the servers", () => {
    const sandbox = host();
    converge(sandbox);
    const [call] = sandbox.calls.filter((line) => line.startsWith("enmasse env"));
    expect(call).toMatch(
      /^enmasse env HOME=\/opt\/zato\/env\/a\/home \/opt\/zato\/4\.1\/bin\/zato enmasse \/opt\/zato\/env\/a\/server1 --import --input \S+ --initial-wait-time 60 --missing-wait-time 10 with secret$/,
    );
  });

  test("that nothing has changed of are read by nobody anew, and known to all nevertheless", () => {
    const sandbox = host();
    converge(sandbox);
    const before = steps(sandbox).length;
    converge(sandbox, { packages: "/opt/zato/packages/b" });
    expect(steps(sandbox).slice(before)).toEqual([
      `${FIRST} verify a`.replace(" a", ""),
      `${FIRST} remove`,
      `${FIRST} probe`,
      `${SECOND} probe`,
      `${FIRST} verify`,
    ]);
  });

  test("that were deleted are forgotten by the others; services when these start again", () => {
    const removing = (what: string): Sandbox => host({ admin: `[ "$2" != remove ] || echo 'deleted ${what}'` });
    const channel = removing("channel_rest/Orders");
    converge(channel, { objects: "0", passwords: "" });
    expect(steps(channel)).toContain(`${SECOND} reload`);
  });

  test("and services that were deleted are forgotten when the others start again", () => {
    const sandbox = host({ admin: "[ \"$2\" != remove ] || printf 'deleted channel_rest/Orders\\ndeleted service/orders.list\\n'" }); // prettier-ignore
    converge(sandbox, { objects: "0" });
    expect(sandbox.calls.filter((call) => /^restart_server |reload/.test(call))).toEqual([
      expect.stringMatching(/^restart_server .*\/a-server2\/?$/),
    ]);
  });

  test.each([
    ["ends with another status", { status: 16, said: "Error during import: no service" }, "enmasse ended with exit status 16: no service"], // prettier-ignore
    ["does not say that all is well", { said: "2026-08-17 10:11:12,1 - x.y - INFO - all: done" }, "enmasse reports errors: done"], // prettier-ignore
    ["has passed over something", { said: `2026-08-17 10:11:12,1 - x.y - ERROR - not found: X\n${OK}` }, "enmasse reports errors: X"], // prettier-ignore
    ["was not heard by its server", { said: `x: reload_config response ok=False data=None\n${OK}` }, "enmasse reports errors"], // prettier-ignore
  ])("of which an import %s fail, and the server gets requests again", (_, zato, message) => {
    const sandbox = host(zato);
    const { status, stdout } = converge(sandbox);
    expect([status, stdout]).toEqual([1, expect.stringContaining(`failed: ${message}`)]);
    expect(steps(sandbox)).toEqual(EVERYTHING.slice(0, EVERYTHING.indexOf(`${FIRST} close-unsecured`) + 1));
  });

  test("are imported again after an import that failed, since it may have left a part", () => {
    const sandbox = host({ status: 16 });
    converge(sandbox);
    sandbox.define(`as_zato() { note "enmasse $*"; echo '${OK}'; }`);
    expect(converge(sandbox, { packages: "/opt/zato/packages/b" })).toMatchObject({ status: 0 });
    expect(steps(sandbox).slice(-EVERYTHING.length)).toEqual(EVERYTHING);
  });

  test("are read by the others after each import, not only the first", () => {
    const sandbox = host();
    converge(sandbox);
    const before = steps(sandbox).length;
    expect(converge(sandbox, { secrets_versions: "pw 2" }, "other")).toMatchObject({ status: 0 });
    expect(steps(sandbox).slice(before)).toEqual(expect.arrayContaining(["enmasse", `${SECOND} reload`]));
  });

  test("without secrets are imported, and no password is changed", () => {
    const sandbox = host();
    const none = { secret_variables: "", secrets: "", secrets_versions: "", passwords: "" };
    expect(converge(sandbox, none)).toMatchObject({ status: 0 });
    expect(steps(sandbox)).toEqual(EVERYTHING.filter((step) => !step.endsWith("change-passwords")));
  });

  test("that would have let everybody in are closed on all servers, whatever else fails", () => {
    const sandbox = host({ status: 16, admin: "[ \"$2\" != close-unsecured ] || echo 'deleted channel_rest/Open, which would have let everybody in'" }); // prettier-ignore
    expect(converge(sandbox).stdout).toContain("failed: enmasse ended with exit status 16");
    expect(steps(sandbox).slice(-3)).toEqual(["drain a-server2", `${SECOND} reload`, "put_back a-server2"]);
  });

  test.each(["true", "Yes", " on\n", "y", "T", "1", "false", "no", "OFF", "n", "F", "0", " \t"])(
    "of which a secret is %j are refused before anything is imported",
    (word) => {
      const sandbox = host();
      expect(converge(sandbox, {}, word).stdout).toContain(
        "failed: the secret 'pw' is white space, or a word that an import takes for yes or no; choose another one; nothing was imported",
      );
      expect(steps(sandbox)).not.toContain("enmasse");
    },
  );

  test.each(["yes, please", "10", "truest", "p\nq"])("of which a secret is %j are imported", (word) => {
    expect(converge(host(), {}, word)).toMatchObject({ status: 0 });
  });

  test("get the passwords of definitions, each from its file", () => {
    const sandbox = host();
    sandbox.define(`admin() { [ "$2" != change-passwords ] || cat "$3" >'${folder()}/passwords'; }`);
    converge(sandbox);
    expect(sandbox.read("/passwords")).toBe("/etc/cdktf-zato/content-secrets/a/pw basic_auth/A partner\n");
  });

  test.each([
    ["close-unsecured", "the cluster a cannot be asked whom it lets in"],
    ["change-passwords", "the passwords could not be changed; see the log"],
    ["remove", "what is no longer declared could not be deleted; see the log"],
    ["reload", `the server at ${SECOND} does not read what has changed; see the log`],
    ["probe", `the server at ${FIRST} is not as declared: `],
  ])("fail where a server does not answer to '%s'", (command, message) => {
    const { status, stdout } = converge(host({ admin: `[ "$2" != ${command} ]` }));
    expect([status, stdout]).toEqual([1, expect.stringContaining(message)]);
  });

  test("that a server does not know fail with what it answers", () => {
    const admin = `[ "$1 $2" != '${SECOND} probe' ] || { echo 'channel_rest/Orders answers 404' >&2; false; }`;
    expect(converge(host({ admin })).stdout).toContain(
      `failed: the server at ${SECOND} is not as declared: channel_rest/Orders answers 404`,
    );
  });
});

describe("services", () => {
  const hash = (text: string): string => createHash("sha256").update(text).digest("hex");

  /**
   * Servers that have loaded what was announced to them, but for files with "broken" in them, and say so line by line: a file a server, with
   * the hashes that it has loaded.
   */
  const SERVERS = `
    loaded='$FOLDER'/loaded-\${1##*:}; touch "$loaded"
    case $2 in
        upload) shift 2; while [ $# -gt 0 ]; do ! grep -q broken "$2" || { echo "nothing was deployed from $1" >&2; return 1; }; sha256sum <"$2" | cut -d ' ' -f 1 >>"$loaded"; shift 2; done ;;
        services) local name hash bad=0; while read -r name hash || [ -n "$name" ]; do tail -n 50 "$loaded" | grep -qxF "$hash" || { echo "$name is not deployed"; bad=1; }; done <"$3"; return $bad ;;
    esac`;

  function cluster(): Sandbox {
    const sandbox = host({ admin: SERVERS.replace("$FOLDER", folder()) });
    sandbox.define("wait_until() { shift 2; \"$@\" >/dev/null 2>&1; }"); // prettier-ignore
    return sandbox;
  }

  function deploy(sandbox: Sandbox, files: Record<string, string>): BashResult {
    Object.entries(files).forEach(([name, text]) =>
      sandbox.write(`/staging/a-content.files/services/${name}.py`, text),
    );
    const services = Object.entries(files).map(([name, text]) => `${name}.list ${hash(text)}`);
    return converge(sandbox, { services: services.join("\n"), objects: "0", passwords: "" });
  }

  const announced = (sandbox: Sandbox): string[] =>
    sandbox.calls.filter((call) => / upload /.test(call)).map((call) => call.replaceAll(`${HOT_DEPLOY}/`, ""));

  test("are announced to each server by the paths of their files, what tells of them first", () => {
    const sandbox = cluster();
    expect(deploy(sandbox, { orders: "v1", stock: "s1" })).toMatchObject({ status: 0 });
    const inventory = "cdktf_zato_inventory.py cdktf_zato_inventory.py";
    const both = "orders.py orders.py stock.py stock.py";
    expect(announced(sandbox)).toEqual([FIRST, SECOND].flatMap((server) => [`${server} upload ${inventory}`, `${server} upload ${both}`])); // prettier-ignore
    expect(sandbox.read(`${HOT_DEPLOY}/orders.py`)).toBe("v1");
  });

  test("that a server has are not announced to it again", () => {
    const sandbox = cluster();
    deploy(sandbox, { orders: "v1", stock: "s1" });
    const before = announced(sandbox).length;
    deploy(sandbox, { orders: "v2", stock: "s1" });
    expect(announced(sandbox).slice(before)).toEqual([FIRST, SECOND].map((server) => `${server} upload orders.py orders.py`)); // prettier-ignore
  });

  test("that servers have read when they were restarted are not announced", () => {
    const sandbox = cluster();
    sandbox.define(`restart_servers() { local file; for file in '${folder()}${HOT_DEPLOY}'/*.py; do for port in 17010 17011; do sha256sum <"$file" | cut -d ' ' -f 1 >>'${folder()}'/loaded-$port; done; done; }`); // prettier-ignore
    sandbox.write("/staging/a-content.files/modules/money.py", "m1");
    expect(deploy(sandbox, { orders: "import money" })).toMatchObject({ status: 0 });
    expect(announced(sandbox)).toEqual([]);
  });

  test("that a server passes over fail at once, with what its log says, and those of before are there again", () => {
    const sandbox = cluster();
    deploy(sandbox, { orders: "v1" });
    const { status, stdout } = deploy(sandbox, { orders: "broken" });
    expect(status).toBe(1);
    expect(stdout).toMatch(
      new RegExp(
        `failed: the services are not live on ${FIRST}: orders\\.list is not deployed\\nTraceback of ${FIRST}`,
      ),
    );
    expect(stdout).toContain("putting back the services that the cluster ran before");
    expect(sandbox.read(`${HOT_DEPLOY}/orders.py`)).toBe("v1");
    expect(announced(sandbox).filter((call) => call.startsWith(SECOND) && call.includes("orders"))).toHaveLength(1);
  });
});

describe("servers that had to wait for it, since their database is a new one,", () => {
  const waiting = (more: Parameters<typeof host>[0] = {}): Sandbox => {
    const sandbox = host(more);
    sandbox.write("/var/lib/cdktf-zato/components/a-content/awaited", "");
    const waits = `printf '%s %s\n' let-in "$(basename "$state")\${KEPT_OUT:+, cluster out}" >>'${folder()}/calls'`;
    sandbox.write("/staging/scripts/kinds/server.sh", `put_back() { ${waits}; }\n`);
    return sandbox;
  };
  const end = (sandbox: Sandbox): string[] => sandbox.calls.filter((call) => /^(let-in|put_cluster_back)/.test(call));

  test("get requests when all of it is there, and then their cluster", () => {
    const sandbox = waiting();
    expect(converge(sandbox)).toMatchObject({ status: 0, stderr: "" });
    expect(end(sandbox).slice(-3)).toEqual([
      "let-in a-server1, cluster out",
      "let-in a-server2, cluster out",
      "put_cluster_back",
    ]);
    expect(sandbox.read("/var/lib/cdktf-zato/components/a-content/awaited")).toBeUndefined();
  });

  test("get none where it is not as declared in the end", () => {
    const sandbox = waiting({ admin: '[ "$2" != verify ]' });
    expect(converge(sandbox).status).toBe(1);
    expect(end(sandbox).filter((call) => call.startsWith("let-in"))).toEqual([]);
    expect(sandbox.read("/var/lib/cdktf-zato/components/a-content/awaited")).toBe("");
  });
});
