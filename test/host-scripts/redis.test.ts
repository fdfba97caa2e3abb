import { createHash } from "node:crypto";
import { renderManifest } from "../../lib/remote/manifest";
import { BashResult, temporaryFolder } from "../support/bash";
import { PLACES } from "../support/places";
import { Sandbox } from "../support/sandbox";

const folder = temporaryFolder();

const CONFIG = "/etc/zato/a/redis";

const PARAMETERS = {
  ...PLACES,
  release: "zato-4",
  cluster: "a",
  label: "redis",
  unit: "zato-a-redis.service",
  path: "/opt/zato/env/a/redis",
  folder: CONFIG,
  host: "host1",
  bind: "127.0.0.1",
  port: "17009",
  secrets: "redis_password given",
  cluster_folder: "/opt/zato/env/a",
};

/** A host whose Redis lets in whoever has one of the passwords in its file of users, as it was when it last read it. */
function host(version = "7.0.15"): Sandbox {
  const sandbox = new Sandbox(folder());
  sandbox.program("redis-server", `echo 'Redis server v=${version} sha=0:0 malloc=jemalloc'`, false);
  // Nobody is zato here.
  sandbox.define("group_of() { id -gn; }");
  sandbox.program("systemctl", `case $* in restart*) cp '${folder()}${CONFIG}/users.acl' '${folder()}/users' ;; esac`);
  sandbox.program(
    "redis-cli",
    `hash=$(printf %s "$REDISCLI_AUTH" | sha256sum | cut -d ' ' -f 1)
     grep -q "#$hash" '${folder()}/users' || { echo 'NOAUTH Authentication required.'; exit 0; }
     case $* in *'acl load') cp '${folder()}${CONFIG}/users.acl' '${folder()}/users'; echo OK ;; *ping) echo PONG ;; esac`,
  );
  return sandbox;
}

function converge(sandbox: Sandbox, password: string): BashResult {
  const files = { config: "port 17009\n", unit: "[Service]\n" };
  return sandbox.converge("redis", "a-redis", renderManifest({ parameters: PARAMETERS, files }), {
    redis_password: password,
  });
}

const hash = (password: string): string => `#${createHash("sha256").update(password).digest("hex")}`;

test("knows its password by a hash, and runs for its cluster alone", () => {
  const sandbox = host();
  expect(converge(sandbox, "first")).toMatchObject({ status: 0, stderr: "" });
  expect(sandbox.read(`${CONFIG}/users.acl`)).toBe(`user default on ${hash("first")} allkeys +@all allchannels\n`);
  expect(sandbox.read("/etc/systemd/system/zato-a-redis.service")).toBe("[Service]\n");
  expect(sandbox.calls.join("\n")).not.toContain("first");
});

test("is told nothing of channels where its release knows no rules for them", () => {
  const sandbox = host("6.0.16");
  converge(sandbox, "first");
  expect(sandbox.read(`${CONFIG}/users.acl`)).toBe(`user default on ${hash("first")} allkeys +@all\n`);
});

test("is not touched by a deploy of the same", () => {
  const sandbox = host();
  converge(sandbox, "first");
  const calls = sandbox.calls.length;
  expect(converge(sandbox, "first").status).toBe(0);
  expect(sandbox.calls.slice(calls).filter((call) => /restart|acl load/.test(call))).toEqual([]);
});

