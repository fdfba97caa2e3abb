import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { renderManifest } from "../../lib/remote/manifest";
import { BashResult, temporaryFolder } from "../support/bash";
import { ownedBy } from "../support/owned-by";
import { Sandbox } from "../support/sandbox";
import { CONTENT_OF_OTHERS } from "./support/content-of-others";

const folder = temporaryFolder();

const PARAMETERS = {
  ...CONTENT_OF_OTHERS,
  releases: "4.1",
  release: "zato-4",
  own_hot_deploy: "cdktf-zato",
  health_path: "/zato/ping",
  services: `orders ${createHash("sha256").update("orders").digest("hex")}`,
  owned: "basic_auth/Partner\nservice/orders",
};

const SERVERS = { server1: "17010", server2: "17011" };

/** What a server answers by admin.py: it has loaded those files of which it was told, as long as a program does not say otherwise. */
const LOADED = `
  case $command in
    upload) shift 4; for file in "$@"; do printf '%s\\n' "\${file##*/}" >>"$loaded"; done ;;
    services)
      status=0
      while read -r name _ || [ -n "$name" ]; do
        grep -qxF "\${name/cdktf-zato.inventory/cdktf_zato_inventory}.py" "$loaded" 2>/dev/null || { echo "$name is not deployed"; status=1; }
      done <"$5"
      exit "$status" ;;
  esac`;

/** A host with two servers of 4.1 of somebody else's, whose Python answers for Zato; `$at` is the port that is asked, `$command` for what. */
function host(python = ""): Sandbox {
  const sandbox = new Sandbox(folder());
  for (const [name, port] of Object.entries(SERVERS)) {
    sandbox.write(`/env/${name}/config/repo/server.conf`, `[main]\nbind=0.0.0.0:${port}\n`);
    mkdirSync(join(folder(), "env", name, "pickup/incoming/services"), { recursive: true });
  }
  ownedBy(sandbox, folder(), "esb", "/srv/esb");
  sandbox.program(
    "python",
    `shift 2; script=$(basename "$1") at=\${2##*:} command=\${4:-} loaded='${folder()}'/loaded-by-\${2##*:}
    case $script in existing_servers.py | place_services.py | like_server.py) exec python3 "$@" ;; esac
    [ "$script" != admin.py ] || printf 'admin %s %s\\n' "$at" "$command \${*:5}" >>'${folder()}/calls'
    ${python}
    ${LOADED}
    case $script in existing_client.py) echo "password from the ODB"; echo cluster 1 ;; esac`,
    false,
  );
  const enmasse = `printf 'enmasse %s with %s in %s\\n' "$(cat "\${5:-}")" "\${Cdktf_Zato_pw:-nothing}" "$PWD" >>'${folder()}/calls'`;
  sandbox.program(
    "zato",
    `case $1 in --version) echo 'Zato 4.1+rev.1' ;; *) ${enmasse}; echo 'Enmasse OK' ;; esac`,
    false,
  );
  ["python", "zato"].forEach((name) => symlinkSync(join(folder(), "bin", name), join(folder(), "code/bin", name)));
  sandbox.define(`
    enmasse_output() { :; }; sleep() { :; }; try_services_there() { :; }; export TMPDIR='${folder()}/tmp'
    said_in_log() { printf ' said by %s' "$2"; }; note_log() { :; }`);
  sandbox.write("/staging/old-content.files/services/cdktf_zato_inventory.py", "");
  sandbox.write("/staging/old-content.files/services/orders.py", "orders");
  return sandbox;
}

function converge(sandbox: Sandbox, parameters: Partial<typeof PARAMETERS> = {}): BashResult {
  const servers = Object.keys(SERVERS).map((name) => join(folder(), "env", name));
  const places = { zato: join(folder(), "code"), server_path: servers[0]!, server_paths: servers.join("\n") };
  const files = { enmasse: "security: []", expected: "{}" };
  const manifest = renderManifest({ parameters: { ...places, ...PARAMETERS, ...parameters }, files });
  return sandbox.converge("content", "old-content", manifest, { pw: "secret" });
}

/** What was asked of servers, without files among the words, and imported. */
const steps = (sandbox: Sandbox): string[] =>
  sandbox.calls
    .filter((call) => /^(admin|enmasse)/.test(call) && !/^admin \d+ services/.test(call))
    .map((call) => call.replace(/^(admin \d+ (?!upload)\S+) .*/, "$1"));

const ours = (server: string): string => join(folder(), "env", server, "pickup/incoming/services/cdktf-zato");

