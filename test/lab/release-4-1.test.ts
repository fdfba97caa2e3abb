import { ZatoInstallation, ZatoRelease } from "cdktf-zato";
import { buildStandIn, sha256Of, type PublishedFile } from "../../lab/archive";
import type { Lab } from "../../lab/lab";
import { silent } from "../../lab/log";
import { differences, listHost } from "./support/host-listing";
import { twoHosts, virtualAddress } from "./support/programs";
import { Project, type Program } from "./support/project";
import { freshHosts } from "./support/shared-lab";
import { httpStatus, logIn, poolOf, secretOf, unitProperty, unitsOf, waitForPing } from "./support/zato";

const HOSTS = ["host1", "host2"] as const;

let lab: Lab;
let archive: PublishedFile;
let project: Project;
const before: Record<string, string[]> = {};

const declared =
  (restartedAt?: string): Program =>
  (stack) =>
    void twoHosts(stack, lab, {
      deployment: { release: ZatoRelease.V4_1, installation: ZatoInstallation.archive(archive), restartedAt },
    });

beforeAll(async () => {
  lab = await freshHosts(HOSTS);
  const file = (await buildStandIn(silent, "4.1"))!;
  archive = { url: await lab.publish(file), sha256: sha256Of(file) };
  for (const host of HOSTS) before[host] = await listHost(lab, host);
  project = new Project(lab);
  await project.synth(declared()).apply();
});

afterAll(() => project?.remove());

async function ofBoth<T>(produce: (host: string) => Promise<T>): Promise<T[]> {
  return Promise.all(HOSTS.map(produce));
}

test("both clusters answer, by themselves and behind the virtual address", async () => {
  expect(await ofBoth((host) => httpStatus(lab, `http://${lab.host(host).address}:11223/zato/ping`))).toEqual([
    200, 200,
  ]);
  expect(await ofBoth((host) => poolOf(lab, host))).toEqual(["host1 UP, host2 UP", "host1 UP, host2 UP"]);
  expect(await httpStatus(lab, `http://${virtualAddress(lab)}/zato/ping`)).toBe(200);
});

test("a second plan is empty", async () => {
  expect(await project.planStatus()).toBe(0);
});

test("as many servers run on each host as it has CPUs, beside a Redis, and one scheduler in all", async () => {
  const units = await ofBoth((host) => unitsOf(lab, host));
  const servers = units.map((all) => all.filter((unit) => /-server\d+\.service$/.test(unit)).length);
  expect(servers).toEqual(HOSTS.map((host) => lab.host(host).cpus));
  expect(units.map((all) => all.filter((unit) => unit.endsWith("-redis.service")).length)).toEqual([1, 1]);
  expect(units.map((all) => all.filter((unit) => unit.endsWith("-scheduler.service")).length)).toEqual([1, 0]);
});

test("both dashboards let the administrator in, and nobody else", async () => {
  const right = await ofBoth(async (host) => logIn(lab, host, await secretOf(lab, host, "web_admin_password")));
  const wrong = await ofBoth((host) => logIn(lab, host, "wrong"));
  expect(right.map(({ status }) => status)).toEqual([302, 302]);
  expect(wrong.map(({ status }) => status)).toEqual([200, 200]);
});

test("the scheduler stops and starts with its Redis", async () => {
  const state = (): Promise<string> => unitProperty(lab, "host1", "zato-host1-scheduler.service", "ActiveState");
  await lab.execOrThrow("host1", "systemctl stop zato-host1-redis");
  expect(await state()).toBe("inactive");
  await lab.execOrThrow("host1", "systemctl start zato-host1-redis");
  expect(await state()).toBe("active");
});

test("a server that starts while its Redis is down waits for it", async () => {
  await lab.execOrThrow(
    "host1",
    "systemctl stop zato-host1-redis && systemctl restart --no-block zato-host1-server2 && sleep 5",
  );
  expect(await unitProperty(lab, "host1", "zato-host1-server2.service", "ActiveState")).toBe("activating");
  await lab.execOrThrow("host1", "systemctl start zato-host1-redis");
  await waitForPing(lab, "http://127.0.0.1:17011/zato/ping").catch(() => undefined);
  expect(await unitProperty(lab, "host1", "zato-host1-server2.service", "ActiveState")).toBe("active");
});

test("leaves nothing when it is destroyed", async () => {
  expect(await project.destroy()).toMatchObject({ status: 0 });
  for (const host of HOSTS) {
    expect(differences(before[host]!, await listHost(lab, host))).toEqual([]);
  }
});
