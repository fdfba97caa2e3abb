import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bash, HOST_SCRIPTS, temporaryFolder } from "../support/bash";

const folder = temporaryFolder();

/** Runs on a host on which the cluster "a" has a load-balancer; the other cluster answers, or does not. */
function onHost(program: string, { other = true, balancer = {} } = {}): string[] {
  const component = (name: string, kind: string, parameters: Record<string, string>): void => {
    const state = join(folder(), "state/components", name);
    mkdirSync(state, { recursive: true });
    writeFileSync(join(state, "kind"), `${kind}\n`);
    const lines = Object.entries(parameters).map(
      ([key, value]) => `@param ${key}\n|${value.replaceAll("\n", "\n|")}\n`,
    );
    writeFileSync(join(state, "manifest"), `${lines.join("")}@end\n`);
  };
  component("a-load-balancer", "load-balancer", {
    cluster: "a",
    unit: "zato-a-load-balancer.service",
    socket: "/run/zato-a-load-balancer/admin.sock",
    taken_out_acl: "#1",
    back_end_once: "servers_once",
    server_prefix: "http_plain--",
    back_end: "servers",
    other_clusters: "http://10.0.0.12:11223/zato/ping",
    notice_seconds: "6",
    drain_seconds: "30",
    ...balancer,
  });
  component("a-server1", "server", { cluster: "a" });
  component("b-server1", "server", { cluster: "b" });
  const { stdout, stderr } = bash(
    `STATE=$2/state work=$2/work entries=$2/entries
     mkdir -p "$work" "$entries/param"; printf a >"$entries/param/cluster"
     . "$1/lib/manifest.sh"; . "$1/lib/haproxy.sh"; . "$1/lib/rolling.sh"
     say() { echo "$1"; }
     progress() { echo "$1"; }
     systemctl() { true; }
     sleep() { echo "sleep $1"; }
     wait_until() { true; }
     answers_by_address() { [ "$1" = http://10.0.0.12:11223/zato/ping ] && ${other ? "true" : "false"}; }
     haproxy_admin() { echo "haproxy: $2" >&2; cat "$work/stat" 2>/dev/null || true; }
     ${program}`,
    [HOST_SCRIPTS, folder()],
  );
  return [...stderr.split("\n"), ...stdout.split("\n")]
    .filter((line) => line !== "")
    .map((line) => line.replaceAll(folder(), ""));
}

test("the components of a cluster are told from those of others on the same host", () => {
  expect(onHost("folders_of_this_cluster server")).toEqual(["/state/components/a-server1/"]);
});

test("a cluster that stops says so to health checks, and waits until it is heard; and again when it is back", () => {
  expect(onHost("take_cluster_out; put_cluster_back; put_cluster_back")).toEqual([
    "haproxy: add acl #1 out",
    "haproxy: clear acl #1",
    "letting balancers in front take the cluster out (6 s)",
    "sleep 6",
    "waiting until balancers in front have the cluster back (6 s)",
    "sleep 6",
  ]);
});

test("a cluster is not taken out where no other one answers", () => {
  expect(onHost("take_cluster_out; put_cluster_back", { other: false })).toEqual([
    "no other cluster answers, so this one stays where it is, and requests may be lost",
  ]);
});

test("while a restore keeps a cluster out, no part of it that comes up puts it back, or takes it out again", () => {
  expect(onHost("KEPT_OUT=yes; take_cluster_out; put_cluster_back; unset KEPT_OUT; put_cluster_back")).toEqual([]);
  expect(
    onHost("take_cluster_out; KEPT_OUT=yes; take_cluster_out; put_cluster_back").filter((line) => /acl/.test(line)),
  ).toEqual(["haproxy: add acl #1 out"]);
});

test("a cluster that nothing stands in front of is taken out of nothing", () => {
  expect(onHost("take_cluster_out; put_cluster_back", { balancer: { notice_seconds: "0" } })).toEqual([]);
});

test("a failure says where it stopped, who answers, and which ways lead on", () => {
  const row = (server: string, status: string): string => `servers,${server}${",".repeat(16)}${status},\n`;
  const stat = row("http_plain--server1", "DRAIN") + row("http_plain--server2", "UP") + row("BACKEND", "UP");
  expect(onHost(`printf '${stat}' >"$work/stat"; where_it_stopped`)).toEqual([
    "haproxy: show stat",
    "stopped here; what comes after it, on this host and on others, was not touched",
    "servers of the cluster a that get requests: server2",
    "to go on, remove the cause and deploy again; to go back, deploy the former program",
  ]);
});