const told = (server: keyof typeof SERVERS, name: string): string => {
  const path = `/env/${server}/pickup/incoming/services/cdktf-zato/${name}`;
  return `admin ${SERVERS[server]} upload ${path} ${path}`;
};

test("services are put where each server finds them when it starts, and each is told of them, before anything is imported", () => {
  const sandbox = host();
  expect(converge(sandbox)).toMatchObject({ status: 0 });
  expect(steps(sandbox)).toEqual([
    "admin 17010 require-fit",
    told("server1", "cdktf_zato_inventory.py"),
    told("server1", "orders.py"),
    told("server2", "cdktf_zato_inventory.py"),
    told("server2", "orders.py"),
    "admin 17010 make-way",
    "admin 17010 make-way",
    "admin 17010 stages",
    `enmasse security: [] with secret in /env/server1`,
    "admin 17010 close-unsecured",
    "admin 17010 remove",
    "admin 17011 reload",
    "admin 17010 probe",
    "admin 17011 probe",
    "admin 17010 verify",
  ]);
  for (const server of Object.keys(SERVERS)) {
    expect(readFileSync(join(ours(server), "orders.py"), "utf8")).toBe("orders");
    expect(readdirSync(join(ours(server), "../.."))).toEqual(["services"]);
  }
  expect(readdirSync(join(folder(), "tmp"))).toEqual([]);
});

test("a server that passes over a file ends it, and what all of them had before is put back", () => {
  // GIVEN what was live, and a second server that does not take what is new
  const sandbox = host(
    `if [ -e '${folder()}/deaf' ] && [ "$command $at" = "upload 17011" ]; then echo 'nothing was deployed' >&2; exit 1; fi`,
  );
  converge(sandbox);
  const before = steps(sandbox).length;
  sandbox.write("/deaf", "");
  Object.values(SERVERS).forEach((port) => sandbox.write(`/loaded-by-${port}`, "cdktf_zato_inventory.py\n"));
  sandbox.write("/staging/old-content.files/services/orders.py", "newer");

  // WHEN
  const services = `orders ${createHash("sha256").update("newer").digest("hex")}`;
  const { status, stdout } = converge(sandbox, { services });

  // THEN
  expect([status, stdout]).toEqual([
    1,
    expect.stringContaining(
      "the services are not live on 127.0.0.1:17011: orders is not deployed said by 127.0.0.1:17011",
    ) as string,
  ]);
  expect(steps(sandbox).slice(before)).toEqual([
    "admin 17010 require-fit",
    told("server1", "orders.py"),
    told("server2", "orders.py"),
    told("server1", "orders.py"),
    told("server2", "orders.py"),
  ]);
  for (const server of Object.keys(SERVERS)) {
    expect(readFileSync(join(ours(server), "orders.py"), "utf8")).toBe("orders");
    expect(readdirSync(join(ours(server), "../.."))).toEqual(["services"]);
  }
});

test("files come back from which a server has deleted one service, and others forget theirs when they are restarted", () => {
  // GIVEN
  const sandbox = host(
    `if [ "$command" = remove ]; then echo 'deleted service/orders.old'; rm -f '${ours("server1")}/orders.py'; fi`,
  );

  // WHEN
  const { status, stdout } = converge(sandbox);

  // THEN
  expect(status).toBe(0);
  expect(stdout).toContain(
    "the server at 127.0.0.1:17011 keeps deleted services in memory, without channels, until it is restarted",
  );
  expect(stdout).not.toContain("the server at 127.0.0.1:17010 keeps");
  expect(readFileSync(join(ours("server1"), "orders.py"), "utf8")).toBe("orders");
  expect(readdirSync(join(ours("server1"), "../.."))).toEqual(["services"]);
});

test.each<[string, string, Partial<typeof PARAMETERS>, string]>([
  ["another release", "", { releases: "3.3" }, "runs Zato 4.1, and content reaches 3.3; tell its release by 'release'"],
  [
    "a server without the folder that it reads",
    `[ "$command" != require-fit ] || rm -r '${"$PLACE"}'`,
    {},
    "the cluster old: there is no folder",
  ],
])("%s fails", (_, python, parameters, message) => {
  const sandbox = host(python.replace("$PLACE", join(ours("server1"), "..")));
  expect(converge(sandbox, parameters)).toMatchObject({
    status: 1,
    stdout: expect.stringContaining(message) as string,
  });
  expect(steps(sandbox).join()).not.toMatch(/upload|enmasse/);
});
