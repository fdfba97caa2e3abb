import { createHash } from "node:crypto";
import { readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { renderManifest } from "../../lib/remote/manifest";
import { BashResult, temporaryFolder } from "../support/bash";
import { ownedBy } from "../support/owned-by";
import { Sandbox } from "../support/sandbox";
import { CONTENT_OF_OTHERS } from "./support/content-of-others";

const folder = temporaryFolder();

const PARAMETERS = {
  ...CONTENT_OF_OTHERS,
  releases: "3.2\n3.3",
  release: "zato-3",
  services: "",
  owned: "basic_auth/Partner",
};

const SERVER_CONF = "[main]\ngunicorn_bind=0.0.0.0:17010 # all\ngunicorn_workers=2\n\n[crypto]\nuse_tls=False\n";

/** What the words of an admin command are, in the order in which a deploy of objects gives them. */
const ADMIN = ["require-fit", "make-way", "make-way", "has-jwt", "stages", "close-unsecured", "remove", "verify"];

/** A host with a server of somebody else's, whose Python answers for Zato; `$1` is the script, `$command` what admin.py is asked. */
function host(python = ""): Sandbox {
  const sandbox = new Sandbox(folder());
  sandbox.write("/env/server1/config/repo/server.conf", SERVER_CONF);
  const note = ownedBy(sandbox, folder(), "esb", "/srv/esb");
  sandbox.program("docker", `${note("docker")}; while [ "$1" != box ]; do shift; done; shift; exec "$@"`, false);
  sandbox.program(
    "python",
    `shift 2; script=$(basename "$1") command=\${4:-}
    case $script in existing_servers.py) exec python3 "$@" ;; esac
    [ "$script" != admin.py ] || printf 'admin %s\\n' "$command" >>'${folder()}/calls'
    ${python}
    case $script in existing_client.py) echo noise; echo "password from the ODB"; echo cluster 1 ;; esac`,
    false,
  );
  sandbox.program(
    "zato",
    `case $1 in --version) echo 'Zato 3.3+rev.1' ;; *) printf 'enmasse with %s\\n' "\${Cdktf_Zato_pw:-nothing}" >>'${folder()}/calls' ;; esac`,
    false,
  );
  ["python", "zato"].forEach((name) => symlinkSync(join(folder(), "bin", name), join(folder(), "code/bin", name)));
  sandbox.define(`enmasse_output() { :; }; sleep() { :; }; export TMPDIR='${folder()}/tmp'`);
  return sandbox;
}

function manifest(parameters: Partial<typeof PARAMETERS> = {}): string {
  const server = join(folder(), "env/server1");
  const places = { zato: join(folder(), "code"), server_path: server, server_paths: server };
  const files = { enmasse: "security: []\n", expected: "{}" };
  return renderManifest({ parameters: { ...places, ...PARAMETERS, ...parameters }, files });
}

function converge(sandbox: Sandbox, parameters: Partial<typeof PARAMETERS> = {}, secrets = {}): BashResult {
  return sandbox.converge("content", "old-content", manifest(parameters), { pw: "secret", ...secrets });
}

const steps = (sandbox: Sandbox): string[] => sandbox.calls.filter((call) => /^(admin|enmasse)/.test(call));

describe("content of a cluster that somebody else has installed", () => {
  test("comes as its owner, who is asked first whether it is fit, and leaves nothing in folders of everybody", () => {
    const sandbox = host();
    expect(converge(sandbox)).toMatchObject({ status: 0 });
    const [fit, ...rest] = ADMIN.map((command) => `admin ${command}`);
    expect(steps(sandbox)).toEqual([fit, ...rest.slice(0, 4), "enmasse with secret", ...rest.slice(4)]);
    const ways = sandbox.calls.filter((call) => call.startsWith("setpriv"));
    expect(new Set(ways.map((call) => call.split(" env ")[0]))).toEqual(
      new Set(["setpriv --reuid esb --regid esb --init-groups --no-new-privs --inh-caps=-all"]),
    );
    expect(readdirSync(join(folder(), "tmp"))).toEqual([]);
  });

  test("comes in a container, and no secret is among the words of a command", () => {
    const sandbox = host();
    expect(converge(sandbox, { container: "box", engine: "docker" })).toMatchObject({ status: 0 });
    const ways = sandbox.calls.filter((call) => call.startsWith("docker"));
    expect(steps(sandbox)).toContain("enmasse with secret");
    expect(ways.find((call) => call.includes("enmasse"))).toMatch(
      /^docker exec --interactive --user esb --env=Cdktf_Zato_pw box \/bin\/sh -c /,
    );
    expect(sandbox.calls.filter((call) => /^(docker|setpriv)/.test(call)).join()).not.toMatch(/secret( |$)/m);
    expect(sandbox.calls.some((call) => call.startsWith("setpriv"))).toBe(false);
  });

  test("is asked for by the address and the workers that its server.conf says, or the environment of its process", () => {
    const sandbox = host(`[ "$command" != require-fit ] || printf 'url %s\\n' "$2" >>'${folder()}/calls'`);
    converge(sandbox);
    expect(sandbox.calls).toContain("url http://127.0.0.1:17010");
  });

  test("takes the password that is given, or the one that Zato keeps", () => {
    const sandbox = host(`[ "$script" != admin.py ] || { printf 'password '; cat "$3"; echo; } >>'${folder()}/calls'`);
    converge(sandbox);
    expect(sandbox.calls).toContain("password from the ODB");
    converge(sandbox, { secrets: "pw given\nadmin_invoke_password given" }, { admin_invoke_password: "a given one" });
    expect(sandbox.calls).toContain("password a given one");
  });

  test("keeps nothing when it is removed, and touches nothing of the cluster", () => {
    const sandbox = host();
    converge(sandbox);
    const before = sandbox.calls.length;
    expect(sandbox.run("remove.sh", "content", "old-content").status).toBe(0);
    expect(sandbox.read("/etc/cdktf-zato/content-secrets/old/pw")).toBeUndefined();
    expect(sandbox.calls.slice(before).filter((call) => /^(admin|enmasse|setpriv|docker)/.test(call))).toEqual([]);
  });
});

test("parity asks it the same way", () => {
  const sandbox = host();
  converge(sandbox);
  expect(sandbox.run("parity.sh", "old-content", "ask", "address").stdout).toContain("[host1] parity: as declared");
  expect(steps(sandbox).filter((call) => call === "admin verify")).toHaveLength(2);
});

test("verify asks it the same way, and for nothing but a report", () => {
  const sandbox = host('[ "$command" != report ] || echo "what differs"');
  const { status, stdout } = sandbox.ask("verify.sh", manifest({ secrets: "", secret_variables: "" }), "old-content");
  expect([status, stdout]).toEqual([0, "what differs\n"]);
  expect(steps(sandbox)).toEqual(["admin report"]);
});

test("its services are uploaded where servers have not loaded them, after the one that tells", () => {
  // GIVEN servers that have loaded what was uploaded
  const has = `case $command in
      upload) printf '%s\n' "\${@:5}" | sed -n 's/\\.py$//p' >>'${folder()}/loaded'
        printf 'uploaded %s\n' "$(printf '%s\n' "\${@:5}" | grep '^[^/]*$' | paste -sd ' ')" >>'${folder()}/calls' ;;
      services) while read -r name _ || [ -n "$name" ]; do
          grep -qxF "\${name/cdktf-zato.inventory/cdktf_zato_inventory}" '${folder()}/loaded' 2>/dev/null || echo "$name is not deployed"
        done <"$5" >'${folder()}/missing'
        cat '${folder()}/missing'; [ ! -s '${folder()}/missing' ] || exit 1 ;;
    esac`;
  const sandbox = host(has);
  sandbox.write("/staging/old-content.files/services/cdktf_zato_inventory.py", "");
  sandbox.write("/staging/old-content.files/services/orders.py", "orders");

  // WHEN
  const converged = converge(sandbox, { services: `orders ${createHash("sha256").update("orders").digest("hex")}` });

  // THEN
  expect(converged).toMatchObject({ status: 0 });
  expect(sandbox.calls.filter((call) => call.startsWith("uploaded"))).toEqual([
    "uploaded cdktf_zato_inventory.py",
    "uploaded orders.py",
  ]);
});

test("its services are tried as its first server has them, and where they cannot be imported, nothing is changed", () => {
  // GIVEN
  const sandbox = host(`
    [ "$script" != like_server.py ] || { echo "trying $(ls "$7" | paste -sd ' '), not to tell $(cat "\${@:9}")"; echo 'NameError: x'; exit 1; }`);
  sandbox.write("/staging/old-content.files/services/orders.py", "orders");

  // WHEN
  const { status, stdout } = converge(sandbox, { services: `orders ${"0".repeat(64)}` });

  // THEN
  expect([status, stdout]).toEqual([
    1,
    expect.stringContaining(
      "services cannot be imported, and nothing was changed:\ntrying cdktf_zato_inventory.py orders.py, not to tell secret\nNameError: x",
    ) as string,
  ]);
  expect(steps(sandbox)).toEqual(["admin require-fit"]);
});

test.each<[string, Partial<typeof PARAMETERS>, string, string]>([
  ["a user that is not there", { owner: "nobody-here" }, "", "there is no user nobody-here on this host"],
  ["root", { owner: "root" }, "", "the user root is root; let another user own the servers"],
  ["a program that runs no containers", { container: "box", engine: "podmanx" }, "", "there is no program 'podmanx'"],
  [
    "an ODB that does not answer",
    {},
    "[ \"$script\" != existing_client.py ] || { echo 'Zato does not find it' >&2; exit 1; }",
    "the cluster old: Zato does not find it; nothing was changed",
  ],
  [
    "the second cluster of an ODB",
    {},
    '[ "$script" != existing_client.py ] || { echo password x; echo cluster 2; exit; }',
    "shares its ODB with one that was there before it",
  ],
  [
    "a release that does not fit",
    { releases: "3.2" },
    "",
    "runs Zato 3.3, and content reaches 3.2; tell its release by 'release'",
  ],
  [
    "what is not fit",
    {},
    "[ \"$command\" != require-fit ] || { echo 'the server refuses the password' >&2; exit 1; }",
    "the cluster old: the server refuses the password; nothing was changed",
  ],
])("%s fails before anything is changed", (_, parameters, python, message) => {
  const sandbox = host(python);
  const { status, stdout } = converge(sandbox, parameters);
  expect([status, stdout]).toEqual([1, expect.stringContaining(message)]);
  expect(steps(sandbox).filter((call) => call !== "admin require-fit")).toEqual([]);
});

test("a folder without a server fails before anything is changed", () => {
  const sandbox = host();
  sandbox.write("/env/server1/config/repo/server.conf", "");
  const parameters = { server_paths: join(folder(), "env") } as Partial<typeof PARAMETERS>;
  expect(converge(sandbox, parameters).stdout).toContain("there is no server of Zato in");
});

test("new JWT definitions are created, and whoever owns the servers is asked to restart them", () => {
  const sandbox = host('[ "$command" != has-jwt ] || exit 1');
  expect(converge(sandbox).stdout).toContain("restart them, one after the other, and deploy again");
  expect(steps(sandbox)).toContain("admin create-jwt");
  expect(steps(sandbox).join()).not.toContain("enmasse");
});
