import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { renderManifest } from "../../lib/remote";
import { bash, BashResult, copyHostScripts, temporaryFolder } from "../support/bash";

const folder = temporaryFolder();

/** Makes programs that stand before those of the machine in PATH. */
function fakePrograms(programs: Record<string, string>): void {
  mkdirSync(join(folder(), "bin"), { recursive: true });
  for (const [name, body] of Object.entries(programs)) {
    writeFileSync(join(folder(), "bin", name), `#!/bin/bash\n${body}\n`);
    chmodSync(join(folder(), "bin", name), 0o755);
  }
}

const GOOD_HOST = {
  nproc: "echo 4",
  sudo: 'shift; exec "$@"',
  ss: "exit 0",
  df: "printf 'Avail\\n 50000\\n'",
  curl: "echo the archive",
};

const DECLARED = {
  host: "host1",
  sudo: "true",
  cpus: "4",
  memory: "1",
  disk: "1000",
  ports: "17010 server1\n8183 web-admin",
  endpoints: "",
  downloads: "https://example.com/zato.tar",
  content: "",
};

/** What `preflight.sh` is run with. */
function prepare(declared: Record<string, string>, programs: Record<string, string>): Record<string, string> {
  fakePrograms({ ...GOOD_HOST, ...programs });
  writeFileSync(join(folder(), "manifest"), renderManifest({ parameters: { ...DECLARED, ...declared } }));
  return { PATH: `${join(folder(), "bin")}:${process.env.PATH}`, HOME: folder() };
}

function preflight(
  declared: Record<string, string>,
  programs: Record<string, string> = {},
  now = "now",
  more: Record<string, string> = {},
  first = ":",
): BashResult {
  const env = { ...prepare(declared, programs), ...more };
  // Of its own: preflight removes the scripts from a host that did not pass.
  const scripts = copyHostScripts(folder());
  return bash(`${first}\nbash "$1/preflight.sh" "$2/manifest" "$3"`, [scripts, folder(), now], env);
}

