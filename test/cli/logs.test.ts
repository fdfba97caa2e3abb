import { ChildProcessWithoutNullStreams } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { HaproxyLoadBalancer } from "cdktf-zato";
import { FRAMEWORK } from "../../lib/framework";
import { temporaryFolder } from "../support/bash";
import { newDeployment, newHost, newStack } from "../support/stack";
import { synthTo } from "../support/synth";
import { compiledProgram } from "./support/program";

const folder = temporaryFolder();
const program = compiledProgram(folder);

jest.setTimeout(60_000);

let started: ChildProcessWithoutNullStreams | undefined;

afterEach(() => {
  started?.kill("SIGKILL");
  started = undefined;
});

function stack(output = "", lost = ""): string {
  const declared = newStack();
  const hosts = ["host1", "host2"].map((id) => newHost(declared, id, { lost: id === lost }));
  const loadBalancer = new HaproxyLoadBalancer(declared, "edge", { hosts, virtualAddress: "10.0.0.100" });
  newDeployment(declared, { hosts, loadBalancer });
  return synthTo(join(folder(), output), declared);
}

const T = "2026-11-30T01:02:";

/** Plays both hosts, and keeps what they are asked. */
const SSH = `
  host=\${*: -2:1}; printf '%s\\n' "\${*: -1}" >"$FOLDER/command-$host"
  cat >"$FOLDER/request-$host"
  echo 'Welcome'; echo @cdktf-zato
  case $host in
    10.0.0.11) printf '%s\\n' 'host1-server1	server	${T}01.000Z ERROR - \x1b[31mno\x1b[0m \x07bell' 'host1-server1	server	  trace' 'host1-server1	journal	${T}01.100000+0000 host1-server1[7]:   trace' 'host1-server1	journal	${T}01.200000+0000 host1-server1[7]: dies' 'edge	journal	${T}04.000000+0000 haproxy: GET /a' ;;
    *) printf '%s\\n' 'host2-server1	deploy	== ${T}02Z host2-server1' 'host2-server1	deploy	-- starting' ;;
  esac`;

const request = (host: string): string[] =>
  readFileSync(join(folder(), `request-${host}`), "utf8")
    .trim()
    .split("\n");

test("what all hosts say is merged by time, with who has said it, and without what terminals obey", () => {
  expect(program.run(["logs", stack()], SSH)).toEqual({
    status: 0,
    stdout: [
      `host1 host1-server1       | ${T}01.000Z ERROR - no bell`,
      "host1 host1-server1       |   trace",
      `host1 host1-server1       | ${T}01.200Z host1-server1[7]: dies`,
      `host2 host2-server1       | ${T}02.000Z == host2-server1`,
      "host2 host2-server1       | -- starting",
      `host1 edge                | ${T}04.000Z haproxy: GET /a`,
      "",
    ].join("\n"),
    stderr: "",
  });
  expect(readFileSync(join(folder(), "command-10.0.0.12"), "utf8")).toBe(
    "echo @cdktf-zato; sudo -n bash .cdktf-zato/scripts/logs.sh\n",
  );
  const asked = request("10.0.0.12");
  expect(asked[0]).toBe("since 600");
  expect(asked.slice(1, -1).sort()).toEqual(
    [
      "edge",
      "host.host2",
      "host2.restore",
      "host2-installation",
      "host2-load-balancer",
      "host2-odb",
      "host2-registration",
    ]
      .concat(["host2-scheduler", "host2-server1", "host2-server2", "host2-web-admin"])
      .sort()
      .map((name) => `component ${name}`),
  );
  expect(asked.at(-1)).toBe("show");
});

