import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Lab } from "../../lab/lab";
import { sleep, waitUntil, type CommandResult } from "../../lab/process";
import { verify } from "./support/content-cluster";
import { twoHosts, virtualAddress } from "./support/programs";
import { lastLines, Project, type Program } from "./support/project";
import { freshHosts } from "./support/shared-lab";
import { underLoad, underLoadWithCut } from "./support/under-load";
import { httpStatus, unitProperty, waitForPing } from "./support/zato";

const HOSTS = ["host1", "host2"] as const;
const WORK = "/opt/zato/env/host1/hot-deploy/work.py";

/** A service with a version, in a file with another line. */
function service(version: string, line = ""): string {
  return `
from zato.server.service import Service
import rates

${line}

class Work(Service):
    name = "sturdy.work"

    def handle(self):
        self.response.payload = "${version} at " + rates.RATE
`;
}

/** What fails in a running server alone. */
const REFUSED = `
import sys
if "zato.server.worker" in sys.modules:
    raise ValueError("the ledger is closed")
`;

let lab: Lab;
let project: Project;
let services: string;
let url: string;

beforeAll(async () => {
  lab = await freshHosts(HOSTS, { equipped: true });
  services = mkdtempSync(path.join(tmpdir(), "zato-broken-"));
  mkdirSync(path.join(services, "rates"));
  write("rates/__init__.py", "RATE = 'par'\n");
  write("work.py", service("v1"));
  url = `http://${virtualAddress(lab)}/work`;
  project = new Project(lab).synth(program);
  await project.apply();
  await waitForPing(lab, url);
});

afterAll(() => {
  project?.remove();
  if (services !== undefined) rmSync(services, { recursive: true, force: true });
});

const program: Program = (stack) => {
  const zato = twoHosts(stack, lab);
  zato.content.addServices(services);
  zato.content.addRestChannel("Work", { urlPath: "/work", service: "sturdy.work" });
};

function write(name: string, text: string): void {
  writeFileSync(path.join(services, name), text);
}

async function deploy(): Promise<CommandResult & { readonly seconds: number }> {
  const begun = Date.now();
  const result = await project.synth(program).tryApply();
  return { ...result, seconds: (Date.now() - begun) / 1000 };
}

/** The last lines that the hosts' scripts said. */
function said(applied: CommandResult): string {
  return lastLines(applied).replaceAll(/^.*\(remote-exec\): /gm, "");
}

async function bodies(...hosts: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  for (const host of hosts) {
    for (let request = 0; request < 4; request++) {
      found.add(await lab.execOrThrow("client", ["curl", "-sS", `http://${lab.host(host).address}:11223/work`]));
    }
  }
  return [...found];
}

async function killServers(host: string): Promise<void> {
  for (const server of ["server1", "server2"]) {
    await lab.execOrThrow(host, `systemctl kill --signal=KILL zato-${host}-${server}`);
    await isBack(host, server);
  }
}

/** Waits until a server has requests again. */
async function isBack(host: string, server: string): Promise<void> {
  await waitUntil(`${server} of ${host}`, 120_000, async () => {
    const state = await unitProperty(lab, host, `zato-${host}-${server}.service`, "ActiveState");
    const rotation = await inRotation(host, server);
    return state === "active" && rotation ? undefined : `it is ${state}`;
  });
}

async function inRotation(host: string, server: string): Promise<boolean> {
  const show = `echo show stat | socat - /run/zato-${host}-load-balancer/admin.sock | grep ^bck_http_plain,http_plain--${server},`;
  const { stdout } = await lab.exec(host, show);
  return stdout.split(",")[17]?.startsWith("UP") ?? false;
}

test("one that cannot be imported fails the deploy at once with its traceback; nothing is changed, and no request lost", async () => {
  // GIVEN
  write("work.py", service("v2", "import ledgers"));

  // WHEN
  const applied = await underLoad(lab, { url }, async () => {
    const result = await deploy();
    await killServers("host1");
    return result;
  });

  // THEN
  expect(applied.status).toBe(1);
  expect(said(applied)).toMatch(
    /services cannot be imported, and nothing was changed:\s+work\.py:\s+Traceback[^]*hot-deploy\/work\.py", line 5, in <module>\s+import ledgers\s+ModuleNotFoundError: No module named 'ledgers'/,
  );
  expect(applied.seconds).toBeLessThan(60);
  process.stdout.write(`the deploy failed after ${applied.seconds.toFixed(0)} s\n`);
  expect(applied.stdout).not.toContain("[host2] content");
  expect(await bodies(...HOSTS)).toEqual(["v1 at par"]);
});