/** Beside a server of the test's own. */
function preflightAsync(declared: Partial<typeof DECLARED>, programs: Record<string, string>): Promise<BashResult> {
  const env = { ...process.env, ...prepare(declared, programs) };
  const child = spawn("bash", [join(copyHostScripts(folder()), "preflight.sh"), join(folder(), "manifest"), "now"], {
    env,
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (data: Buffer) => (stdout += data.toString()));
  child.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
  return new Promise((resolve) => child.on("close", (status) => resolve({ status, stdout, stderr })));
}

/** What was found, without what depends on the machine that runs the tests. */
function findingsOf(run: BashResult): string[] {
  return run.stdout
    .split("\n")
    .filter((line) => line !== "" && !/the operating system is|systemd does not run|finding\(s\)|: passed$/.test(line))
    .map((line) => line.replace("[host1] preflight: ", ""));
}

test("nothing is wrong with a host that has what is declared", () => {
  const run = preflight({});
  expect([findingsOf(run), run.stderr]).toEqual([[], ""]);
});

test.each([
  ["/nowhere", ["127.0.0.1:1 cannot be reached from this host"]],
  ["/tmp", []],
])("a registry need not answer where the build from it is there already: %s", (build, findings) => {
  expect(findingsOf(preflight({ endpoints: `127.0.0.1:1 ${build}` }))).toEqual(findings);
});

test("all findings are reported at once, and nothing is changed", () => {
  const run = preflight(
    { cpus: "8", memory: "99999999", disk: "60000", endpoints: "127.0.0.1:1" },
    { sudo: "exit 1", curl: "exit 22", id: "echo ops" },
    "2020-01-01T00:00:00Z",
  );
  expect(run.status).toBe(1);
  expect(findingsOf(run)).toEqual([
    "ops cannot become root; let it run 'sudo -n' without a password, or log in as root",
    "the host has 4 CPUs, and 8 are declared; declare cpus: 4",
    expect.stringMatching(/^the host has \d+ MiB of memory, and 99999999 MiB are needed$/),
    ...(existsSync("/var/lib/cdktf-zato/components")
      ? []
      : ["there are 50000 MiB free below /opt, and 60000 MiB are needed"]),
    expect.stringMatching(/^the clock is off by \d+ s from the machine that runs Terraform; let both use NTP$/),
    "127.0.0.1:1 cannot be reached from this host",
    "https://example.com/zato.tar cannot be downloaded from this host",
  ]);
  expect(run.stdout).toMatch(/\d finding\(s\); nothing was changed on any host\n$/);
});

describe("the files that a deploy brings along", () => {
  /** On a host whose folders are on disks with so many MiB free. */
  const onDisks = (content: string, ...disks: string[]): string[] =>
    findingsOf(
      preflight(
        { content },
        {
          df: `if [[ $* = *target* ]]; then printf '%s\\n' 'Avail Mounted on' ${disks.map((disk) => `'${disk}'`).join(" ")}; else printf 'Avail\\n 50000\\n'; fi`,
        },
      ),
    );

  test.each([
    [["81 /home", "80 /", "80 /"], []],
    [
      ["79 /home", "12 /", "12 /"],
      [
        "there are 12 MiB free in /, and 80 MiB are needed for files of services on their way",
        "there are 79 MiB free in /home, and 80 MiB are needed for files of services on their way",
      ],
    ],
  ])("need twice their size on each disk that they pass, also on a host that is in use: %j", (disks, findings) => {
    expect(onDisks("40", ...disks)).toEqual(findings);
  });

  test.each([
    ["where it is there", true],
    ["above it, where it is not there yet", false],
  ])("are asked about where they will lie, below /opt %s", (_, isThere) => {
    // GIVEN
    const asked = join(folder(), "asked");
    const opt = join(folder(), "opt");
    if (isThere) mkdirSync(opt);

    // WHEN
    preflight(
      { content: "1" },
      { df: `echo "$*" >>'${asked}'; printf 'Avail\\n 50000\\n'` },
      "now",
      {},
      `sed -i 's,nearest_folder /opt,nearest_folder ${opt},' "$1/preflight.sh"`,
    );

    // THEN
    const where = isThere ? opt : "/";
    expect(readFileSync(asked, "utf8").split("\n")).toEqual([
      `--output=avail -B 1M ${where}`,
      `--output=avail,target -B 1M ${folder()}/staging /var/lib ${where}`,
      "",
    ]);
  });
});

test.each([
  ["is on the host already need not be", "/tmp", []],
  ["is not there yet must be", "/nowhere/else", ["https://example.com/zato.tar cannot be downloaded from this host"]],
])("what %s downloadable", (_, present, findings) => {
  const run = preflight({ downloads: `https://example.com/zato.tar ${present}` }, { curl: "exit 22" });
  expect(findingsOf(run)).toEqual(findings);
});

test("an archive is looked at by its first byte, on a server that knows no ranges and gives it slowly", async () => {
  // GIVEN
  const server = createServer((request, response) => {
    response.writeHead(request.headers.range === undefined ? 200 : 416, { "content-length": String(10 ** 12) });
    const piece = setInterval(() => response.write(Buffer.alloc(1)), 50);
    response.on("close", () => clearInterval(piece));
  });
  const port = await new Promise<number>((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)),
  );

  // WHEN
  const downloads = `http://127.0.0.1:${port}/zato.tar`;
  const run = await preflightAsync({ downloads }, { curl: 'exec /usr/bin/curl "$@"' });
  server.close();

  // THEN
  expect(findingsOf(run)).toEqual([]);
});

test.each(["exit 22", "exit 0"])("one that is refused, or empty, cannot be downloaded: %s", (curl) => {
  expect(findingsOf(preflight({}, { curl }))).toEqual([
    "https://example.com/zato.tar cannot be downloaded from this host",
  ]);
});

test.each([
  ["https://[::1]/zato.tar", "::1", "443"],
  ["http://[::1]:8000/zato.tar", "::1", "8000"],
  ["http://example.com/zato.tar", "example.com", "80"],
  ["https://example.com:8443/zato.tar", "example.com", "8443"],
])("without curl the server of %s must accept connections", (downloads, address, port) => {
  // Everything that is needed but curl, and a `timeout` that notes what is connected to.
  const path = `for one in bash cat awk sed head wc date id mktemp rm dirname basename hostname install printf grep tr tail setsid true sudo nproc ss df; do [ -e "$2/bin/$one" ] ||
    ln -sf "$(type -P $one)" "$2/bin/$one"; done; rm -f "$2/bin/curl"; export PATH=$2/bin`;
  const run = preflight(
    { downloads },
    { timeout: `printf '%s ' "\${@: -2}" >'${folder()}/connected'` },
    "now",
    {},
    path,
  );
  expect(findingsOf(run)).toEqual([]);
  expect(readFileSync(join(folder(), "connected"), "utf8")).toBe(`${address} ${port} `);
});