test("takes a new password while it runs, and the one of before until nothing uses it any more", () => {
  // GIVEN
  const sandbox = host();
  converge(sandbox, "first");
  const calls = sandbox.calls.length;

  // WHEN
  expect(converge(sandbox, "sec/ond").status).toBe(0);

  // THEN
  expect(sandbox.read("/users")).toBe(
    `user default on ${hash("sec/ond")} ${hash("first")} allkeys +@all allchannels\n`,
  );
  expect(sandbox.calls.slice(calls).filter((call) => /systemctl restart/.test(call))).toEqual([]);

  // WHEN the scheduler, the last one, has its turn
  const files = { environment: "A=b\n", unit: "[Service]\n" };
  const parameters = {
    ...PARAMETERS,
    label: "scheduler",
    unit: "zato-a-scheduler.service",
    path: "/opt/zato/env/a/scheduler",
    environment_file: "/etc/zato/a/scheduler.env",
    environment_secrets: "Zato_Scheduler_Redis_Password redis_password 2",
    active: "true",
    own_redis: "zato-a-redis.service",
    secrets: "",
  };
  expect(sandbox.converge("scheduler", "a-scheduler", renderManifest({ parameters, files }))).toMatchObject({
    status: 0,
    stderr: "",
  });

  // THEN
  expect(sandbox.read("/users")).toBe(`user default on ${hash("sec/ond")} allkeys +@all allchannels\n`);
  expect(sandbox.read("/etc/cdktf-zato/secrets/a/redis_password.former")).toBeUndefined();
  expect(sandbox.drift("redis", "a-redis")).not.toContainEqual(expect.stringContaining("users.acl was changed"));
  expect(sandbox.read("/etc/zato/a/scheduler.env")).toBe('A=b\nZato_Scheduler_Redis_Password="sec%2fond"\n');
});

test("that does not answer to its password fails, and says where to look", () => {
  const sandbox = host();
  sandbox.program("redis-cli", "echo 'Could not connect to Redis at 127.0.0.1:17009: Connection refused'; exit 1");
  sandbox.define('wait_until() { shift 2; "$@" >/dev/null 2>&1; }');
  const { status, stdout } = converge(sandbox, "first");
  expect(status).toBe(1);
  expect(stdout).toContain(
    "the cluster's Redis does not answer on 127.0.0.1:17009; see 'sudo journalctl -u zato-a-redis.service'",
  );
});

test("that has another password now is found", () => {
  const sandbox = host();
  converge(sandbox, "first");
  expect(sandbox.drift("redis", "a-redis")).not.toContainEqual(expect.stringContaining("does not answer"));
  sandbox.write("/users", "user default on #other");
  expect(sandbox.drift("redis", "a-redis")).toContainEqual(
    expect.stringContaining("the cluster's Redis does not answer, or not to the password that it was given"),
  );
});

test("that runs with a password that nobody knows any more is started with its own", () => {
  // GIVEN
  const sandbox = host();
  converge(sandbox, "first");
  sandbox.write("/users", "user default on #other");
  const calls = sandbox.calls.length;

  // WHEN
  const { status, stdout } = converge(sandbox, "first");

  // THEN
  expect([status, stdout]).toEqual([0, expect.stringContaining("another password than it was given: restarting it")]);
  expect(sandbox.calls.slice(calls).filter((call) => /systemctl restart/.test(call))).toHaveLength(1);
  expect(sandbox.read("/users")).toBe(`user default on ${hash("first")} allkeys +@all allchannels\n`);
  expect(sandbox.drift("redis", "a-redis")).not.toContainEqual(expect.stringContaining("does not answer"));
});

test("leaves nothing when it is removed", () => {
  const sandbox = host();
  converge(sandbox, "first");
  expect(sandbox.run("remove.sh", "redis", "a-redis").status).toBe(0);
  expect(sandbox.read(`${CONFIG}/users.acl`)).toBeUndefined();
  expect(sandbox.calls).toContain("systemctl disable --now --no-reload --quiet zato-a-redis.service");
});

test("goes when its cluster has another one, or needs none any more", () => {
  // GIVEN
  const sandbox = host();
  converge(sandbox, "first");

  // WHEN
  const parameters = { ...PARAMETERS, release: "zato-3", label: "scheduler", unit: "zato-a-scheduler.service", path: "/opt/zato/env/a/scheduler", active: "true", secrets: "" }; // prettier-ignore
  sandbox.note("create_directory");
  const files = { create: "command=create_scheduler", unit: "[Service]\n" };
  expect(sandbox.converge("scheduler", "a-scheduler", renderManifest({ parameters, files })).status).toBe(0);

  // THEN
  expect(sandbox.calls).toContain("systemctl disable --now --no-reload --quiet zato-a-redis.service");
  expect(sandbox.read(`${CONFIG}/users.acl`)).toBeUndefined();
  expect(sandbox.read("/var/lib/cdktf-zato/components/a-redis/manifest")).toBeUndefined();
});
