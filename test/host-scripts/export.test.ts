import { existsSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readExport } from "../../lib/cli/export-answer";
import { renderManifest } from "../../lib/remote/manifest";
import { placeOfOthers } from "../../lib/zato/place-of-others";
import { BashResult, temporaryFolder } from "../support/bash";
import { ownedBy } from "../support/owned-by";
import { Sandbox } from "../support/sandbox";

const folder = temporaryFolder();

const CONTENT = { identity: "i", services: { "orders.list": "h" }, files: {}, rows: {}, own: [] };
const OBJECTS = { channel_rest: [{ name: "Orders\t\u001b[31m" }] };

/** A host with servers of somebody else's, whose Python answers for Zato; `$script` is what runs, `$command` what admin.py is asked. */
function host({ python = "", servers = ["qs-1/server1", "qs-1/server2"] } = {}): Sandbox {
  const sandbox = new Sandbox(folder());
  servers.forEach((name, number) =>
    sandbox.write(`/opt/zato/env/${name}/config/repo/server.conf`, `[main]\ngunicorn_bind=0.0.0.0:1701${number}\n`),
  );
  const note = ownedBy(sandbox, folder(), "zato", "/opt/zato");
  sandbox.program(
    "docker",
    `${note("docker")}; case $1 in port) echo 0.0.0.0:32001; exit ;; esac; while [ "$1" != box ]; do shift; done; shift; exec "$@"`,
    false,
  );
  sandbox.program("sshd", "printf 'hostkey %s\\n' /keys/ssh_host_ed25519_key /keys/ssh_host_ecdsa_key", false);
  sandbox.program("cut", `if [[ \${*: -1} == *_ecdsa_key.pub ]]; then echo 'ecdsa-sha2-nistp256 AAAA'; elif [[ \${*: -1} == /keys/* ]]; then echo 'ssh-ed25519 BBBB'; else exec /usr/bin/cut "$@"; fi`, false); // prettier-ignore
  sandbox.program("curl", 'case $* in *:17010/*) echo "{\\"zato_env\\": {}}" ;; *) exit 7 ;; esac', false);
  writeFileSync(join(folder(), "content.json"), JSON.stringify(CONTENT));
  writeFileSync(join(folder(), "objects.json"), JSON.stringify(OBJECTS));
  sandbox.program(
    "python",
    `shift 2; script=$(basename "$1") command=\${4:-}
    case $script in existing_servers.py) exec python3 "$@" ;; esac
    [ "$script" != admin.py ] || printf 'admin %s\\n' "$command\${8:+ $8}" >>'${folder()}/calls'
    ${python}
    case $script:$command in
      existing_client.py:*) echo noise; echo "password from the ODB"; echo cluster 1 ;;
      admin.py:export) cat '${folder()}/content.json' ;;
      existing_objects.py:*) echo noise; echo "objects $(cat '${folder()}/objects.json')"; echo 'users {"web-admin": ["admin"]}' ;;
    esac`,
    false,
  );
  sandbox.program("zato", "echo 'Zato 3.3+rev.1'", false);
  ["python", "zato"].forEach((name) => symlinkSync(join(folder(), "bin", name), join(folder(), "code/bin", name)));
  sandbox.define(`export TMPDIR='${folder()}/tmp'`);
  return sandbox;
}

function exported(sandbox: Sandbox, parameters: Readonly<Record<string, string>> = {}): BashResult {
  const file = join(folder(), "manifest");
  const place = placeOfOthers({ owner: "zato", container: "", engine: "", servers: [], zato: join(folder(), "code") });
  const others = { cluster: "ops@a", address: "10.0.0.11", scheduler_runs: "true" };
  writeFileSync(file, renderManifest({ parameters: { ...place, ...others, ...parameters } }));
  return sandbox.run("export.sh", file);
}

