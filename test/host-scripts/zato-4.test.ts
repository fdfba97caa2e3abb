import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { renderManifest } from "../../lib/remote/manifest";
import { bash, BashResult, HOST_SCRIPTS, temporaryFolder } from "../support/bash";
import { PLACES } from "../support/places";
import { Sandbox } from "../support/sandbox";

const folder = temporaryFolder();

const SCRIPTS = '. "$1/release/zato-4/components.sh"; . "$1/release/zato-4/admin.sh"';

/** Runs with what the scripts would find, each call of theirs noted. */
function said(program: string): BashResult {
  return bash(
    `set -euo pipefail
     fail() { echo "failed: $1"; exit 1; }; note() { echo "$*"; }; param() { echo "/$1"; }
     own_cluster_folder() { note own; }; folder_of_zato() { note folder "$1"; }; as_zato() { note as_zato "$at_most" "$@"; }
     wait_until() { shift 2; "$@"; }
     ${SCRIPTS}
     ${program}`,
    [HOST_SCRIPTS],
  );
}

test("a server has a home that it may write to, and a Redis that answers, before it is touched", () => {
  expect(said('redis_answers() { note asked "$@"; }; prepare_server').stdout.split("\n").filter(Boolean)).toEqual([
    "own",
    "folder /home",
    "as_zato 60 mkdir -p -m 0700 /home/env/qs-1",
    "asked /redis_host /redis_port",
  ]);
});

test("a server whose Redis does not answer is left as it is, since it would start, and never run a job", () => {
  const { status, stdout } = said("redis_answers() { false; }; prepare_server");
  expect([status, stdout]).toEqual([1, expect.stringContaining("failed: the Redis at /redis_host:/redis_port does not answer, or not to the password that is declared; without it no job ever runs")]); // prettier-ignore
});

test("the address of a server is written, once, where Zato's command line reads it", () => {
  const conf = join(folder(), "config", "repo", "server.conf");
  mkdirSync(dirname(conf), { recursive: true });
  writeFileSync(conf, "[main]\nbind=0.0.0.0:1\n");
  const { stdout } = said(
    `param() { case $1 in path) echo '${folder()}' ;; *) echo 127.0.0.1:17010 ;; esac; }; as_zato() { "$@"; }
     edit_as_zato() { note edited; sed -i -E "$2" "$1"; }; set_address; set_address`,
  );
  expect([stdout, readFileSync(conf, "utf8")]).toEqual(["edited\n", "[main]\nbind=127.0.0.1:17010\n"]);
});

test("nothing of a server's folder is removed: without the services of its demo it would end at each start", () => {
  expect(said("set_address").stdout.split("\n").filter(Boolean)).toEqual([
    "as_zato 60 grep -qxF bind=/address /path/config/repo/server.conf",
  ]);
});

test.each([
  ["Ab0_-=.~", "Ab0_-=.~"],
  ["a/b@c:d#e?f%g", "a%2fb%40c%3ad%23e%3ff%25g"],
  ["pass word", "pass%20word"],
  ["ß€", "%c3%9f%e2%82%ac"],
])("the password '%s' stands in a URL as %s", (password, expected) => {
  const { stdout } = bash(`${SCRIPTS}; printf %s "$2" | in_url /dev/stdin`, [HOST_SCRIPTS, password]);
  expect(stdout).toBe(expected);
  expect(decodeURIComponent(expected)).toBe(password);
});

describe("a new password of Zato's own user", () => {
  /** Servers, of which some know the new password. */
  const play = (known: string, program = "change_admin_password a"): string[] =>
    said(`secret_file() { echo "/$1"; }; for_zato() { echo "$1"; }; sql() { echo 1; }; known=' ${known} '
      folders_of_this_cluster() { echo a b c; }; enter_component() { entered=$1; }; param() { echo "$entered"; }
      takes_new_admin_password() { [[ $known = *" $1 "* ]]; }
      admin() { note admin "$@"; }; ${program}`)
      .stdout.split("\n")
      .filter(Boolean);

  test("is changed by one server, and read by the others", () => {
    expect(play("")).toEqual(["admin a change-password 1 /admin_invoke_password", "admin a reload", "admin b reload", "admin c reload"]); // prettier-ignore
    expect(play("a")).toEqual(["admin b reload", "admin c reload"]);
  });

  test("is left alone where a try that was cut off has brought it already", () => {
    expect(play("a b")).toEqual(["admin c reload"]);
    expect(play("a b c")).toEqual([]);
  });

  test("that one of them does not read fails", () => {
    expect(play("a", 'admin() { [ "$1" != b ]; }; if change_admin_password a; then echo changed; fi')).toEqual([]);
  });
});

describe("before each start", () => {
  const start = (answers: boolean): BashResult => {
    const sandbox = new Sandbox(folder());
    sandbox.define(`redis_answers() { ${answers}; }; wait_until() { shift 2; "$@"; }`);
    const parameters = { ...PLACES, release: "zato-4", cluster: "a", redis_host: "127.0.0.1", redis_port: "17009" };
    sandbox.write("/var/lib/cdktf-zato/components/a-server1/kind", "server\n");
    sandbox.write("/var/lib/cdktf-zato/components/a-server1/manifest", renderManifest({ parameters }));
    return sandbox.run("server-start.sh", "needed", "a-server1");
  };

  test("a server whose Redis answers goes on", () => {
    expect(start(true)).toMatchObject({ status: 0, stderr: "" });
  });

  test("another one waits, and is tried again by systemd", () => {
    const { status, stdout } = start(false);
    expect([status, stdout]).toEqual([1, expect.stringContaining("it waits for what it needs, since it would start without it, and not notice when that is back")]); // prettier-ignore
  });
});
