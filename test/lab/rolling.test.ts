import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ZatoInstallation, ZatoRelease, type DeploymentOfHostsProps } from "cdktf-zato";
import { buildStandIn, sha256Of, type PublishedFile } from "../../lab/archive";
import type { Lab } from "../../lab/lab";
import { silent } from "../../lab/log";
import type { CommandResult } from "../../lab/process";
import { backupsOf, filesIn, restore, takeBackup } from "./support/backups";
import { twoHosts, virtualAddress } from "./support/programs";
import { Project, type Program } from "./support/project";
import { freshHosts } from "./support/shared-lab";
import { SLOW_SERVICE, underLoad } from "./support/under-load";
import { unitProperty, waitForPing, workersOf } from "./support/zato";

const HOSTS = ["host1", "host2"] as const;

const UP_SERVICE = `from zato.server.service import Service

class Up(Service):
    name = "rolling.up"

    def handle(self):
        self.response.payload = "up"
`;

let lab: Lab;
let project: Project;
let services: string;

/** What a test varies. */
interface Variation extends Partial<DeploymentOfHostsProps> {
  readonly archive?: PublishedFile;
}

function declared({ archive = lab.archive, ...deployment }: Variation = {}): Program {
  return (stack) => {
    const installation = ZatoInstallation.archive(archive);
    // Noticed sooner than by default, for the sake of the test's time; by a path that is not that by which servers are checked.
    const healthCheck = { interval: 1, timeout: 1, path: "/up" };
    const zato = twoHosts(stack, lab, { deployment: { installation, healthCheck, backup: {}, ...deployment } });
    zato.content.addServices(services);
    zato.content.addRestChannel("Work", { urlPath: "/work", service: "rolling.work" });
    zato.content.addRestChannel("Up", { urlPath: "/up", service: "rolling.up" });
  };
}

beforeAll(async () => {
  lab = await freshHosts(HOSTS, { equipped: true });
  services = mkdtempSync(path.join(tmpdir(), "zato-rolling-"));
  writeFileSync(path.join(services, "rolling_rates.py"), "RATE = 2\n");
  writeFileSync(path.join(services, "work.py"), `import rolling_rates\n${SLOW_SERVICE}`);
  writeFileSync(path.join(services, "up.py"), UP_SERVICE);
  project = new Project(lab).synth(declared());
  await project.apply();
  await waitForPing(lab, `http://${virtualAddress(lab)}/work`);
});

afterAll(() => {
  project?.remove();
  rmSync(services, { recursive: true, force: true });
});

/** Another build of Zato for the same path: the archive of the lab, after a command has changed what is in it. */
async function anotherBuild(name: string, command: string): Promise<PublishedFile> {
  const url = new URL(lab.archive.url);
  const source = `/srv/artifacts/${path.posix.basename(url.pathname)}`;
  const target = `/srv/artifacts/${name}.tar.gz`;
  const repack = `cd "$(mktemp -d)" && tar -xzf ${source} && ${command} && tar -czf ${target} . && sha256sum ${target}`;
  const sha256 = (await lab.execOrThrow("client", repack)).split(" ")[0]!;
  url.pathname = `/${name}.tar.gz`;
  return { url: url.href, sha256 };
}

/** Requests that no balancer repeats. */
function changeUnderLoad(program: Program): Promise<CommandResult> {
  const url = `http://${virtualAddress(lab)}/work`;
  return underLoad(lab, { url, method: "POST", body: "{}" }, () => project.synth(program).tryApply());
}

/** The build that a running component of a host runs, by its archive. */
async function buildOf(host: string, component: string): Promise<string> {
  const pid = await unitProperty(lab, host, `zato-${host}-${component}.service`, "MainPID");
  const mounted = `awk '$5 ~ "^/opt/zato/3[.]" { print $4 }' /proc/${pid}/mountinfo`;
  return path.posix.basename((await lab.execOrThrow(host, mounted)).trim());
}

async function buildsOf(...components: string[]): Promise<string[]> {
  const all = await Promise.all(HOSTS.flatMap((host) => components.map((one) => buildOf(host, one))));
  return [...new Set(all)];
}

/** How many backups there are of each cluster. */
async function backups(): Promise<number[]> {
  return Promise.all(HOSTS.map(async (host) => (await filesIn(lab, host, backupsOf(host))).length));
}

async function startTimes(): Promise<string[]> {
  const property = "ExecMainStartTimestampMonotonic";
  return Promise.all(HOSTS.map((host) => unitProperty(lab, host, `zato-${host}-server1.service`, property)));
}

test("another build of Zato for the same path, and the way back, lose no request", async () => {
  // GIVEN
  const archive = await anotherBuild("zato-second", "echo second >lab-build");
  expect(await backups()).toEqual([1, 1]);

  // WHEN
  const forth = await changeUnderLoad(declared({ archive }));

  // THEN
  expect(forth).toMatchObject({ status: 0 });
  expect(await backups()).toEqual([2, 2]);
  const said = forth.stdout.split("\n").filter((line) => line.includes("[host1] server1:"));
  expect(said.findIndex((line) => line.includes("backup"))).toBe(0);
  expect(await buildsOf("server1", "server2", "web-admin")).toEqual([archive.sha256]);
  expect(await lab.execOrThrow("host1", "ls /opt/zato/builds | wc -l; cat /opt/zato/current/lab-build")).toBe(
    "2\nsecond\n",
  );

  // WHEN nothing can be downloaded any more
  await lab.execOrThrow("client", "mv /srv/artifacts/zato-3.3-stand-in.tar.gz /srv/artifacts/moved-away");
  const back = await changeUnderLoad(declared());
  await lab.execOrThrow("client", "mv /srv/artifacts/moved-away /srv/artifacts/zato-3.3-stand-in.tar.gz");

  // THEN
  expect(back).toMatchObject({ status: 0 });
  expect(await buildsOf("server1", "server2")).toEqual([lab.archive.sha256]);
  expect(await backups()).toEqual([3, 3]);
});

