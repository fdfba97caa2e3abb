import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Secret, ZatoInstallation, ZatoRelease, type DeploymentOfHostsProps } from "cdktf-zato";
import { buildStandIn, sha256Of, type PublishedFile } from "../../lab/archive";
import type { Lab } from "../../lab/lab";
import { silent } from "../../lab/log";
import { waitUntil } from "../../lab/process";
import { restore, takeBackup } from "./support/backups";
import { repairsIn, verify } from "./support/content-cluster";
import { differences, listHost } from "./support/host-listing";
import { twoHosts, virtualAddress } from "./support/programs";
import { Project, type Program } from "./support/project";
import { freshHosts } from "./support/shared-lab";
import { SLOW_SERVICE, underLoad } from "./support/under-load";
import { httpStatus, logIn, poolOf, query, secretOf, unitProperty, unitsOf, waitForPing } from "./support/zato";

const HOSTS = ["host1", "host2"] as const;

let lab: Lab;
let archive: PublishedFile;
let project: Project;
let services: string;
let entry: string;
const before: Record<string, string[]> = {};

const declared =
  (props: Partial<DeploymentOfHostsProps> = {}): Program =>
  (stack) => {
    const installation = ZatoInstallation.archive(archive);
    const zato = twoHosts(stack, lab, {
      deployment: { release: ZatoRelease.V4_1, installation, backup: {}, ...props },
    });
    zato.content.addServices(services);
    zato.content.addRestChannel("Work", { urlPath: "/work", service: "rolling.work" });
  };

beforeAll(async () => {
  lab = await freshHosts(HOSTS);
  entry = `http://${virtualAddress(lab)}`;
  const file = (await buildStandIn(silent, "4.1"))!;
  archive = { url: await lab.publish(file), sha256: sha256Of(file) };
  services = mkdtempSync(path.join(tmpdir(), "zato-4-1-"));
  writeFileSync(path.join(services, "work.py"), SLOW_SERVICE);
  for (const host of HOSTS) before[host] = await listHost(lab, host);
  project = new Project(lab);
  await project.synth(declared()).apply();
});

afterAll(() => {
  project?.remove();
  rmSync(services, { recursive: true, force: true });
});

async function ofBoth<T>(produce: (host: string) => Promise<T>): Promise<T[]> {
  return Promise.all(HOSTS.map(produce));
}

const stateOf = (unit: string): Promise<string> =>
  unitProperty(lab, "host1", `zato-host1-${unit}.service`, "ActiveState");

test("both clusters answer, by themselves and behind the virtual address", async () => {
  expect(await ofBoth((host) => httpStatus(lab, `http://${lab.host(host).address}:11223/zato/ping`))).toEqual([
    200, 200,
  ]);
  expect(await ofBoth((host) => poolOf(lab, host))).toEqual(["host1 UP, host2 UP", "host1 UP, host2 UP"]);
  expect(await httpStatus(lab, `${entry}/zato/ping`)).toBe(200);
  expect(await httpStatus(lab, `${entry}/work`, "client", "--data", "{}")).toBe(200);
});

test("a second plan is empty", async () => {
  expect(await project.planStatus()).toBe(0);
});

test("as many servers run on each host as it has CPUs, beside a Redis, and one scheduler in all", async () => {
  const units = await ofBoth((host) => unitsOf(lab, host));
  const numberOf = (name: RegExp): number[] => units.map((all) => all.filter((unit) => name.test(unit)).length);
  expect(numberOf(/-server\d+\.service$/)).toEqual(HOSTS.map((host) => lab.host(host).cpus));
  expect(numberOf(/-redis\.service$/)).toEqual([1, 1]);
  expect(numberOf(/-scheduler\.service$/)).toEqual([1, 0]);
});

test("both dashboards let the administrator in, and nobody else", async () => {
  const right = await ofBoth(async (host) => logIn(lab, host, await secretOf(lab, host, "web_admin_password")));
  const wrong = await ofBoth((host) => logIn(lab, host, "wrong"));
  expect(right.map(({ status }) => status)).toEqual([302, 302]);
  expect(wrong.map(({ status }) => status)).toEqual([200, 200]);
});

test("what servers would close the connection for is answered, and Zato's own paths are closed", async () => {
  const status = (url: string, ...args: string[]): Promise<number> =>
    httpStatus(lab, `${entry}${url}`, "client", ...args);
  await lab.execOrThrow("client", "head -c 9000000 /dev/zero >/var/tmp/large");
  expect(await status("/work", "--header", "Transfer-Encoding: chunked", "--data", "{}")).toBe(411);
  expect(await status("/work", "--data-binary", "@/var/tmp/large")).toBe(413);
  for (const own of [
    "/zato/api/invoke/demo.ping",
    "/metrics",
    "/mcp/demo",
    "/openapi/x",
    "/pubsub/topic/x",
    "/ide-deploy",
  ]) {
    expect([own, await status(own)]).toEqual([own, 403]);
  }
});

