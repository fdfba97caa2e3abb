import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ZatoInstallation, ZatoRelease } from "cdktf-zato";
import { buildStandIn, sha256Of, type PublishedFile } from "../../lab/archive";
import type { Lab } from "../../lab/lab";
import { silent } from "../../lab/log";
import { differences, listHost } from "./support/host-listing";
import { twoHosts, virtualAddress } from "./support/programs";
import { Project, type Program } from "./support/project";
import { freshHosts } from "./support/shared-lab";
import { SLOW_SERVICE, underLoad } from "./support/under-load";
import { logIn, secretOf, unitProperty, unitsOf, waitForPing } from "./support/zato";

const HOSTS = ["host1", "host2"] as const;

let lab: Lab;
let newer: PublishedFile;
let project: Project;
let services: string;
const before: Record<string, string[]> = {};

const declared =
  (release: ZatoRelease): Program =>
  (stack) => {
    const archive = release === ZatoRelease.V4_1 ? newer : lab.archive;
    const zato = twoHosts(stack, lab, {
      // One port for the schedulers of both, so that one of them may not answer for the other.
      deployment: { release, installation: ZatoInstallation.archive(archive), schedulerPort: 31600 },
    });
    zato.content.addServices(services);
    zato.content.addRestChannel("Work", { urlPath: "/work", service: "rolling.work" });
  };

async function logsIn(): Promise<void> {
  for (const host of HOSTS) {
    const { status } = await logIn(lab, host, await secretOf(lab, host, "web_admin_password"));
    expect([host, status]).toEqual([host, 302]);
  }
}

/** Requests that no balancer repeats. */
async function become(release: ZatoRelease): Promise<void> {
  const load = { url: `http://${virtualAddress(lab)}/work`, method: "POST", body: "{}", seconds: 900 };
  expect(await underLoad(lab, load, () => project.synth(declared(release)).tryApply())).toMatchObject({ status: 0 });
}

const programOf = async (host: string): Promise<string> => {
  const pid = await unitProperty(lab, host, `zato-${host}-server1.service`, "MainPID");
  return lab.execOrThrow(host, `tr '\\0' ' ' </proc/${pid}/cmdline`);
};

beforeAll(async () => {
  lab = await freshHosts(HOSTS, { equipped: true });
  const file = (await buildStandIn(silent, "4.1"))!;
  newer = { url: await lab.publish(file), sha256: sha256Of(file) };
  services = mkdtempSync(path.join(tmpdir(), "zato-3-3-to-4-1-"));
  writeFileSync(path.join(services, "work.py"), SLOW_SERVICE);
  for (const host of HOSTS) before[host] = await listHost(lab, host);
  project = new Project(lab);
  await project.synth(declared(ZatoRelease.V3_3)).apply();
  await waitForPing(lab, `http://${virtualAddress(lab)}/work`);
});

afterAll(() => {
  project?.remove();
  rmSync(services, { recursive: true, force: true });
});

test("clusters of 3.3 become clusters of 4.1 in one deploy, and no POST is lost", async () => {
  await become(ZatoRelease.V4_1);
  for (const host of HOSTS) {
    expect(await programOf(host)).toContain("/opt/zato/4.1/");
    expect(await unitsOf(lab, host)).toContain(`zato-${host}-redis.service`);
  }
  await logsIn();
  expect(await project.planStatus()).toBe(0);
});

test("and the way back is what they were before, with the database that was left for it", async () => {
  await become(ZatoRelease.V3_3);
  for (const host of HOSTS) {
    expect(await programOf(host)).toContain("/opt/zato/3.3/");
    expect(await unitsOf(lab, host)).not.toContain(`zato-${host}-redis.service`);
  }
  await logsIn();
  expect(await project.planStatus()).toBe(0);
});

test("leaves nothing when it is destroyed, of either", async () => {
  expect(await project.destroy()).toMatchObject({ status: 0 });
  for (const host of HOSTS) {
    const left = differences(before[host]!, await listHost(lab, host));
    // Both are of packages that were there before.
    expect(left.filter((line) => !/ \/(var\/lib\/postgresql\/|run\/haproxy$)/.test(line))).toEqual([]);
  }
});
