import {
  BackupSchedule,
  DataRemoval,
  HaproxyLoadBalancer,
  HighAvailabilityDeployment,
  ZatoInstallation,
} from "cdktf-zato";
import type { Lab } from "../../lab/lab";
import { waitUntil } from "../../lab/process";
import { differences, listHost } from "./support/host-listing";
import { labHost, virtualAddress } from "./support/programs";
import { lastLines, Project, type Program } from "./support/project";
import { freshHosts } from "./support/shared-lab";
import { httpStatus, query, words } from "./support/zato";

let lab: Lab;
let project: Project;
let before: string[];

/** One host, stock Debian, with everything that installs packages. */
const program =
  (dataRemoval: DataRemoval): Program =>
  (stack) => {
    const hosts = [labHost(stack, lab, "host1", { firewall: {} })];
    new HighAvailabilityDeployment(stack, "zato", {
      hosts,
      installation: ZatoInstallation.archive(lab.archive),
      servers: 1,
      loadBalancer: new HaproxyLoadBalancer(stack, "edge", { hosts, virtualAddress: virtualAddress(lab) }),
      backup: { schedule: BackupSchedule.daily(), directory: "/root/backups" },
      dataRemoval,
    });
  };

/** What a first deploy of an unattended-upgrades or somebody at a shell looks like to dpkg and apt. */
const HOLD_LOCKS = `
import fcntl, sys, time
files = [open(name, "w") for name in ("/var/lib/dpkg/lock-frontend", "/var/lib/dpkg/lock", "/var/lib/apt/lists/lock")]
for file in files: fcntl.lockf(file, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(float(sys.argv[1]))
`;

const holdLocks = (seconds: number): Promise<unknown> =>
  lab.execOrThrow("host1", ["systemd-run", "--quiet", "--collect", "python3", "-c", HOLD_LOCKS, String(seconds)]);

const has = async (name: string): Promise<boolean> =>
  (await lab.exec("host1", `dpkg-query -W -f '\${db:Status-Status}' ${name}`)).stdout === "installed";

/** Puts packages on a host whatever state dpkg is in, as somebody at a shell can. */
const byHand = (...names: string[]): string =>
  `cd "$(mktemp -d)" && apt-get download -q ${names.join(" ")} && dpkg -i ./*.deb && rm -r "$PWD"`;

/** Applies, and does something as soon as a line is said. */
async function applyUntil(line: RegExp, action: () => Promise<unknown>): Promise<number> {
  let done: Promise<unknown> | undefined;
  const run = await project.startApply((said) => {
    if (done === undefined && line.test(said)) done = action();
  });
  const { status } = await run.finished;
  expect(done).toBeDefined();
  await done;
  return status;
}

const dpkgAtWork = (): Promise<void> =>
  waitUntil("dpkg at work", 180_000, async () =>
    (await lab.exec("host1", "pgrep -x dpkg")).status === 0 ? undefined : "not yet",
  );

/** Ends apt and its dpkg in the middle of what they do, and again at each further try. */
async function killApt(): Promise<void> {
  await dpkgAtWork();
  const kill = "while :; do pkill -9 -x apt-get; pkill -9 -x dpkg; sleep 0.2; done";
  await lab.execOrThrow("host1", ["systemd-run", "--quiet", "--unit", "kill-apt", "bash", "-c", kill]);
}

beforeAll(async () => {
  lab = await freshHosts(["host1"]);
  project = new Project(lab).synth(program(DataRemoval.DROP));
  await lab.execOrThrow("host1", "apt-get update -q");
  before = await listHost(lab, "host1");
});

afterAll(() => project?.remove());

