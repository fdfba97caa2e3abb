import { renderManifest } from "../../lib/remote/manifest";
import { BashResult, temporaryFolder } from "../support/bash";
import { placesOf } from "../support/places";
import { Sandbox } from "../support/sandbox";

const folder = temporaryFolder();

/** A host with a cluster `a`, whose components are there, beside a server of another cluster. */
function deployed(): Sandbox {
  const host = new Sandbox(folder());
  const components = {
    "a-odb": "odb",
    "a-server1": "server",
    "a-server2": "server",
    "a-content": "content",
    "a-load-balancer": "load-balancer",
    "a-web-admin": "web-admin",
    "a-scheduler": "scheduler",
    "b-server1": "server",
  };
  for (const [name, kind] of Object.entries(components)) {
    const [cluster = ""] = name.split("-");
    const state = `/var/lib/cdktf-zato/components/${name}`;
    const parameters = { ...(kind === "content" ? placesOf(cluster, folder()) : {}), host: "host1", cluster, unit: `zato-${name}.service`, odb_engine: "postgresql", odb_name: "zato_a", active: "false", release: "zato-3" }; // prettier-ignore
    host.write(`${state}/kind`, `${kind}\n`);
    const secrets = kind === "odb" ? "secret_key generated\nredis_password generated version 2\napi_key given" : "";
    host.write(`${state}/manifest`, renderManifest({ parameters: { ...parameters, secrets } }));
    ["created", "imported"].forEach((stamp) => host.write(`${state}/${stamp}`, "stamp"));
  }
  host.write("/backup.tar", "");
  FILES.forEach((file) => host.write(`/opt/zato/env/a/${file}`, `${file} of now`));
  host.write("/etc/cdktf-zato/secrets/a/secret_key", "another key\n");
  host.write("/etc/cdktf-zato/secrets/a/api_key", "given now\n");
  host.write("/etc/cdktf-zato/secrets/a/redis_password", "of what runs\n");
  host.write("/etc/cdktf-zato/secrets/a/redis_password.version", "2\n");
  host.write("/var/lib/cdktf-zato/deployment-a", "4711");
  host.write("/about", "cluster a\nengine postgresql\ntaken today\ndeployment 4711\ndata 0a1b2c3d\n");
  host.note("take_cluster_out", "put_cluster_back");
  host.define(`
    there() { [ -e "${folder()}/$1" ]; }
    check_backup() {
        ! there damaged || return
        mkdir -p "$2/secrets" "$2/state"
        cp '${folder()}/about' "$2/about"
        echo key >"$2/secrets/secret_key"
        echo 0a1b2c3d >"$2/secrets/identity"
        echo 'of then' | tee "$2/secrets/redis_password" >"$2/secrets/redis_password.version"
        echo 'of then' | tee "$2/secrets/api_key" >"$2/secrets/never_declared"
    }
    write_backup() {
        ! there unkeepable || because 'the disk is full' || return
        echo "write_backup $2" >>'${folder()}/calls'; echo "$1/kept-$2.tar"
    }
    odb_dump_has_column() { ! there another-release; }
    odb_statements() { ! there unreadable && echo statements; }
    odb_restore() { echo "odb_restore $(cat "$1")" >>'${folder()}/calls'; ! there unrestorable; }
  `);
  host.write(
    "/staging/scripts/converge.sh",
    `printf '%s\\n' "converge $1 $2" >>'${folder()}/calls'
     [ -n "$KEPT_OUT" ] || echo 'back too early' >>'${folder()}/calls'
     if [ "$1" = content ]; then (cd "$3.files" && find . -type f | LC_ALL=C sort) >'${folder()}/brought'; fi
     [ ! -e "${folder()}/broken-$1" ]\n`,
  );
  return host;
}

const FILES = ["hot-deploy/orders.py", "modules/shop/prices.py", "user-conf/a.ini", "static/a.txt"];

/** What changes something, as opposed to asking. */
const changes = (host: Sandbox): string[] =>
  host.calls.map((call) => call.trim()).filter((call) => !call.startsWith("systemctl is-active"));

const restore = (host: Sandbox, ...words: string[]): BashResult =>
  host.run("restore.sh", "a", `${folder()}/backup.tar`, ...words);