test.each([
  [["edge"], ["edge"], ["edge"]],
  [["server1"], ["host1-server1"], ["host2-server1"]],
  [["host2.restore"], undefined, ["host2.restore"]],
  [["host2-odb", "edge"], ["edge"], ["edge", "host2-odb"]],
  [["host1"], ["host.host1"], undefined],
])("%j is asked of those hosts that have it, by its name there", (words, first, second) => {
  const { status } = program.run(["logs", stack(), ...words, "--since", "2h"], SSH);
  expect(status).toBe(0);
  const asked = ["10.0.0.11", "10.0.0.12"].map((host) =>
    existsSync(join(folder(), `request-${host}`))
      ? request(host)
          .slice(1, -1)
          .map((line) => line.replace("component ", ""))
          .sort()
      : undefined,
  );
  expect(asked).toEqual([first, second]);
  expect(request(first ? "10.0.0.11" : "10.0.0.12")[0]).toBe("since 7200");
});

test("the only stack is the default, also with components", () => {
  stack("cdktf.out");
  expect(program.run(["logs", "edge"], SSH)).toMatchObject({ status: 0, stderr: "" });
  expect(program.run(["logs"], SSH)).toMatchObject({ status: 0, stderr: "" });
});

test("--grep leaves lines that match, and is not told to hosts", () => {
  const { stdout } = program.run(["logs", stack(), "--grep", "GET /[ab]"], SSH);
  expect(stdout).toBe(`host1 edge                | ${T}04.000Z haproxy: GET /a\n`);
  expect(request("10.0.0.11").join()).not.toContain("GET");
});

test("a host that cannot be asked is named, and the others are shown", () => {
  const ssh = `[ "\${*: -2:1}" != 10.0.0.12 ] || { echo 'no route' >&2; exit 255; }\n${SSH}`;
  const { status, stdout, stderr } = program.run(["logs", stack()], ssh);
  expect([status, stderr]).toEqual([2, `${FRAMEWORK.library}: the host 10.0.0.12 cannot be asked: no route\n`]);
  expect(stdout).toContain("trace");
});

test("a host that is declared lost is not asked", () => {
  const ssh = `[ "\${*: -2:1}" != 10.0.0.12 ] || exit 255\n${SSH}`;
  expect(program.run(["logs", stack("", "host2")], ssh)).toMatchObject({ status: 0, stderr: "" });
});

test("--follow shows what comes, and ends when the program is told to", async () => {
  // GIVEN hosts that say something after they were asked, and then wait for the end of their input
  const ssh = `
    read -r since; echo @cdktf-zato; host=\${*: -2:1}
    while read -r word name && [ "$word" != follow ]; do :; done
    printf 'edge\\tjournal\\t%s\\n' "${T}01Z of $host"; cat >/dev/null; echo "$host" >>"$FOLDER/ended"`;
  const child = (started = program.start(["logs", stack(), "edge", "-f"], ssh));
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  let said = "";
  child.stdout.on("data", (data: Buffer) => (said += data.toString()));

  // WHEN
  while (!/10\.0\.0\.11[^]*10\.0\.0\.12|10\.0\.0\.12[^]*10\.0\.0\.11/.test(said)) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child.kill("SIGINT");

  // THEN
  expect(await ended).toBe(0);
  expect(said.split("\n").filter(Boolean).sort()).toEqual([
    `host1 edge | ${T}01.000Z of 10.0.0.11`,
    `host2 edge | ${T}01.000Z of 10.0.0.12`,
  ]);
});

test("who stops reading ends it", async () => {
  const ssh = `echo @cdktf-zato; while sleep 0.1; do printf 'edge\\tjournal\\tx\\n' || exit; done`;
  const child = (started = program.start(["logs", stack(), "edge", "-f"], ssh));
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  child.stdout.once("data", () => child.stdout.destroy());
  // By a signal, as whatever writes into a pipe that nobody reads.
  expect([0, null]).toContain(await ended);
});

test.each([
  [["nothing"], /^cdkt[fn]-zato: there is no component 'nothing' in the stack in '.*'; it has 'edge', 'host.host1', /],
  [["--since", "10"], /: '10' is no time to look back; give one like 90s, 10m, 2h or 1d\n$/],
  [["--grep", "[a"], /: '\[a' is no basic regular expression; put a backslash before/],
])("%j is refused before anybody is asked", (words, message) => {
  const { status, stdout, stderr } = program.run(["logs", stack(), ...words], SSH);
  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(message);
  expect(existsSync(join(folder(), "request-10.0.0.11"))).toBe(false);
});