test("another release of Zato, and the way back, lose no request", async () => {
  // GIVEN
  const file = (await buildStandIn(silent, "3.2"))!;
  const archive = { url: await lab.publish(file), sha256: sha256Of(file) };
  const version = "cd /opt/zato && runuser -u zato -- current/bin/zato --version";

  // WHEN
  const forth = await changeUnderLoad(declared({ archive, release: ZatoRelease.V3_2 }));

  // THEN
  expect(forth).toMatchObject({ status: 0 });
  expect(await buildsOf("server1", "server2", "web-admin")).toEqual([archive.sha256]);
  expect(await lab.execOrThrow("host2", version)).toContain("3.2");
  // One before, and one by the backup's own component, which runs from the release's path.
  expect(await backups()).toEqual([5, 5]);

  // WHEN
  const back = await changeUnderLoad(declared());

  // THEN
  expect(back).toMatchObject({ status: 0 });
  expect(await buildsOf("server1", "server2", "web-admin")).toEqual([lab.archive.sha256]);
  expect(await lab.execOrThrow("host2", version)).toContain("3.3");
  expect(await project.planStatus()).toBe(0);
});

test("a build that cannot be imported is refused on all hosts before any server is touched", async () => {
  const archive = await anotherBuild("zato-broken", "rm lib/site-packages/zato/server/main.py");
  const before = await startTimes();
  const { status, stdout, stderr } = await changeUnderLoad(declared({ archive }));
  expect(status).toBe(1);
  expect(stdout + stderr).toContain("is incomplete: its server cannot be imported");
  expect(stdout).toContain("to go on, remove the cause and deploy again; to go back, deploy the former program");
  expect(await startTimes()).toEqual(before);
  expect((await lab.exec("host1", "runuser -u zato -- /opt/zato/3.3/bin/py -c 'import zato.server.main'")).status).toBe(
    0,
  );
});

test("fewer servers with more workers each lose no request", async () => {
  expect(await changeUnderLoad(declared({ servers: 1 }))).toMatchObject({ status: 0 });
  for (const host of HOSTS) {
    expect(await workersOf(lab, host, "server1")).toBe(lab.host(host).cpus);
    expect((await lab.exec(host, `systemctl status zato-${host}-server2`)).status).not.toBe(0);
  }
});

test("a restart without a change is one property, and loses no request though each cluster has but one server", async () => {
  // WHEN
  const before = await startTimes();
  const plan = await project.synth(declared({ servers: 1, restartedAt: "2026-11-22" })).plan();
  const result = await changeUnderLoad(declared({ servers: 1, restartedAt: "2026-11-22" }));

  // THEN
  expect(result).toMatchObject({ status: 0 });
  expect(Object.keys(plan)).toEqual(HOSTS.map((host) => `zato/${host}/server1/state`));
  expect((await startTimes()).filter((time, position) => time !== before[position])).toHaveLength(2);
});

test("a server that does not start any more stops the change at the first cluster, while the others go on", async () => {
  // GIVEN
  const before = await startTimes();
  const environment = { Zato_Config_Server_server__conf_main_gunicorn_workers: "none" };

  // WHEN
  const { status, stdout } = await changeUnderLoad(declared({ servers: 1, restartedAt: "2026-11-22", environment }));

  // THEN
  expect(status).toBe(1);
  expect(stdout).toContain("[host1] server1: failed: no answer to http://127.0.0.1:17010/zato/ping");
  expect(stdout).toContain("[host1] server1: servers of the cluster host1 that get requests: none");
  expect((await startTimes())[1]).toBe(before[1]);

  // WHEN one goes back
  const back = await changeUnderLoad(declared({ servers: 1, restartedAt: "2026-11-22" }));

  // THEN
  expect(back).toMatchObject({ status: 0 });
  expect((await startTimes())[1]).toBe(before[1]);
  expect(await project.planStatus()).toBe(0);
});

test("a restore loses no request, keeps what it replaces, and brings everything back that the content was deployed with", async () => {
  // GIVEN
  const saved = await takeBackup(lab, "host1", "host1", services);
  const content = "cd /opt/zato/env/host1 && find hot-deploy modules user-conf static -type f ! -name '*.pyc' | sort";
  const before = await lab.execOrThrow("host1", content);
  expect(before).toContain("modules/rolling_rates.py");

  // WHEN
  const url = `http://${virtualAddress(lab)}/work`;
  const restored = await underLoad(lab, { url, method: "POST", body: "{}" }, () => restore(project, "host1", saved));

  // THEN
  expect(restored).toMatchObject({
    status: 0,
    stdout: expect.stringContaining("[host1] restore: restored\n") as string,
  });
  expect(restored.stdout.match(/letting balancers in front take the cluster out/g)).toHaveLength(1);
  expect(restored.stdout.match(/waiting until balancers in front have the cluster back/g)).toHaveLength(1);
  expect(restored.stdout).toMatch(/kept what is there now: \/var\/backups\/\S+-replaced\.tar\n/);
  expect(await lab.execOrThrow("host1", content)).toBe(before);
  expect(await lab.execOrThrow("host1", "find /var/lib/cdktf-zato -maxdepth 1 -name 'restor*'")).toBe("");
  expect(await project.planStatus()).toBe(0);
});