test("what is there now is kept, the cluster leaves balancers in front, and all of it that uses the database stops, before that is touched", () => {
  const host = deployed();
  const { status, stdout } = restore(host);
  expect(status).toBe(0);
  expect(stdout).toMatch(/kept what is there now: \S*\/var\/backups\/cdktf-zato\/a\/kept-replaced\.tar\n/);
  expect(changes(host).slice(0, changes(host).indexOf("odb_restore statements"))).toEqual([
    "write_backup replaced",
    "take_cluster_out",
    "systemctl stop zato-a-scheduler.service",
    "systemctl stop zato-a-web-admin.service",
    "systemctl stop zato-a-server1.service",
    "systemctl stop zato-a-server2.service",
  ]);
  expect(host.calls.join("\n")).not.toContain("zato-b-");
});

test("the cluster is brought up again part by part, in the order of a deploy, and balancers in front have it back at last", () => {
  const host = deployed();
  restore(host);
  expect(changes(host).slice(changes(host).indexOf("odb_restore statements") + 1)).toEqual([
    "converge odb a-odb",
    "converge server a-server1",
    "converge server a-server2",
    "converge content a-content",
    "converge load-balancer a-load-balancer",
    "converge web-admin a-web-admin",
    "converge scheduler a-scheduler",
    "put_cluster_back",
  ]);
});

test("every kind of file that the content was deployed with comes along, modules too", () => {
  const host = deployed();
  restore(host);
  expect(host.read("/brought")).toBe(
    FILES.map((file) => `./${file.replace("hot-deploy", "services")}\n`)
      .sort()
      .join(""),
  );
});

test("what the stamps said of the former database is forgotten, in this cluster alone", () => {
  const host = deployed();
  restore(host);
  const state = (name: string, stamp: string): string | undefined =>
    host.read(`/var/lib/cdktf-zato/components/${name}/${stamp}`);
  expect([state("a-server1", "created"), state("a-content", "imported")]).toEqual([undefined, undefined]);
  expect([state("b-server1", "created"), state("a-odb", "created")]).toEqual(["stamp", "stamp"]);
});

test("keys that were generated come back, and the identity of the data; what is given stays, and what Redis runs with, and nothing else is put anywhere", () => {
  const host = deployed();
  restore(host);
  const secret = (name: string): string | undefined => host.read(`/etc/cdktf-zato/secrets/a/${name}`);
  const names = ["secret_key", "identity", "api_key", "redis_password", "redis_password.version", "never_declared"];
  expect(names.map(secret)).toEqual(["key\n", "0a1b2c3d\n", "given now\n", "of what runs\n", "2\n", undefined]);
});

test("a secret that is given stays, though a cluster whose name begins alike has one of that name that was generated", () => {
  // GIVEN
  const host = deployed();
  const parameters = { host: "host1", cluster: "a-test", secrets: "api_key generated" };
  host.write("/var/lib/cdktf-zato/components/a-test-odb/manifest", renderManifest({ parameters }));

  // WHEN
  restore(host);

  // THEN
  expect(host.read("/etc/cdktf-zato/secrets/a/api_key")).toBe("given now\n");
});

test.each([
  ["a backup that is damaged", "/damaged", /is no whole backup of a cluster a in postgresql, .*; nothing was changed/],
  [
    "a backup of another release of Zato",
    "/another-release",
    /is of another release of Zato than the cluster, .*; nothing was changed/,
  ],
  ["a dump that cannot be read", "/unreadable", /the backup cannot be read, .*; nothing was changed/],
  [
    "data that cannot be kept",
    "/unkeepable",
    /cannot be kept, and nothing was changed: the disk is full; to lose it, run it with --discard/,
  ],
])("%s changes nothing", (_, flag, message) => {
  const host = deployed();
  host.write(flag, "");
  const { status, stdout } = restore(host);
  expect(status).toBe(1);
  expect(stdout).toMatch(message);
  expect(changes(host).filter((call) => call !== "write_backup replaced")).toEqual([]);
  expect(host.read("/etc/cdktf-zato/secrets/a/secret_key")).toBe("another key\n");
});

test("what is there now is kept nowhere where others could lead it elsewhere, and then nothing is changed", () => {
  const host = deployed();
  host.define("is_folder_for_backups() { false; }");
  const { status, stdout } = restore(host);
  expect([status, stdout]).toEqual([
    1,
    expect.stringContaining("/var/backups/cdktf-zato/a is no folder for backups: "),
  ]);
  expect(changes(host)).toEqual([]);
});

test("what is checked is what is restored, though somebody exchanges the file meanwhile", () => {
  const host = deployed();
  host.write("/backup.tar", "given");
  host.define(`check_backup() { echo exchanged >'${folder()}/backup.tar'; cat "$1" >'${folder()}/checked'; false; }`);
  expect(restore(host).stdout).toContain("/backup.tar' is no whole backup");
  expect(host.read("/checked")).toBe("given");
});

