import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HOST_SCRIPTS, temporaryFolder } from "../support/bash";
import { Sandbox } from "../support/sandbox";

const folder = temporaryFolder();

// What does not end is stopped after a second, and given three to do so.
jest.setTimeout(30_000);

const ABOUT = {
  hook_where: "deployer",
  hook_label: "afterCluster of host1",
  hook_file: "smoke.sh",
  hook_timeout: "30",
  hook_leaves: "host1 runs what is declared; host2 stays as it was",
};

const WAY_ON =
  "[deployer] afterCluster of host1: host1 runs what is declared; host2 stays as it was. Mend it, and deploy again, which runs the " +
  "hook again and goes on from there.";

interface Ended {
  readonly status: number | null;
  readonly lines: string[];
  readonly seconds: number;
}

/** Runs a script as Terraform does on the machine that deploys. */
function onDeployer(script: string, env: Record<string, string> = {}): Ended {
  writeFileSync(join(folder(), "script"), script);
  const begun = Date.now();
  const { status, stdout, stderr } = spawnSync("/bin/sh", [join(HOST_SCRIPTS, "run-hook.sh")], {
    cwd: folder(),
    env: { ...process.env, ...ABOUT, hook_script: "script", ...env },
    timeout: 25_000,
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  return { status, lines: stdout.trimEnd().split("\n"), seconds: (Date.now() - begun) / 1000 };
}

test("a script that ends well says nothing but that it ran, whatever it prints, and knows what it is about", () => {
  const script = `#!/bin/sh\necho secret\necho "$CDKTF_ZATO_CLUSTER at $CDKTF_ZATO_URL" >told\n`;
  const { status, lines } = onDeployer(script, {
    CDKTF_ZATO_CLUSTER: "host1",
    CDKTF_ZATO_URL: "http://10.0.0.11:11223",
  });
  expect([status, lines]).toEqual([
    0,
    [
      "[deployer] afterCluster of host1: running smoke.sh",
      expect.stringMatching(/^\[deployer\] afterCluster of host1: done in \d+ seconds$/),
    ],
  ]);
  expect(spawnSync("cat", [join(folder(), "told")], { encoding: "utf8" }).stdout).toBe(
    "host1 at http://10.0.0.11:11223\n",
  );
});

test("one that fails shows its status and last lines, without what terminals obey, and what is deployed and what is not", () => {
  const script = "#!/bin/sh\nfor n in $(seq 1 30); do echo line $n; done\nprintf 'red \\033[31m\\n' >&2\nexit 3\n";
  const { status, lines } = onDeployer(script);
  expect(status).toBe(1);
  expect(lines[1]).toMatch(
    /^\[deployer\] afterCluster of host1: failed: smoke.sh ended with exit status 3 after \d+ seconds; it said last:$/,
  );
  expect(lines.slice(2, -1)).toEqual([...Array.from({ length: 11 }, (_, n) => `    line ${n + 20}`), "    red [31m"]);
  expect(lines.at(-1)).toBe(WAY_ON);
});

test.each(["with setsid", "without setsid"])("one that does not end is stopped, with all that it began, %s", (kind) => {
  const PATH = kind === "with setsid" ? process.env.PATH! : pathWithoutSetsid();
  const script = `#!/bin/sh\ntrap '' TERM\necho waiting\nsleep 20 &\n${kind === "with setsid" ? "wait; sleep 20; touch too-late" : "sleep 5; sleep 5; sleep 5; sleep 5"}\n`;
  const { status, lines, seconds } = onDeployer(script, { hook_timeout: "1", PATH });
  expect(status).toBe(1);
  expect(lines.slice(1)).toEqual([
    "[deployer] afterCluster of host1: failed: smoke.sh did not end within 1 seconds, and was stopped; it said last:",
    "    waiting",
    WAY_ON,
  ]);
  expect(seconds).toBeLessThan(10);
  expect(existsSync(join(folder(), "too-late"))).toBe(false);
});

test("what one that does not end has begun is stopped, though that does not listen, and the script itself does", () => {
  const child = `(trap '' TERM; exec sh -c 'echo $$ >child; exec sleep 60') &`;
  expect(onDeployer(`#!/bin/sh\n${child}\nwait\n`, { hook_timeout: "1" }).status).toBe(1);
  const pid = readFileSync(join(folder(), "child"), "utf8").trim();
  expect(spawnSync("ps", ["-o", "stat=", "-p", pid], { encoding: "utf8" }).stdout).toMatch(/^(Z.*\n)?$/);
});

function pathWithoutSetsid(): string {
  const bin = join(folder(), "bin");
  mkdirSync(bin);
  for (const name of ["mktemp", "rm", "chmod", "date", "sleep", "tr", "tail", "sed", "sh"]) {
    symlinkSync(spawnSync("which", [name], { encoding: "utf8" }).stdout.trim(), join(bin, name));
  }
  return bin;
}

describe("on a host", () => {
  let host: Sandbox;
  beforeEach(() => (host = new Sandbox(folder())));

  function stage(script: string, about: Record<string, string> = {}): string {
    const staged = join(folder(), "staging", "hook.1");
    mkdirSync(`${staged}.files`, { recursive: true });
    writeFileSync(`${staged}.files/script`, script);
    chmodSync(`${staged}.files/script`, 0o644);
    const lines = Object.entries({ ...ABOUT, hook_where: "host1", ...about }).map(
      ([name, value]) => `${name}=${value}\n`,
    );
    writeFileSync(`${staged}.about`, lines.join(""));
    return staged;
  }

  test("it runs out of a folder of root's, is told what it is about, and leaves nothing behind", () => {
    const script = `#!/bin/sh\necho "$CDKTF_ZATO_CLUSTER|$CDKTF_ZATO_ADDRESS|$0" >'${folder()}/told'\n`;
    const about = { CDKTF_ZATO_CLUSTER: "host2", CDKTF_ZATO_ADDRESS: "$(touch /x); a=b" };
    const { status, stdout } = host.run("hook.sh", stage(script, about));
    expect([status, stdout.split("\n")[0]]).toEqual([0, "[host1] afterCluster of host1: running smoke.sh"]);
    expect(host.read("/told")).toMatch(
      /^host2\|\$\(touch \/x\); a=b\|\/var\/lib\/cdktf-zato\/hook\.\w+\/hook\.1\.files\/script\n$/,
    );
    expect(readdirSync(join(folder(), "var/lib/cdktf-zato"))).toEqual([]);
    expect(readdirSync(join(folder(), "staging"))).toEqual(["scripts"]);
  });

  test("one that fails stops the deploy, and leaves nothing behind either", () => {
    const { status, stdout } = host.run("hook.sh", stage("#!/bin/sh\necho no\nexit 7\n"));
    expect(status).toBe(1);
    expect(stdout).toContain("[host1] afterCluster of host1: failed: smoke.sh ended with exit status 7 after ");
    expect(readdirSync(join(folder(), "var/lib/cdktf-zato"))).toEqual([]);
  });
});