describe("a deploy to a stock host on which others install packages", () => {
  test("waits for them, and says for whom; names of protocols are not needed", async () => {
    // GIVEN
    expect((await lab.exec("host1", "ls /etc/protocols")).status).not.toBe(0);
    await holdLocks(20);

    // WHEN it is killed later
    const lines: string[] = [];
    let killer: Promise<void> | undefined;
    const run = await project.startApply((line) => {
      lines.push(line);
      if (/installing .*haproxy/.test(line)) killer ??= killApt();
    });
    const result = await run.finished;
    await killer;
    await lab.execOrThrow("host1", "systemctl stop kill-apt");

    // THEN
    expect(result.status).not.toBe(0);
    expect(lines.join("\n")).toMatch(
      /(installation|edge): waiting for another program that installs packages, process \d+/,
    );
    expect(lines.join("\n")).toContain("firewall: confirmed by another log-in");
  });

  test("goes on after a failure, and after a power cut, in which others have added packages and accounts", async () => {
    // GIVEN accounts and packages of somebody, some of which we would have made or installed ourselves
    await lab.execOrThrow(
      "host1",
      `useradd --create-home somebody
       useradd --system --user-group --no-create-home keepalived_script
       ${byHand("socat", "tree")}`,
    );
    // WHEN
    expect(
      await applyUntil(/installing .*(postgresql|keepalived)/, async () => {
        await dpkgAtWork();
        await lab.powerCut("host1");
      }),
    ).not.toBe(0);
    await lab.powerOn("host1");
    await lab.execOrThrow("host1", byHand("jq", "libjq1", "libonig5"));
    await project.apply();

    // THEN
    expect(await httpStatus(lab, `http://${virtualAddress(lab)}/zato/ping`)).toBe(200);
    expect(await project.planStatus()).toBe(0);
  });

  test("leaves, when it is destroyed, exactly what others have", async () => {
    expect(await project.destroy()).toMatchObject({ status: 0 });
    expect(await Promise.all(["socat", "tree", "jq"].map(has))).toEqual([true, true, true]);
    expect(words(await lab.execOrThrow("host1", "id -un somebody keepalived_script; getent group keepalived_script | cut -d: -f1"))).toEqual(["somebody", "keepalived_script", "keepalived_script"]); // prettier-ignore
    await lab.execOrThrow(
      "host1",
      `export DEBIAN_FRONTEND=noninteractive
       apt-get purge -y -q socat tree jq libjq1 libonig5 && apt-get autoremove --purge -y -q
       userdel -r somebody; userdel keepalived_script; rm -r /root/backups`,
    );
    // A package of ours that theirs needed until now has stayed ours, and that is noted.
    const note = /^came: (folder|file) \/var\/lib\/cdktf-zato(\/(accounts|packages))?$/;
    expect(differences(before, await listHost(lab, "host1")).filter((line) => !note.test(line))).toEqual([]);
  });
});

describe("with DataRemoval.KEEP", () => {
  test("a removal says what stays, and why; of the packages PostgreSQL alone stays", async () => {
    // GIVEN
    await project.synth(program(DataRemoval.KEEP)).apply();
    await query(lab, "host1", "set role zato_host1; create table somebodys (name text)");

    // WHEN DROP is declared, but not deployed
    const run = await project.synth(program(DataRemoval.DROP)).destroy();

    // THEN
    expect(run.status).toBe(0);
    expect(lastLines(run)).toMatch(
      /kept: the database zato_host1 .* as the last deploy said by DataRemoval.KEEP; to drop them, deploy with DataRemoval.DROP, then destroy/,
    );
    expect(await Promise.all(["postgresql", "haproxy", "keepalived", "socat", "nftables"].map(has))).toEqual([
      true,
      false,
      false,
      false,
      true, // the image has it
    ]);
    expect(await query(lab, "host1", "select count(*) from somebodys")).toEqual(["0"]);
    expect((await lab.exec("host1", "getent passwd haproxy zato")).stdout).toBe("");
  });

  test("what was kept goes by DROP, deployed and destroyed; PostgreSQL as soon as nobody else has a database in it", async () => {
    // GIVEN
    await project.synth(program(DataRemoval.DROP)).apply();
    await query(lab, "host1", "create database crm");
    await lab.execOrThrow("host1", "cp -rL /home/ops/.cdktf-zato/scripts /root/scripts");

    // WHEN
    const run = await project.destroy();

    // THEN
    expect([run.status, lastLines(run)]).toEqual([
      0,
      expect.stringContaining("since it has what is not of this library: the database crm"),
    ]);
    expect(await query(lab, "host1", "select datname from pg_database where not datistemplate order by 1", "crm")).toEqual(["crm", "postgres"]); // prettier-ignore

    // WHEN
    await query(lab, "host1", "drop database crm", "postgres");
    await lab.execOrThrow("host1", "bash /root/scripts/remove.sh host host1 && rm -r /root/scripts /root/backups");

    // THEN
    expect(differences(before, await listHost(lab, "host1"))).toEqual([]);
  });
});