test("a backup that is larger than what is free changes nothing", () => {
  const host = deployed();
  host.program("df", "printf 'Avail Size\\n 60 1000\\n'", false);
  host.write("/backup.tar", "x".repeat(20_000));
  const { status, stdout } = restore(host);
  expect(status).toBe(1);
  expect(stdout).toMatch(/too little space in \S+: it needs 1 MiB, and 0 MiB can be used; nothing was changed/);
  expect(host.calls).toEqual([]);
});

test("a database that cannot be restored is as it was, and the cluster goes on with it", () => {
  const host = deployed();
  host.write("/unrestorable", "");
  const { status, stdout } = restore(host);
  expect(status).toBe(1);
  expect(stdout).toMatch(/the database could not be restored, and is as it was/);
  expect(changes(host).slice(changes(host).indexOf("odb_restore statements") + 1)).toEqual([
    "systemctl start zato-a-scheduler.service zato-a-web-admin.service zato-a-server1.service zato-a-server2.service",
    "put_cluster_back",
  ]);
  expect(host.read("/etc/cdktf-zato/secrets/a/secret_key")).toBe("another key\n");
});

test("a cluster that does not come up stays out of balancers in front, and the next try puts it back", () => {
  const host = deployed();
  host.write("/broken-content", "");
  expect(restore(host).status).toBe(1);
  expect(changes(host)).not.toContain("put_cluster_back");
  expect(host.read("/var/lib/cdktf-zato/restore")).toBeUndefined();

  // WHEN what is left is no database that could be kept
  host.write("/unkeepable", "");
  expect(restore(host).stdout).toMatch(/what was there before is kept: \S+kept-replaced\.tar/);

  // BUT another backup knows nothing of that
  host.write("/backup.tar", "another");
  expect(restore(host).stdout).toMatch(/cannot be kept, and nothing was changed/);
});

test("what cannot be kept is lost only by --discard", () => {
  const host = deployed();
  host.write("/unkeepable", "");
  const { stdout } = restore(host, "--discard");
  expect(stdout).toMatch(/what is there now is lost, as you said: the disk is full\n/);
  expect(changes(host)).toContain("converge odb a-odb");
});

test("a backup of another deployment, whose cluster has the same name, is refused, unless it is meant", () => {
  const host = deployed();
  host.write("/about", "cluster a\nengine postgresql\ntaken today\ndeployment 1\ndata ffffffff\n");
  for (const options of [[], ["--keys-only"]]) {
    const { status, stdout } = restore(host, ...options);
    expect(status).toBe(1);
    expect(stdout).toMatch(/is of another deployment, .*; nothing was changed; .* --from-another/);
  }
  expect(host.calls).toEqual([]);
  expect(restore(host, "--from-another").stdout).toMatch(/restored\n$/);
});

test("fails for a cluster that is not deployed, for a backup that is not there or not named, and for an option that is none", () => {
  const host = deployed();
  expect(host.run("restore.sh", "c", `${folder()}/backup.tar`).stdout).toContain(
    "the cluster c is not deployed on this host",
  );
  expect(host.run("restore.sh", "a", `${folder()}/nothing.tar`).stdout).toMatch(/there is no backup/);
  expect(restore(host, "--force").stderr).toContain("there is no option '--force'");
  expect(host.run("restore.sh", "a")).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/^usage: restore\.sh CLUSTER BACKUP /) as string,
  });
  expect(host.calls).toEqual([]);
});

test.each([
  ["given", "of the backup\n"],
  ["generated", undefined],
])("a password of admin.invoke that is %s is the former one of the database that comes back: %s", (source, former) => {
  const host = deployed();
  const parameters = {
    host: "host1",
    cluster: "a",
    secrets: `admin_invoke_password ${source}`,
  };
  host.write("/var/lib/cdktf-zato/components/a-registration/manifest", renderManifest({ parameters }));
  host.define(
    'check_backup() { mkdir -p "$2/secrets" "$2/state" && echo "of the backup" | tee "$2/secrets/admin_invoke_password" >"$2/about"; }',
  );
  expect(restore(host, "--from-another").status).toBe(0);
  expect(host.read("/etc/cdktf-zato/secrets/a/admin_invoke_password.former")).toBe(former);
});

test("with --keys-only it brings the keys alone, and stops nothing", () => {
  const host = deployed();
  expect(restore(host, "--keys-only").status).toBe(0);
  expect(host.read("/etc/cdktf-zato/secrets/a/secret_key")).toBe("key\n");
  expect(host.calls).toEqual([]);
});
