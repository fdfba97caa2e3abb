import type { TerraformStack } from "cdktf";
import type { Lab } from "../../lab/lab";
import { repairsIn, verify } from "./support/content-cluster";
import { twoHosts } from "./support/programs";
import { Project } from "./support/project";
import { freshHosts } from "./support/shared-lab";
import { httpStatus, unitProperty, unitsOf, waitForPing } from "./support/zato";

let lab: Lab;
let project: Project;

const declared = (lost: boolean) => (stack: TerraformStack) =>
  void twoHosts(stack, lab, { host1: { lost }, deployment: { servers: 1 } });

beforeAll(async () => {
  lab = await freshHosts(["host1", "host2"], { equipped: true });
  // Somebody else's, for units of his own whose names begin as ours do.
  await lab.execOrThrow(
    "host1",
    `mkdir /etc/systemd/system/zato-.service.d
     printf '[Service]\\nNice=7\\n' >/etc/systemd/system/zato-.service.d/limits.conf`,
  );
  project = new Project(lab).synth(declared(false));
  await project.apply();
});

afterAll(() => project?.remove());

/** What `verify` says, without addresses. */
async function verified(): Promise<{ status: number; said: string[] }> {
  const { status, stdout } = await verify(project.folder);
  const lines = stdout.split("\n").filter((line) => line !== "");
  return { status, said: lines.map((line) => line.replace(/ at [0-9.]+:/, ":")) };
}

test("what was changed by hand is named, and put right by the command that verify prints", async () => {
  // GIVEN
  expect(await verified()).toEqual({ status: 0, said: ["all hosts are as deployed"] });
  const before = await unitProperty(lab, "host2", "zato-host2-server1.service", "MainPID");

  // WHEN
  await lab.execOrThrow(
    "host1",
    `set -e
     echo 'Greeting="by hand"' >>/etc/zato/host1/server1.env
     systemctl restart zato-host1-server1
     systemctl disable --now --quiet zato-host1-web-admin
     sed -i 's/maxconn 2000/maxconn 3/' /etc/zato/host1/load-balancer/haproxy.cfg
     mkdir -p /etc/systemd/system/zato-edge-vrrp.service.d
     printf '[Service]\\nNice=5\\n' >/etc/systemd/system/zato-edge-vrrp.service.d/mine.conf
     mkdir -p /etc/systemd/system/zato-edge-.service.d
     printf '[Service]\\nNice=6\\n' >/etc/systemd/system/zato-edge-.service.d/theirs.conf
     systemctl daemon-reload
     echo 'set server clusters/host2 state drain; set weight clusters_once/host2 0' | socat - /run/zato-edge/admin.sock`,
  );
  const { status, said } = await verified();

  // THEN
  expect(status).toBe(1);
  expect(said.slice(0, -1).sort()).toEqual([
    "edge: clusters/host2 gets no requests: it was taken out by hand",
    "edge: clusters_once/host2 gets another share of the requests than declared, or none: its weight was changed by hand",
    "edge: zato-edge-vrrp.service is changed by what was not deployed: /etc/systemd/system/zato-edge-.service.d/theirs.conf /etc/systemd/system/zato-edge-vrrp.service.d/mine.conf",
    "host1-load-balancer: /etc/zato/host1/load-balancer/haproxy.cfg was changed",
    "host1-load-balancer: zato-host1-load-balancer.service may run with other settings than its files have now",
    "host1-server1: /etc/zato/host1/server1.env was changed",
    "host1-server1: zato-host1-server1.service may run with other settings than its files have now",
    "host1-web-admin: zato-host1-web-admin.service does not run: it is inactive",
    "host1-web-admin: zato-host1-web-admin.service does not start at boot: it is disabled",
  ]);
  expect(await project.planStatus()).toBe(0);

  // WHEN
  await project.apply(...repairsIn(said.at(-1)!));

  // THEN
  expect(await verified()).toEqual({ status: 0, said: ["all hosts are as deployed"] });
  for (const unit of ["zato-edge-vrrp.service", "zato-host1-server1.service"]) {
    expect(await unitProperty(lab, "host1", unit, "Nice")).toBe("0");
  }
  expect(await lab.execOrThrow("host1", "cd /etc/systemd/system && cat zato-.service.d/* zato-edge-.service.d/*")).toBe(
    "[Service]\nNice=7\n[Service]\nNice=6\n",
  );
  const pid = await unitProperty(lab, "host1", "zato-host1-server1.service", "MainPID");
  expect(await lab.execOrThrow("host1", `cat /proc/${pid}/environ`)).not.toContain("by hand");
  expect(await unitProperty(lab, "host2", "zato-host2-server1.service", "MainPID")).toBe(before);
});

test("what a deploy has left out is named, and made up for", async () => {
  // GIVEN
  await lab.execOrThrow("host1", "echo '|' >>/var/lib/cdktf-zato/components/host1-server1/converged");

  // WHEN
  const { status, said } = await verified();

  // THEN
  const finding = "what is declared has not been deployed, or a deploy of it was killed";
  expect([status, said.slice(0, -1)]).toEqual([1, [`host1-server1: ${finding}`]]);
  await project.apply(...repairsIn(said.at(-1)!));
  expect(await verified()).toEqual({ status: 0, said: ["all hosts are as deployed"] });
});

test("a lost host is left alone, the others are deployed to, and it makes up for it when it is back", async () => {
  // GIVEN
  await lab.powerCut("host1");

  // WHEN
  project.synth(declared(true));
  const plan = await project.plan();
  await project.apply();

  // THEN
  const touched = Object.keys(plan).filter((address) => !address.endsWith("/preflight/Resource"));
  expect(touched.sort()).toEqual([
    "zato/host1/scheduler/start",
    "zato/host2/scheduler/start",
    "zato/host2/scheduler/state",
  ]);
  expect(await unitsOf(lab, "host2")).toContain("zato-host2-scheduler.service");
  expect(await verified()).toEqual({ status: 0, said: ["the host is as deployed"] });

  // WHEN it is back, with an old scheduler that must not run before the deploy
  await lab.powerOn("host1");
  await lab.execOrThrow("host1", "systemctl disable --now zato-host1-scheduler");
  await waitForPing(lab, `http://${lab.host("host1").address}:11223/zato/ping`);
  await project.synth(declared(false)).apply();

  // THEN
  expect(await unitProperty(lab, "host1", "zato-host1-scheduler.service", "ActiveState")).toBe("active");
  expect(await unitsOf(lab, "host2")).not.toContain("zato-host2-scheduler.service");
  expect(await httpStatus(lab, `http://${lab.host("host1").address}:11223/zato/ping`)).toBe(200);
  expect(await project.planStatus()).toBe(0);
});
