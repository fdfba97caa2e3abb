import { execFileSync } from "node:child_process";
import { renderManifest } from "../../lib/remote/manifest";
import { BashResult, temporaryFolder } from "../support/bash";
import { PLACES, placesOf } from "../support/places";
import { Sandbox } from "../support/sandbox";

const folder = temporaryFolder();

const CONTENT = "/var/lib/cdktf-zato/components/a-content";
const HOT_DEPLOY = "/opt/zato/env/a/hot-deploy";

/** A host with a server, whose load-balancer has it out while there is a file `out`, and which has all that it needs at the check `good`. */
function host({ good = 1, needed = "orders.list any\n" }: { good?: number; needed?: string } = {}): Sandbox {
  const sandbox = new Sandbox(folder());
  const socket = `${folder()}/socket`;
  execFileSync("python3", ["-c", `import socket; socket.socket(socket.AF_UNIX).bind('${socket}')`]);
  sandbox.define(`
    for_zato() { printf '%s' "$1"; }; sleep() { :; }; is_roots_tree() { [ -d "$1" ]; }
    haproxy_out_of_rotation() { cat '${folder()}/out' 2>/dev/null || true; }
    haproxy_admin() { printf '%s\\n' "$2" >>'${folder()}/calls'; echo "$2" >'${folder()}/out'; }
    haproxy_ready() { printf 'ready\\n' >>'${folder()}/calls'; rm -f '${folder()}/out'; }
    admin() { printf 'asked\\n' >>'${folder()}/calls'
      [ "$(grep -c asked '${folder()}/calls')" -ge ${good} ] || { echo 'orders.list is not deployed'; false; }; }`);
  const parameters = { ...PLACES, cluster: "a", address: "127.0.0.1:17010", workers: "2", load_balancer_socket: socket, back_end: "bck/server1", path: "/opt/zato/env/a/server1", label: "server1" }; // prettier-ignore
  sandbox.write("/var/lib/cdktf-zato/components/a-server1/kind", "server\n");
  sandbox.write("/var/lib/cdktf-zato/components/a-server1/manifest", renderManifest({ parameters }));
  sandbox.write(`${CONTENT}/kind`, "content\n");
  sandbox.write(`${CONTENT}/manifest`, manifest("new"));
  if (needed) sandbox.write(`${CONTENT}/needed`, needed);
  return sandbox;
}

const manifest = (service: string): string =>
  renderManifest({
    parameters: {
      ...placesOf("a", folder()),
      cluster: "a",
      packages: `${folder()}/opt/zato/packages/a/build`,
      services: `${service} ${"0".repeat(64)}`,
    },
  });

const after = (sandbox: Sandbox, process = "self"): BashResult =>
  sandbox.run("server-start.sh", "after", "a-server1", process);

const OUT = "set server bck/server1 state maint";