test("a sudo that wants a terminal is a finding, since verify and restore have none", () => {
  const run = preflight(
    {},
    {
      sudo: 'test -z "${WITHOUT_TERMINAL:-}" || exit 1; shift; exec "$@"',
      setsid: 'shift; WITHOUT_TERMINAL=yes exec "$@"',
      id: "echo ops",
    },
  );
  expect(findingsOf(run)).toEqual([
    "sudo wants a terminal of ops ('requiretty'), which 'verify' and 'restore' do not have; " +
      "put 'Defaults:ops !requiretty' into a file in /etc/sudoers.d",
  ]);
});

describe("a port in use", () => {
  const socket = (rest: string): Record<string, string> => ({
    ss: `case "$*" in *17010*) echo 'LISTEN 0 511 *:17010 *:* ${rest}' ;; esac`,
  });

  test.each([
    [`users:(("nginx",pid=4194305,fd=6))`, "'nginx', process 4194305"],
    ["ino:1 sk:2 cgroup:/system.slice/nginx.service <->", "another program, unit nginx.service"],
    ["uid:4711 ino:1 sk:2 cgroup:/system.slice/nginx.service <->", "another program of esb, unit nginx.service"],
  ])("by somebody else is a finding: %s", (rest, holder) => {
    const getent = '[ "$*" = "passwd 4711" ] && echo esb:x:4711:4711::/srv/esb:/bin/sh';
    expect(findingsOf(preflight({}, { ...socket(rest), getent }))).toEqual([
      `port 17010, meant for server1, is taken by ${holder}; stop it, or choose another port`,
    ]);
  });

  test("is none where nothing of ours will listen: no other is asked about", () => {
    // GIVEN a host on which something listens, as 'ss' says to whoever asks about all ports
    const ss = `echo 'LISTEN 0 511 *:22 *:* users:(("sshd",pid=4194305,fd=6))'`;
    expect(findingsOf(preflight({ ports: "" }, { ss }))).toEqual([]);
  });

  test("by a program whose name terminals obey is told without that", () => {
    const [finding] = findingsOf(preflight({}, socket('users:(("\x1b[2Jx",pid=1,fd=6))')));
    expect(finding).toContain("is taken by '[2Jx', process 1;");
  });

  test.each([
    ["zato-a-server1.service", []],
    [
      "zato-b-server1.service",
      [
        "port 17010, meant for server1, is taken by another program, unit zato-b-server1.service; " +
          "stop it, or choose another port",
      ],
    ],
  ])("is none only by a unit that a component has: %s", (unit, findings) => {
    // GIVEN a component on the host
    const component = join(folder(), "components", "a-server1");
    mkdirSync(component, { recursive: true });
    writeFileSync(join(component, "manifest"), renderManifest({ parameters: { unit: "zato-a-server1.service" } }));
    const places = `sed -i "s#/var/lib/cdktf-zato/components\\$#$2/components#" "$1/preflight.sh"`;

    // WHEN
    const run = preflight({}, socket(`cgroup:/system.slice/${unit} <->`), "now", {}, places);

    // THEN
    expect(findingsOf(run)).toEqual(findings);
  });
});

describe("a unit of a name that is declared", () => {
  const systemctl = (file: string): Record<string, string> => ({
    systemctl: `case "$*" in *"FragmentPath --value -- zato-a-server1.service") echo '${file}' ;; esac`,
  });

  test.each([
    ["of somebody else's is a finding", "[Unit]\n", 1],
    ["of ours is none", "# Managed by cdktf-zato. Changes made here are lost.\n\n[Unit]\n", 0],
  ])("%s", (_, text, findings) => {
    const file = join(folder(), "unit");
    writeFileSync(file, text);
    const found = findingsOf(preflight({ units: "zato-a-server1.service\nzato-a-server2.service" }, systemctl(file)));
    expect(found).toEqual(
      [
        "the unit zato-a-server1.service is there already, and not of this library; name what is declared differently, or the unit",
      ].slice(0, findings),
    );
  });
});