test("a cluster tells what it runs and where it is, as its owner, and nothing is left or changed", () => {
  // GIVEN
  const sandbox = host();

  // WHEN
  const { status, stdout, stderr } = exported(sandbox);

  // THEN
  expect([status, stderr]).toEqual([0, ""]);
  expect(readExport(stdout)).toEqual({
    ...CONTENT,
    release: "3.3",
    cpus: expect.any(Number) as number,
    hostKeys: ["ecdsa-sha2-nistp256 AAAA", "ssh-ed25519 BBBB"],
    port: 17010,
    folders: ["server1", "server2"].map((name) => join(folder(), "opt/zato/env/qs-1", name)),
    schedulerRuns: false,
    objects: OBJECTS,
    users: { "web-admin": ["admin"] },
  });
  expect(sandbox.calls.filter((call) => call.startsWith("admin"))).toEqual([
    "admin require-fit work/hot-deploy",
    "admin export",
  ]);
  expect(
    new Set(sandbox.calls.filter((call) => call.startsWith("setpriv")).map((call) => call.split(" env ")[0])),
  ).toEqual(new Set(["setpriv --reuid zato --regid zato --init-groups --no-new-privs --inh-caps=-all"]));
  expect(readdirSync(join(folder(), "tmp"))).toEqual([]);
  ["var/lib/cdktf-zato", "etc/cdktf-zato", "var/log/cdktf-zato"].forEach((place) =>
    expect(existsSync(join(folder(), place))).toBe(false),
  );
});

test("in a container it is asked there, and answers at the port that is published", () => {
  const sandbox = host();
  sandbox.program("curl", 'case $* in *:32001/*) echo "{\\"zato_env\\": {}}" ;; *) exit 7 ;; esac', false);
  const { stdout } = exported(sandbox, { container: "box", engine: "docker" });
  expect(readExport(stdout)).toMatchObject({ port: 32001, services: CONTENT.services });
  expect(sandbox.calls.some((call) => call.startsWith("setpriv"))).toBe(false);
});

test("a cluster of 4.1 is asked as one of that, whatever the answer to a request of its health is like", () => {
  // GIVEN
  const sandbox = host({ servers: [] });
  sandbox.write("/opt/zato/env/qs-1/server1/config/repo/server.conf", "[main]\nbind=0.0.0.0:17010\n");
  sandbox.program("zato", "echo 'Zato 4.1+rev.1'", false);
  sandbox.program("curl", `case $* in *:17010/*) echo '{"is_ok":true}' ;; *) exit 7 ;; esac`, false);

  // WHEN
  const known = { by_release: "4.1 zato-4 cdktf-zato\n3.3 zato-3 work/hot-deploy", releases: "4.1\n3.3" };
  const { status, stdout } = exported(sandbox, known);

  // THEN
  expect(status).toBe(0);
  expect(readExport(stdout)).toMatchObject({ release: "4.1", port: 17010 });
  expect(sandbox.calls.find((call) => call.startsWith("admin require-fit"))).toMatch(/ cdktf-zato$/);
});

test("where nothing answers from outside, no port is told", () => {
  const sandbox = host();
  sandbox.program("curl", "echo 'another program'", false);
  expect(readExport(exported(sandbox).stdout).port).toBeUndefined();
});

test.each<[string, Parameters<typeof host>[0], Readonly<Record<string, string>>, string]>([
  ["no folder of a server", { servers: [] }, {}, "there is no server of Zato below"],
  ["servers of two clusters", { servers: ["a/server1", "b/server1"] }, {}, "there are servers of several clusters ("],
  ["a user that is not there", {}, { owner: "nobody-here" }, "there is no user nobody-here on this host"],
  [
    "a folder without Zato's code",
    {},
    { zato: "/nowhere" },
    "the user zato cannot run /nowhere/bin/python for the cluster ops@a",
  ],
  ["a release that does not fit", {}, { releases: "3.2" }, "runs Zato 3.3, and content reaches 3.2"],
  [
    "what is not fit",
    { python: "[ \"$command\" != require-fit ] || { echo 'the server refuses the password' >&2; exit 1; }" },
    {},
    "the cluster ops@a: the server refuses the password; nothing was changed",
  ],
  [
    "an enmasse that exports nothing",
    { python: "[ \"$script\" != existing_objects.py ] || { printf 'enmasse \\033[31mis ill\\n' >&2; exit 1; }" },
    {},
    "the cluster ops@a: enmasse [31mis ill; nothing was changed",
  ],
])("%s ends it with a way out", (_, given, parameters, message) => {
  const { status, stdout, stderr } = exported(host(given), parameters);
  expect([status, stdout, stderr]).toEqual([1, "", expect.stringContaining(message)]);
});