test.each([
  ["true", ["it is back", "all of them"]],
  ["exit 1", ["left to checks"]],
])("a server that something else is restarted for, and which then comes by '%s'", (comes, expected) => {
  const server = `restart() { :; }; wait_for_workers() { ${comes}; }; put_back() { echo "it is back"; }; leave_to_checks() { echo "left to checks"; }`;
  const program = `scripts=$2; mkdir "$2/kinds"; echo '${server}' >"$2/kinds/server.sh"; if restart_servers; then echo all of them; fi`;
  expect(onHost(program)).toEqual(["restarting the server a-server1", ...expected]);
});

describe("of HAProxy's servers", () => {
  const row = (server: string, status: string, check: string): string =>
    `servers,${server}${",".repeat(16)}${status}${",".repeat(19)}${check},\n`;
  const rows =
    row("one", "UP", "L7OK") + row("two", "DRAIN", "* L7OK") + row("three", "DOWN", "L4CON") + row("BACKEND", "UP", "");
  const SOCKET = `cd "$2"; [ -S s ] || python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("s")'`;
  const ask = (question: string): string =>
    onHost(`${SOCKET}; printf '${rows}' >"$work/stat"
      if ${question}; then echo yes; else echo no; fi`).at(-1)!;

  test.each([
    ["haproxy_is_healthy s servers/one", "yes"],
    ["haproxy_is_healthy s servers/two", "yes"],
    ["haproxy_is_healthy s servers/three", "no"],
    ["haproxy_is_healthy s servers/new", "yes"],
    ["haproxy_is_healthy nowhere servers/three", "yes"],
    ["haproxy_has_others s servers/one", "no"],
    ["haproxy_has_others s servers/two", "yes"],
    ["haproxy_has_others nowhere servers/one", "yes"],
  ])("%s: %s", (question, answer) => {
    expect(ask(question)).toBe(answer);
  });

  test("requests that must not be repeated count as those that may", () => {
    const busy = (backEnd: string, requests: number): string => `${backEnd},one,0,0,${requests},\n`;
    const stat = busy("servers", 1) + busy("servers_once", 2) + busy("others_once", 4);
    const count = (server: string): string[] =>
      onHost(
        `printf '${stat}' >"$work/stat"; printf servers_once >"$entries/param/back_end_once"; haproxy_sessions s ${server}`,
      ).slice(1);
    expect(count("servers/one")).toEqual(["3"]);
    expect(count("servers/none")).toEqual([]);
  });

  // Of srv_admin_state, as HAProxy 2.6 and 3.3 show it.
  test.each([
    [0, "as declared"],
    [1, "taken out"],
    [8, "taken out"],
    [5, "as declared"], // 'disabled' in the configuration
    [4, "put back"], // and enabled by hand
    [13, "as declared"],
    [32, "as declared"], // its name could not be resolved
    [2, "as declared"], // follows another back end's
  ])("one whose administrative state is %i is %s", (state, what) => {
    const given = `printf '1\\n# be_id\\n3 servers 1 one 10.0.0.1 2 ${state} 1 1 9 3 4 3 6 0\\n4 servers_once 1 one 10.0.0.1 2 2 1 1 9 0 2 0 0 0\\n' >"$work/stat"`;
    const said = (where: string): string[] => onHost(`${SOCKET}; ${given}; haproxy_by_hand s ${where}`).slice(1);
    const found = what === "as declared" ? [] : [`${what.replace(" ", "-")} servers/one`];
    expect(["servers", "servers/one", "servers/other"].map(said)).toEqual([found, found, []]);
  });

  test("one whose state is a command is not listed, and the command not run", () => {
    const state = `BASH_VERSINFO[$(touch\${IFS}${join(folder(), "evil")})]`;
    const look = `${SOCKET}; echo '3 servers 1 one 10.0.0.1 2 ${state} 1 1 9 3 4 3 6 0' >"$work/stat"; haproxy_by_hand s servers`;
    expect(onHost(look).filter((line) => !line.startsWith("haproxy:"))).toEqual([]);
    expect(existsSync(join(folder(), "evil"))).toBe(false);
  });
});

test.each([
  ["zato", "as zato: for 30 s: socat -t 5 - UNIX-CONNECT:/folder/socket"],
  ["root", "as root: for 30 s: socat -t 5 - UNIX-CONNECT:/folder/socket"],
])("a socket in a folder of %s is connected to as whoever owns the folder", (owner, call) => {
  const play = `stat() { echo ${owner}; }; in_time() { echo "as root: for $at_most s: $*"; cat; }; as_zato_with_input() { in_time "$@" | sed s/root/zato/; }`;
  expect(onHost(`. "$1/lib/haproxy.sh"; ${play}; haproxy_admin /folder/socket 'show stat'`)).toEqual([
    call,
    "show stat",
  ]);
});
