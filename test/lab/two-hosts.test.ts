import type { Lab } from "../../lab/lab";
import { waitUntil } from "../../lab/process";
import { differences, listHost } from "./support/host-listing";
import { twoHosts, virtualAddress } from "./support/programs";
import { Project, type Program } from "./support/project";
import { freshHosts } from "./support/shared-lab";
import {
  httpStatus,
  logIn,
  poolOf,
  query,
  secretOf,
  unitProperty,
  unitsOf,
  waitForPing,
  words,
  workersOf,
} from "./support/zato";

const HOSTS = ["host1", "host2"] as const;

let lab: Lab;
let project: Project;
let entry: string;
const before: Record<string, string[]> = {};

const asDeclared: Program = (stack) => void twoHosts(stack, lab);

beforeAll(async () => {
  lab = await freshHosts(HOSTS);
  project = new Project(lab);
  entry = `http://${virtualAddress(lab)}`;
  for (const host of HOSTS) {
    before[host] = await listHost(lab, host);
  }
  await project.synth(asDeclared).apply();
});

afterAll(() => project?.remove());

async function ofBoth<T>(produce: (host: string) => Promise<T>): Promise<T[]> {
  return Promise.all(HOSTS.map(produce));
}

async function mainProcesses(): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const host of HOSTS) {
    for (const unit of await unitsOf(lab, host)) {
      found[`${host} ${unit}`] = await unitProperty(lab, host, unit, "MainPID");
    }
  }
  return found;
}

describe("after the first apply", () => {
  test("both clusters answer, by themselves and behind the virtual address", async () => {
    expect(await ofBoth((host) => httpStatus(lab, `http://${lab.host(host).address}:11223/zato/ping`))).toEqual([
      200, 200,
    ]);
    expect(await ofBoth((host) => poolOf(lab, host))).toEqual(["host1 UP, host2 UP", "host1 UP, host2 UP"]);
    expect(await httpStatus(lab, `${entry}/zato/ping`)).toBe(200);
  });

  test("a second plan is empty", async () => {
    expect(await project.planStatus()).toBe(0);
  });

  test("as many workers run on each host as it has CPUs", async () => {
    const workers = await ofBoth(async (host) => {
      const counts = await Promise.all(["server1", "server2"].map((server) => workersOf(lab, host, server)));
      return counts.reduce((sum, count) => sum + count, 0);
    });
    expect(workers).toEqual(HOSTS.map((host) => lab.host(host).cpus));
  });

  test("the local databases allow as many connections as workers may want", async () => {
    expect(await ofBoth((host) => query(lab, host, "show max_connections"))).toEqual([["1000"], ["1000"]]);
  });

  test("both web-admins let the administrator in, and nobody else", async () => {
    const right = await ofBoth(async (host) => logIn(lab, host, await secretOf(lab, host, "web_admin_password")));
    const wrong = await ofBoth((host) => logIn(lab, host, "wrong"));
    expect(right.map(({ status }) => status)).toEqual([302, 302]);
    expect(wrong.map(({ status }) => status)).toEqual([200, 200]);
  });

  test("each web-admin shows its own cluster and its own servers", async () => {
    const shown = await ofBoth(async (host) => {
      const password = await secretOf(lab, host, "web_admin_password");
      const { pages } = await logIn(lab, host, password, "/zato/cluster/", "/zato/server/", "/zato/service/");
      return pages;
    });
    expect(shown[0]).toContain("<li>host1</li>");
    expect(shown[0]).not.toContain("host2");
    expect(shown[1]).toContain("<li>host2</li>");
    expect(shown[1]).not.toContain("host1");
    for (const pages of shown) {
      expect(pages.match(/<li>server\d 127\.0\.0\.1 1701\d running<\/li>/g)).toHaveLength(2);
      expect(pages).toContain("<li>pub.zato.ping</li>");
      expect(pages.match(/^200$/gm)).toHaveLength(3);
    }
  });

  test("one scheduler runs in the whole deployment", async () => {
    const running = await ofBoth((host) => lab.exec(host, "pgrep --full --count zato.scheduler.main"));
    expect(running.map(({ stdout }) => stdout.trim())).toEqual(["1", "0"]);
  });

  test("Zato's processes are exposed to little, by systemd's own measure", async () => {
    const units = (await unitsOf(lab, "host1")).filter((unit) => unit.startsWith("zato-host1-"));
    expect(units).toHaveLength(5);
    for (const unit of units) {
      // In tenths; systemd's own word for up to 4 is "OK".
      const { status, stdout } = await lab.exec("host1", `systemd-analyze security --no-pager --threshold=30 ${unit}`);
      console.log(stdout.trim().split("\n").at(-1));
      expect([unit, status]).toEqual([unit, 0]);
    }
  });

  test("all units start at boot, and come back when their main processes are killed", async () => {
    // GIVEN
    const former = await mainProcesses();
    const units = Object.keys(former);
    const names = ["edge", "edge-vrrp", "HOST-load-balancer", "HOST-server1", "HOST-server2", "HOST-web-admin"];
    const expected = HOSTS.flatMap((host) => [
      ...names.map((name) => `${host} zato-${name.replace("HOST", host)}.service`),
      ...(host === "host1" ? ["host1 zato-host1-scheduler.service"] : []),
    ]);
    expect(units.sort()).toEqual(expected.sort());
    for (const [host, unit] of units.map((unit) => unit.split(" ") as [string, string])) {
      expect(await unitProperty(lab, host, unit, "UnitFileState")).toBe("enabled");
    }

    // WHEN
    await ofBoth((host) => {
      const pids = Object.entries(former).flatMap(([unit, pid]) => (unit.startsWith(host) ? [pid] : []));
      return lab.execOrThrow(host, `kill -9 ${pids.join(" ")}`);
    });

    // THEN
    await waitUntil("new main processes", 30_000, async () => {
      const now = await mainProcesses();
      const same = units.filter((unit) => now[unit] === former[unit] || now[unit] === "0");
      return same.length === 0 ? undefined : same.join(", ");
    });
    await ofBoth((host) => waitForPing(lab, `http://${lab.host(host).address}:11223/zato/ping`));
    await waitForPing(lab, `${entry}/zato/ping`);
  });
});