test.each([
  ["ends the process", "import os; os._exit(0)", "ended the process"],
  ["exits", "raise SystemExit(3)", "SystemExit: 3"],
  ["is no Python to the host's", "lambda: (yield) = 1", "SyntaxError"],
])("one that %s does the same", async (_, line, cause) => {
  write("work.py", service("v2", `exec(${JSON.stringify(line)})`));
  const applied = await underLoad(lab, { url }, deploy);
  expect(applied.status).toBe(1);
  expect(said(applied)).toContain(cause);
  expect(await bodies("host1")).toEqual(["v1 at par"]);
});

test("one that only a running server refuses fails it with what the server says, and those of before are back", async () => {
  // GIVEN
  write("work.py", service("v2", REFUSED));

  // WHEN
  const applied = await underLoad(lab, { url }, async () => {
    const deployed = deploy();
    await sleep(15_000);
    await killServers("host1");
    const result = await deployed;
    await killServers("host1");
    return result;
  });

  // THEN
  expect(applied.status).toBe(1);
  expect(said(applied)).toMatch(
    /the services are not live on 127\.0\.0\.1:170\d\d: sturdy\.work [^]*ValueError: the ledger is closed/,
  );
  expect(applied.seconds).toBeLessThan(180);
  process.stdout.write(`the deploy failed after ${applied.seconds.toFixed(0)} s\n`);
  expect(await bodies(...HOSTS)).toEqual(["v1 at par"]);
});

test("one of which only a restarted server would know is not given requests either", async () => {
  // GIVEN another module, for which servers are restarted
  write("work.py", service("v2", REFUSED));
  write("rates/__init__.py", "RATE = 'a premium'\n");

  // WHEN
  const applied = await underLoad(lab, { url }, deploy);

  // THEN
  expect(applied.status).toBe(1);
  expect(said(applied)).toMatch(
    /so it stays out of the load-balancer: sturdy\.work [^]*ValueError: the ledger is closed/,
  );
  expect(await bodies(...HOSTS)).toEqual(["v1 at par"]);
  for (const server of ["server1", "server2"]) await isBack("host1", server);
});

test("a power cut in the middle of a deploy leaves servers that start with what the cluster ran", async () => {
  // GIVEN
  write("rates/__init__.py", "RATE = 'par'\n");
  write("work.py", service("v2", REFUSED));
  const health = `http://${lab.host("host1").address}:11223/work`;

  // WHEN
  await underLoadWithCut(lab, { url }, async (powerCut) => {
    const deployed = deploy();
    try {
      await waitUntil("the new file", 120_000, async () => {
        const { stdout } = await lab.exec("host1", `grep -c 'the ledger is closed' ${WORK}`);
        return stdout.trim() === "1" ? undefined : "the former one";
      });
      await sleep(1_000);
      await powerCut("host1");
      await lab.powerOn("host1");
      await waitForPing(lab, health, 120);
    } finally {
      await deployed;
    }
  });

  // THEN
  expect(await bodies(...HOSTS)).toEqual(["v1 at par"]);
  expect(await lab.execOrThrow("host1", `cat ${WORK}`)).toContain("v1");
});

test("a server that lacks what the cluster ran gets no request, whoever starts it, and comes back by itself", async () => {
  await underLoad(lab, { url }, async () => {
    // GIVEN
    await lab.execOrThrow("host1", `cp -a ${WORK} /root/work.py; echo 'raise ValueError' >>${WORK}`);
    await sleep(3_000);

    // WHEN
    await lab.execOrThrow("host1", "systemctl kill --signal=KILL zato-host1-server1");
    await waitUntil("the server", 60_000, async () => {
      const status = await httpStatus(lab, "http://127.0.0.1:17010/zato/ping", "host1");
      return status === 200 ? undefined : `status ${status}`;
    });
    await sleep(5_000);

    // THEN
    expect(await httpStatus(lab, "http://127.0.0.1:17010/work", "host1")).not.toBe(200);
    expect(await inRotation("host1", "server1")).toBe(false);

    // WHEN
    await lab.execOrThrow("host1", `cp -a /root/work.py ${WORK}.new; mv ${WORK}.new ${WORK}`);
    await isBack("host1", "server1");
  });
  expect(await bodies("host1")).toEqual(["v1 at par"]);
});

test("the repaired file converges, in both clusters", async () => {
  write("work.py", service("v2"));
  const applied = await underLoad(lab, { url }, deploy);
  expect(applied).toMatchObject({ status: 0 });
  expect(await bodies(...HOSTS)).toEqual(["v2 at par"]);
  expect(await verify(project.folder)).toMatchObject({ status: 0 });
});