describe("a server that has been started, by whomever,", () => {
  test("gets requests when all its workers have loaded what the cluster ran, and none before", () => {
    const sandbox = host({ good: 3 });
    expect(after(sandbox)).toMatchObject({ status: 0, stderr: "" });
    expect(sandbox.calls).toEqual([OUT, "asked", "asked", "asked", "ready"]);
  });

  test("gets none while its cluster's database is a new one without content, whoever was bringing that", () => {
    const sandbox = host();
    sandbox.write(`${CONTENT}/awaited`, "");
    expect(after(sandbox)).toMatchObject({ status: 0, stderr: "" });
    expect(after(sandbox)).toMatchObject({ status: 0, stderr: "" });
    expect(sandbox.calls).toEqual(["set server bck/server1 state drain"]);
    expect(sandbox.read("/out")).toBeDefined();
  });

  test("is left to a deploy that is at work, and to a load-balancer that does not know it", () => {
    const sandbox = host();
    sandbox.write(`${CONTENT}/awaited`, "");
    sandbox.define("is_run_at_work() { true; }");
    expect(after(sandbox).status).toBe(0);
    expect(sandbox.calls).toEqual([]);
    sandbox.define("is_run_at_work() { false; }; haproxy_admin() { echo 'No such server.'; }");
    expect(after(sandbox).status).toBe(0);
    expect(sandbox.calls).toEqual([]);
  });

  test("and ends without that has not started, for systemd to start it anew, and gets none in the meantime", () => {
    const sandbox = host({ good: 2 });
    const { status, stdout } = after(sandbox, "none");
    expect([status, stdout]).toEqual([1, expect.stringContaining("it gets no requests, since it lacks what the cluster ran: orders.list is not deployed")]); // prettier-ignore
    expect(sandbox.calls).toEqual([OUT, "asked"]);
    expect(sandbox.read("/run/cdktf-zato/held-a-server1")).toBe("");

    // WHEN it is started again
    expect(after(sandbox).status).toBe(0);
    expect(sandbox.calls).toEqual([OUT, "asked", "asked", "ready"]);
    expect(sandbox.read("/run/cdktf-zato/held-a-server1")).toBeUndefined();
  });

  test("is kept from requests again by a load-balancer that has forgotten it", () => {
    const sandbox = host({ good: 2 });
    sandbox.define(`sleep() { rm -f '${folder()}/out'; }`);
    after(sandbox);
    expect(sandbox.calls).toEqual([OUT, "asked", OUT, "asked", "ready"]);
  });

  test("is left to whoever has taken it out of rotation", () => {
    const sandbox = host({ good: 9 });
    sandbox.write("/out", "drain");
    expect(after(sandbox)).toMatchObject({ status: 0 });
    expect(sandbox.calls).toEqual([]);
  });

  test("gets requests at once where nothing was ever live", () => {
    const sandbox = host({ needed: "" });
    expect(after(sandbox)).toMatchObject({ status: 0 });
    expect(sandbox.calls).toEqual([]);
  });
});

describe("a server that is about to be started", () => {
  function cutOff(): Sandbox {
    const sandbox = host();
    sandbox.write(`${CONTENT}/former/live`, manifest("old"));
    sandbox.write(`${CONTENT}/former/requirements`, "requests\n");
    sandbox.write(`${CONTENT}/former/services/old.py`, "old");
    sandbox.write(`${CONTENT}/former/modules/money.py`, "old");
    sandbox.write(`${CONTENT}/former/user-conf/a.ini`, "old");
    sandbox.write(`${HOT_DEPLOY}/new.py`, "new");
    sandbox.write("/opt/zato/env/a/modules/money.py", "new");
    sandbox.write("/opt/zato/packages/a/build/x.py", "new");
    sandbox.write("/opt/zato/packages/a/build.former/x.py", "old");
    return sandbox;
  }

  const before = (sandbox: Sandbox): BashResult => sandbox.run("server-start.sh", "before", "a-server1");

  const there = (sandbox: Sandbox): (string | undefined)[] => [
    sandbox.read(`${HOT_DEPLOY}/old.py`),
    sandbox.read(`${HOT_DEPLOY}/new.py`),
    sandbox.read("/opt/zato/env/a/modules/money.py"),
    sandbox.read("/opt/zato/packages/a/build/x.py"),
  ];

  test("finds what the cluster ran before a deploy that was cut off, and what is noted is that", () => {
    const sandbox = cutOff();
    expect(before(sandbox)).toMatchObject({ status: 0, stderr: "" });
    expect(there(sandbox)).toEqual(["old", undefined, "old", "old"]);
    expect(sandbox.read(`${CONTENT}/manifest`)).toBe(manifest("old").replaceAll(folder(), ""));
    expect(sandbox.read(`${CONTENT}/needed`)).toBe("old any\n");
    expect(sandbox.read(`${CONTENT}/requirements`)).toBe("requests\n");
    expect(sandbox.read(`${CONTENT}/former/live`)).toBeUndefined();
    // So that the next deploy restarts those that have read anything else.
    expect(sandbox.read(`${CONTENT}/read-at-start`)).toBe("unknown\n");
  });

  test("leaves everything to a deploy that is at work", () => {
    const sandbox = cutOff();
    sandbox.define('flock() { [ "$1" != -n ]; }');
    expect(before(sandbox)).toMatchObject({ status: 0, stderr: "" });
    expect(there(sandbox)).toEqual([undefined, "new", "new", "new"]);
  });

  test("changes nothing where no deploy was cut off", () => {
    const sandbox = host();
    expect(before(sandbox)).toMatchObject({ status: 0, stdout: "", stderr: "" });
  });
});