test("a folder that is there already, and would be taken along by a removal, is a finding, unless its component is there", () => {
  // GIVEN
  const at = (name: string): string => join(folder(), name);
  ["etc/zato-edge", "etc/zato/a", "components/a-odb"].forEach((name) => mkdirSync(at(name), { recursive: true }));
  writeFileSync(at("components/a-odb/manifest"), "");
  const folders = [`a-odb ${at("etc/zato/a")}`, `edge ${at("etc/zato-edge")}`, `other ${at("etc/zato-other")}`];

  // WHEN
  const run = preflight(
    { folders: folders.join("\n") },
    {},
    "now",
    {},
    `sed -i 's,/var/lib/cdktf-zato/components/,${folder()}/components/,' "$1/preflight.sh"`,
  );

  // THEN
  expect(findingsOf(run)).toEqual([
    `the folder ${at("etc/zato-edge")} is there already, and not of this library; move it away, or name what is declared differently`,
  ]);
});

test("what layers look at beside all that is found and told with the rest; notes fail nobody", () => {
  const layer = (line: string): string =>
    `echo '${line}' >"$1/fit/more.sh"; sed -i '/^check_system$/d' "$1/preflight.sh"`;
  const noted = preflight({}, {}, "now", {}, layer('note "it rains in $(param host)"'));
  expect(noted).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/preflight: note: it rains in host1\n.*passed\n$/) as string,
  });
  // As processes and folders can be called whatever their owners like.
  const obeyed = layer('note "$(printf "it \\033]0;rains\\007 here")"');
  expect(preflight({}, {}, "now", {}, obeyed).stdout).toContain("note: it ]0;rains here\n");
  const found = preflight({}, {}, "now", {}, layer('finding "it rains"'));
  expect([found.status, findingsOf(found)]).toEqual([1, ["it rains"]]);
});

describe("a firewall on the host", () => {
  const DEPLOYED = "/var/lib/cdktf-zato/components/firewall/kind";
  const withFirewall = (declared: Record<string, string>): string => {
    const grep = `case "$*" in *" firewall ${DEPLOYED}") ;; *) exit 1 ;; esac`;
    return preflight(
      declared,
      { grep },
      "now",
      {},
      `echo 'echo "removed $*"' >"$1/remove.sh"; sed -i '/^check_system$/d' "$1/preflight.sh"`,
    ).stdout;
  };

  test("goes when none is declared any more", () => {
    expect(withFirewall({})).toContain("removed firewall firewall\n[host1] preflight: passed");
  });

  test("stays where one is declared", () => {
    expect(withFirewall({ firewall: "true" })).toBe("[host1] preflight: passed\n");
  });
});

test("without sudo, commands that need root are run directly", () => {
  const run = preflight({ sudo: "false" }, { sudo: "exit 1" });
  expect(findingsOf(run)).toEqual([]);
});

test("a clock that is off by less than half a minute is good enough", () => {
  expect(findingsOf(preflight({}, {}, new Date(Date.now() - 20_000).toISOString()))).toEqual([]);
});

test("a preflight that is killed leaves what it was at among the scripts, which go with the host, and nowhere else", () => {
  // GIVEN a killer in the place of a check
  const elsewhere = join(folder(), "tmp");
  mkdirSync(elsewhere);

  // WHEN
  const killed = preflight({}, { nproc: 'kill -9 "$PPID"' }, "now", { TMPDIR: elsewhere });

  // THEN
  expect(killed.status).toBeNull();
  expect(readdirSync(elsewhere)).toEqual([]);
  expect(readdirSync(join(folder(), "staging")).sort()).toEqual([
    expect.stringMatching(/^preflight\.\w{8}$/),
    "scripts",
  ]);
});

test("fails for a damaged manifest", () => {
  const scripts = copyHostScripts(folder());
  writeFileSync(join(folder(), "manifest"), "@param host\n");
  const run = bash('bash "$1/preflight.sh" "$2/manifest" now', [scripts, folder()]);
  expect(run).toMatchObject({
    status: 1,
    stdout: expect.stringMatching(/preflight: the manifest .* is damaged\n$/) as string,
  });
});