describe("a change", () => {
  test("of one server's setting re-creates that server's content, and nothing else", async () => {
    // WHEN
    const environment = { Greeting: "hello" };
    const program: Program = (stack) => {
      const deployment = twoHosts(stack, lab, { deployment: { servers: 1 } });
      deployment.clusters[0]!.addServer("server2", { environment });
      deployment.clusters[1]!.addServer("server2");
    };
    const plan = await project.synth(program).plan();
    const former = await mainProcesses();
    await project.apply();

    // THEN
    expect(plan).toEqual({ "zato/host1/server2/state": "delete create" });
    const now = await mainProcesses();
    const restarted = Object.keys(former).filter((unit) => former[unit] !== now[unit]);
    expect(restarted).toEqual(["host1 zato-host1-server2.service"]);
    const pid = now["host1 zato-host1-server2.service"];
    expect(await lab.execOrThrow("host1", `tr '\\0' '\\n' </proc/${pid}/environ`)).toContain("Greeting=hello\n");
  });

  test("that adds a server touches what its arrival changes, and removes nothing", async () => {
    // GIVEN
    const one: Program = (stack) => void twoHosts(stack, lab, { deployment: { servers: 1 } });
    const two: Program = (stack) => void twoHosts(stack, lab);

    // WHEN one is removed
    const removal = await project.synth(one).plan();
    await project.apply();

    // THEN
    for (const host of HOSTS) {
      expect(removal[`zato/${host}/server2/lifetime/Resource`]).toBe("delete");
      expect(removal[`zato/${host}/server2/state`]).toBe("delete");
    }
    const changed = HOSTS.flatMap((host) => [`zato/${host}/load-balancer/state`, `zato/${host}/server1/state`]);
    const replaced = Object.keys(removal).filter((address) => removal[address] === "delete create");
    expect(replaced.filter((address) => !address.endsWith("/preflight/Resource")).sort()).toEqual(changed.sort());
    for (const host of HOSTS) {
      expect(await lab.exec(host, "ls /etc/systemd/system | grep server2; ls /opt/zato/env/*/")).toMatchObject({
        stdout: expect.not.stringContaining("server2") as string,
      });
      expect(await query(lab, host, "select name from server")).toEqual(["server1"]);
      expect(await workersOf(lab, host, "server1")).toBe(lab.host(host).cpus);
    }

    // WHEN it is added again
    const addition = await project.synth(two).plan();
    await project.apply();

    // THEN
    const actions = Object.entries(addition).filter(([address]) => !address.endsWith("/preflight/Resource"));
    expect(Object.fromEntries(actions)).toEqual(
      Object.fromEntries(
        HOSTS.flatMap((host) => [
          [`zato/${host}/load-balancer/state`, "delete create"],
          [`zato/${host}/server1/state`, "delete create"],
          [`zato/${host}/server2/state`, "create"],
          [`zato/${host}/server2/lifetime/Resource`, "create"],
        ]),
      ),
    );
    for (const host of HOSTS) {
      expect(await query(lab, host, "select name from server order by name")).toEqual(["server1", "server2"]);
      expect(await workersOf(lab, host, "server2")).toBe(1);
    }
    expect(await project.planStatus()).toBe(0);
  });

  test("of one property moves the scheduler", async () => {
    // WHEN
    const program: Program = (stack) => void twoHosts(stack, lab, { deployment: { schedulerCluster: "host2" } });
    const plan = await project.synth(program).plan();
    await project.apply();

    // THEN
    const touched = Object.keys(plan).filter((address) => !address.endsWith("/preflight/Resource"));
    expect(touched.sort()).toEqual(
      HOSTS.flatMap((host) => [`zato/${host}/scheduler/start`, `zato/${host}/scheduler/state`]),
    );
    const running = await ofBoth((host) => lab.exec(host, "pgrep --full --count zato.scheduler.main"));
    expect(running.map(({ stdout }) => stdout.trim())).toEqual(["0", "1"]);
    expect(words((await unitsOf(lab, "host1")).join(" "))).not.toContain("zato-host1-scheduler.service");
  });
});

describe("destroy", () => {
  test("does not wait long for a host that is off", async () => {
    // GIVEN
    await lab.powerCut("host2");

    // WHEN
    const began = Date.now();
    const destroyed = await project.destroy(`-target=${project.address("zato/host2/web-admin/lifetime/Resource")}`);

    // THEN
    expect(destroyed).toMatchObject({ status: 0 });
    expect((Date.now() - began) / 1000).toBeLessThan(60);
    expect(destroyed.stdout).toContain("Destroy complete!");
    await lab.powerOn("host2");
    await project.apply();
  });

  test("leaves no process, unit, user, database or file of ours", async () => {
    expect(await project.destroy()).toMatchObject({ status: 0 });
    expect(differences(before.host1!, await listHost(lab, "host1"))).toEqual([]);
    expect(differences(before.host2!, await listHost(lab, "host2"))).toEqual([]);
  });
});