test("the scheduler stops and starts with its Redis, however that ends", async () => {
  await lab.execOrThrow("host1", "systemctl stop zato-host1-redis");
  expect(await stateOf("scheduler")).toBe("inactive");
  await lab.execOrThrow("host1", "systemctl start zato-host1-redis");
  expect(await stateOf("scheduler")).toBe("active");

  // WHEN it is killed
  const former = await unitProperty(lab, "host1", "zato-host1-scheduler.service", "MainPID");
  await lab.execOrThrow("host1", "systemctl kill --signal=KILL zato-host1-redis");
  await waitUntil("another scheduler", 60_000, async () => {
    const now = await unitProperty(lab, "host1", "zato-host1-scheduler.service", "MainPID");
    return now !== former && now !== "0" && (await stateOf("scheduler")) === "active" ? undefined : `process ${now}`;
  });
});

test("a server that starts while its Redis is down waits for it", async () => {
  await lab.execOrThrow(
    "host1",
    "systemctl stop zato-host1-redis; systemctl restart --no-block zato-host1-server2; sleep 5",
  );
  expect(await stateOf("server2")).toBe("activating");
  await lab.execOrThrow("host1", "systemctl start zato-host1-redis");
  await waitUntil("server2", 60_000, async () => {
    const state = await stateOf("server2");
    return state === "active" ? undefined : state;
  });
});

test("a change that restarts all servers loses no POST", async () => {
  const load = { url: `${entry}/work`, method: "POST", body: "{}" };
  const { status } = await underLoad(lab, load, () =>
    project.synth(declared({ environment: { A: "b" }, auditLogDays: 7 })).tryApply(),
  );
  expect(status).toBe(0);
});

test("a host comes back by itself after a power cut", async () => {
  await lab.powerCut("host1");
  await waitForPing(lab, `${entry}/zato/ping`);
  await lab.powerOn("host1");
  await waitForPing(lab, `http://${lab.host("host1").address}:11223/work`, 180);
  await waitUntil("the scheduler", 60_000, async () => {
    const state = await stateOf("scheduler");
    return state === "active" ? undefined : state;
  });
  expect(await project.planStatus()).toBe(0);
});

test("new passwords of Redis and of Zato's own user are used by all, and the former ones by nobody", async () => {
  const former = await secretOf(lab, "host1", "redis_password");
  const { status } = await underLoad(lab, { url: `${entry}/work`, method: "POST", body: "{}" }, () =>
    project
      .synth(
        declared({
          environment: { A: "b" },
          auditLogDays: 7,
          redisPassword: Secret.generated({ version: "2" }),
          adminInvokePassword: Secret.generated({ version: "2" }),
        }),
      )
      .tryApply(),
  );
  expect(status).toBe(0);
  const ping = (password: string): Promise<string> =>
    lab.execOrThrow("host1", `REDISCLI_AUTH=${password} redis-cli -p 17009 ping 2>&1`);
  expect(await ping(await secretOf(lab, "host1", "redis_password"))).toContain("PONG");
  expect(await ping(former)).not.toContain("PONG");
  expect(await project.planStatus()).toBe(0);
});

test("what was changed by hand is named, and put right by the command that verify prints", async () => {
  const said = async (): Promise<string[]> =>
    (await verify(project.folder)).stdout.split("\n").filter((line) => line !== "");
  expect(await said()).toContain("all hosts are as deployed");
  await lab.execOrThrow(
    "host1",
    `set -e
     echo 'maxmemory 1mb' >>/etc/zato/host1/redis/redis.conf
     REDISCLI_AUTH=$(cat /etc/cdktf-zato/secrets/host1/redis_password) redis-cli -p 17009 acl setuser default '>mine' resetpass '>other'
     echo 'A=mine' >>/etc/zato/host1/web-admin.env`,
  );
  const found = await said();
  expect(found.join("\n")).toContain("/etc/zato/host1/redis/redis.conf was changed");
  expect(found.join("\n")).toContain("the cluster's Redis does not answer, or not to the password that it was given");
  expect(found.join("\n")).toContain("/etc/zato/host1/web-admin.env was changed");
  await project.apply(...repairsIn(found.at(-1)!));
  expect(await said()).toContain("all hosts are as deployed");
});

test("a backup brings back what was there, messages of pub/sub among it", async () => {
  // GIVEN
  const database = "zato4_host1";
  await query(lab, "host1", "create table if not exists kept as select 'as it was' as said", database);
  await query(lab, "host1", "alter table kept owner to zato4_host1", database);
  const backup = await takeBackup(lab, "host1", "host1", project.folder);
  await query(lab, "host1", "update kept set said = 'changed'", database);

  // WHEN
  const { status, stdout, stderr } = await restore(project, "host1", backup);

  // THEN
  expect([status, status === 0 ? "" : stdout + stderr]).toEqual([0, ""]);
  expect(await query(lab, "host1", "select said from kept", database)).toEqual(["as it was"]);
  expect(await query(lab, "host1", "select 1 from pg_tables where tablename = 'pubsub_message'", database)).toEqual(["1"]); // prettier-ignore
  expect(await httpStatus(lab, `http://${lab.host("host1").address}:11223/work`, "client", "--data", "{}")).toBe(200);
  expect(await stateOf("scheduler")).toBe("active");
  await query(lab, "host1", "drop table kept", database);
  expect(await project.planStatus()).toBe(0);
});

test("leaves nothing when it is destroyed", async () => {
  expect(await project.destroy()).toMatchObject({ status: 0 });
  for (const host of HOSTS) {
    const left = differences(before[host]!, await listHost(lab, host));
    expect(left.filter((line) => !line.includes(" /var/backups/"))).toEqual([]);
  }
});
