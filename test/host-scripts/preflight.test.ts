import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderManifest } from "../../lib/remote";
import { bash, BashResult, copyHostScripts, temporaryFolder } from "../support/bash";

const folder = temporaryFolder();

/** Makes programs that stand before those of the machine in PATH. */
function fakePrograms(programs: Record<string, string>): void {
  mkdirSync(join(folder(), "bin"));
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
  curl: "exit 0",
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
};

function preflight(declared: Partial<typeof DECLARED>, programs: Record<string, string> = {}, now = "now"): BashResult {
  fakePrograms({ ...GOOD_HOST, ...programs });
  // Of its own: preflight removes the scripts from a host that did not pass.
  const scripts = copyHostScripts(folder());
  writeFileSync(join(folder(), "manifest"), renderManifest({ parameters: { ...DECLARED, ...declared } }));
  return bash('bash "$1/preflight.sh" "$2/manifest" "$3"', [scripts, folder(), now], {
    PATH: `${join(folder(), "bin")}:${process.env.PATH}`,
    HOME: folder(),
  });
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

test.each([
  ["is on the host already need not be", "/tmp", []],
  ["is not there yet must be", "/nowhere/else", ["https://example.com/zato.tar cannot be downloaded from this host"]],
])("what %s downloadable", (_, present, findings) => {
  const run = preflight({ downloads: `https://example.com/zato.tar ${present}` }, { curl: "exit 22" });
  expect(findingsOf(run)).toEqual(findings);
});

describe("a port in use", () => {
  const socket = (rest: string): Record<string, string> => ({
    ss: `case "$*" in *17010*) echo 'LISTEN 0 511 *:17010 *:* ${rest}' ;; esac`,
  });

  test.each([
    [`users:(("nginx",pid=4194305,fd=6))`, "'nginx', process 4194305"],
    ["ino:1 sk:2 cgroup:/system.slice/nginx.service <->", "another program, unit nginx.service"],
  ])("by somebody else is a finding: %s", (rest, holder) => {
    expect(findingsOf(preflight({}, socket(rest)))).toEqual([
      `port 17010, meant for server1, is taken by ${holder}; stop it, or choose another port`,
    ]);
  });

  test("by a unit of ours is none", () => {
    expect(findingsOf(preflight({}, socket("cgroup:/system.slice/zato-a-server1.service <->")))).toEqual([]);
  });
});

test("without sudo, commands that need root are run directly", () => {
  const run = preflight({ sudo: "false" }, { sudo: "exit 1" });
  expect(findingsOf(run)).toEqual([]);
});

test("a clock that is off by less than half a minute is good enough", () => {
  expect(findingsOf(preflight({}, {}, new Date(Date.now() - 20_000).toISOString()))).toEqual([]);
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
