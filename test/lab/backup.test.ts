import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { TerraformVariable } from "cdktf";
import {
  BackupDelivery,
  BackupSchedule,
  HighAvailabilityDeployment,
  Secret,
  ZatoInstallation,
  type BackupOptions,
} from "cdktf-zato";
import type { Lab } from "../../lab/lab";
import { run, waitUntil } from "../../lab/process";
import { backupsOf, filesIn, restore, takeBackup } from "./support/backups";
import { invoke, rows, verify } from "./support/content-cluster";
import { labHost } from "./support/programs";
import { Project, type Program } from "./support/project";
import { freshHosts } from "./support/shared-lab";
import { httpStatus, logIn, query, secretOf, unitProperty, waitForPing, words } from "./support/zato";

const BACKUPS = backupsOf("host1");
const DELIVERED = "/root/delivered";
const CLIENT_PASSWORD = 'it\'s "theirs" $HOME';
const SECRETS = ["secret_key", "jwt_secret", "admin_invoke_password", "scheduler_api_password", "web_admin_password"];

const SERVICE = `from zato.server.service import Service

class Hello(Service):
    name = 'hello.say'

    def handle(self):
        self.response.payload = 'hello'
`;

let lab: Lab;
let project: Project;
let folder: string;

const program =
  (backup: BackupOptions, revision = "1", staticFiles?: string): Program =>
  (stack) => {
    const deployment = new HighAvailabilityDeployment(stack, "zato", {
      hosts: [labHost(stack, lab, "host1", { revision })],
      installation: ZatoInstallation.archive(lab.archive),
      backup,
    });
    const password = Secret.fromVariable(new TerraformVariable(stack, "client_password", { type: "string" }));
    deployment.content.addServices(path.join(folder, "hello.py"));
    if (staticFiles !== undefined) deployment.content.addStaticFiles(staticFiles);
    const security = deployment.content.addBasicAuth("Client", { username: "client", password });
    deployment.content.addRestChannel("Hello", { urlPath: "/hello", service: "hello.say", security });
  };

const everyFewSeconds = (): BackupOptions => ({
  schedule: BackupSchedule.onCalendar("*:*:0/3"),
  retain: 2,
  delivery: BackupDelivery.script(path.join(folder, "deliver.sh")),
});

beforeAll(async () => {
  lab = await freshHosts(["host1"], { equipped: true });
  folder = mkdtempSync(path.join(tmpdir(), "zato-backup-"));
  writeFileSync(path.join(folder, "hello.py"), SERVICE);
  writeFileSync(path.join(folder, "deliver.sh"), `#!/bin/sh\nmkdir -p ${DELIVERED} && cp -p "$1" ${DELIVERED}/\n`);
  project = new Project(lab, { env: { TF_VAR_client_password: CLIENT_PASSWORD } });
});

afterAll(() => {
  project?.remove();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

const files = (where: string): Promise<string[]> => filesIn(lab, "host1", where);

/** The status that a client of a channel gets. */
function ask(urlPath: string, user: string): Promise<number> {
  const url = `http://${lab.host("host1").address}:11223${urlPath}`;
  return httpStatus(lab, url, "client", "-u", `${user}:${CLIENT_PASSWORD}`);
}

const hello = (): Promise<number> => ask("/hello", "client");

async function secrets(): Promise<string[]> {
  return Promise.all(SECRETS.map((name) => secretOf(lab, "host1", name)));
}

describe("backups", () => {
  beforeAll(() => project.synth(program(everyFewSeconds())).apply());

  test("are made by the timer, whole, for root alone, and as many stay as are wanted", async () => {
    // GIVEN the one that was made when it was deployed
    const [first] = await files(DELIVERED);
    expect(first).toMatch(/^host1-[0-9a-f]{8}-000001-\d{8}T\d{6}Z\.tar$/);

    // WHEN the timer has come round some times
    await waitUntil("four backups", 60_000, async () => {
      const made = (await files(DELIVERED)).length;
      return made >= 4 ? undefined : `${made}`;
    });
    await lab.execOrThrow("host1", "systemctl stop zato-host1-backup.timer");
    await waitUntil("the last one", 20_000, () =>
      unitProperty(lab, "host1", "zato-host1-backup.service", "ActiveState").then((is) =>
        is === "inactive" ? undefined : is,
      ),
    );

    // THEN
    const kept = await files(BACKUPS);
    expect(kept).toEqual((await files(DELIVERED)).slice(-2));
    expect(await lab.execOrThrow("host1", `find ${BACKUPS} ${DELIVERED} -printf '%m %U %y\\n' | sort -u`)).toBe(
      "600 0 f\n700 0 d\n",
    );
    const listed = await lab.execOrThrow("host1", `tar -tf ${BACKUPS}/${kept[1]} | sort`);
    expect(words(listed)).toEqual(
      expect.arrayContaining(["./odb", "./SHA256SUMS", ...SECRETS.map((name) => `./secrets/${name}`)]),
    );
    expect(listed).not.toContain("odb_password");
  });

  test("that cannot be made, or not be handed over, are a failed unit, and cost no former one", async () => {
    // GIVEN
    const kept = await files(BACKUPS);
    const start = () => lab.exec("host1", "systemctl start zato-host1-backup.service");

    // WHEN the database is down
    await lab.execOrThrow("host1", "systemctl stop postgresql");
    const { status } = await start();
    await lab.execOrThrow("host1", "systemctl start postgresql");

    // THEN
    expect(status).not.toBe(0);
    expect(await unitProperty(lab, "host1", "zato-host1-backup.service", "Result")).toBe("exit-code");
    expect(await files(BACKUPS)).toEqual(kept);
    expect(await lab.execOrThrow("host1", "journalctl -u zato-host1-backup -o cat")).toContain(
      "no backup was made, and the former ones were left alone: the database cannot be dumped: psql: error: connection to server",
    );

    // WHEN somebody else could exchange the folder
    await lab.execOrThrow("host1", `chown ops ${BACKUPS}/..`);
    expect((await start()).status).not.toBe(0);
    expect(await lab.execOrThrow("host1", "journalctl -u zato-host1-backup -o cat -n 5")).toContain(
      "is no folder for backups",
    );
    await lab.execOrThrow("host1", `chown root ${BACKUPS}/..`);

    // WHEN nobody takes it
    await lab.execOrThrow("host1", `rm -r ${DELIVERED} && touch ${DELIVERED}`);

    // THEN
    await waitUntil("PostgreSQL", 60_000, async () =>
      (await start(), await files(BACKUPS)).at(-1) === kept.at(-1) ? "not yet" : undefined,
    );
    expect(await unitProperty(lab, "host1", "zato-host1-backup.service", "Result")).toBe("exit-code");
    expect((await files(BACKUPS)).at(-1)).not.toBe(kept.at(-1));
  });
});

test("a backup for which there is no room is not begun, fills no disk, and leaves nothing", async () => {
  // GIVEN a disk of its own that is nearly full
  await lab.execOrThrow(
    "host1",
    `mount -t tmpfs -o size=4m tmpfs ${BACKUPS} && chmod 700 ${BACKUPS} && head -c 3900000 /dev/zero >${BACKUPS}/theirs`,
  );

  // WHEN
  const { status } = await lab.exec("host1", "systemctl start zato-host1-backup.service");
  const said = await lab.execOrThrow("host1", "journalctl -u zato-host1-backup -o cat -n 5");
  const left = await files(BACKUPS);
  await lab.execOrThrow("host1", `umount ${BACKUPS}`);

  // THEN
  expect(status).not.toBe(0);
  expect(said).toMatch(/there is too little space in \S+: a backup needs about \d+ MiB, and \d+ MiB can be used/);
  expect(left).toEqual(["theirs"]);
});

test("a clock that was ahead takes neither the newest backup nor the last good one away", async () => {
  // GIVEN one that says it was made in years
  const [name] = (await files(BACKUPS)).slice(-1);
  const [, identity, number] = name!.split("-");
  const ahead = `host1-${identity}-${number}-20991231T000000Z.tar`;
  await lab.execOrThrow("host1", `mv ${BACKUPS}/${name} ${BACKUPS}/${ahead}`);
  // AND those of a cluster of the same name that is gone
  const others = ["host1-00000000-000001-20200101T000000Z.tar", "host1-20200101T000000Z.tar"];
  for (const other of others) await lab.execOrThrow("host1", `cp ${BACKUPS}/${ahead} ${BACKUPS}/${other}`);

  // WHEN
  await lab.exec("host1", `rm -rf ${DELIVERED}; systemctl start zato-host1-backup.service`);
  const first = (await files(BACKUPS)).filter((one) => !others.includes(one));
  await lab.exec("host1", "systemctl start zato-host1-backup.service");
  const second = (await files(BACKUPS)).filter((one) => !others.includes(one));

  // THEN
  expect(first).toHaveLength(2);
  expect(first[0]).toBe(ahead);
  expect(second[0]).toBe(first[1]);
  expect(await files(BACKUPS)).toEqual(expect.arrayContaining(others));
  await lab.execOrThrow("host1", `cd ${BACKUPS} && rm ${others.join(" ")}`);
});

/** The backup of the cluster that is lost. */
let saved: string;

describe("a cluster that was lost with its host and its keys", () => {
  let former: string[];

  beforeAll(async () => {
    // GIVEN a cluster with what was declared, and with what somebody made in web-admin
    await project.synth(program({})).apply();
    const made = { name: "By hand", is_active: true, username: "byhand", realm: "Theirs" };
    const { id } = await invoke<{ id: number }>(lab, "host1", "zato.security.basic-auth.create", made);
    const password = { id, password1: CLIENT_PASSWORD, password2: CLIENT_PASSWORD };
    await invoke(lab, "host1", "zato.security.basic-auth.change-password", password);
    const channel = (await rows(lab, "host1", "zato.http-soap", { connection: "channel", transport: "plain_http" }))
      .Hello!;
    await invoke(lab, "host1", "zato.http-soap.create", {
      ...{ name: "By hand", connection: "channel", transport: "plain_http", is_active: true, is_internal: false },
      ...{ url_path: "/by-hand", service: "hello.say", security_id: id, data_format: channel.data_format },
    });
    expect(await ask("/by-hand", "byhand")).toBe(200);
    saved = await takeBackup(lab, "host1", "host1", folder);
    former = await secrets();

    // WHEN the host is a new machine
    await lab.rebuild("host1", { equipped: true });
    await project.synth(program({}, "2")).apply();
  });

  test("is a new one at first", async () => {
    expect(await hello()).toBe(200);
    expect((await secrets()).filter((secret) => former.includes(secret))).toEqual([]);
    expect((await logIn(lab, "host1", former[4]!)).status).toBe(200);
  });

  test("is left alone by what is no backup of it", async () => {
    // GIVEN
    const damaged = path.join(folder, "damaged.tar");
    await run("bash", ["-c", 'head -c "$(($(stat -c %s "$1") * 2 / 3))" "$1" >"$2"', "bash", saved, damaged]);

    // WHEN
    const results = [await restore(project, "host1", damaged), await restore(project, "other", saved)];

    // THEN
    expect(results[0]).toMatchObject({
      status: 1,
      stdout: expect.stringContaining("is no whole backup of a cluster host1") as string,
    });
    expect(results[1]).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("there is no cluster 'other'") as string,
    });
    expect(await hello()).toBe(200);
  });

  test("is back by one command, log-in and objects included", async () => {
    // WHEN
    const restored = await restore(project, "host1", saved);

    // THEN what was there is kept
    expect(restored.stdout).toMatch(/restore: kept what is there now: \/var\/backups\S+-replaced\.tar\n/);
    expect(restored).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("[host1] restore: restored\n") as string,
    });
    expect(await secrets()).toEqual(former);
    await waitForPing(lab, `http://${lab.host("host1").address}:11223/zato/ping`);
    expect((await logIn(lab, "host1", former[4]!)).status).toBe(302);
    expect(await hello()).toBe(200);
    expect(await ask("/by-hand", "byhand")).toBe(200);
    expect(await query(lab, "host1", "select name from server order by name")).toEqual(["server1", "server2"]);
    expect(await lab.exec("host1", "systemctl is-active zato-host1-scheduler zato-host1-backup.timer")).toMatchObject({
      stdout: "active\nactive\n",
    });
    expect((await verify(project.folder)).stdout).toContain("By hand");
    expect(await project.planStatus()).toBe(0);
    expect(await files("/home/ops/.cdktf-zato")).not.toContainEqual(expect.stringMatching(/^backup\./));
  });
});

/** A backup that somebody has changed, checksums and all. */
async function forged(change: string): Promise<string> {
  const file = path.join(folder, "forged.tar");
  const repack = `cd "$(mktemp -d)" && tar -xf "$1" && ${change} && tar -cf "$2" . && rm -rf "$PWD"`;
  expect(await run("bash", ["-c", repack, "bash", saved, file])).toMatchObject({ status: 0 });
  return file;
}

test.each([
  ["a link", "ln -s /etc/shadow secrets/more"],
  ["an entry without a checksum", "echo more >secrets/more"],
  ["a set-UID file", "chmod u+s about"],
])("a backup that holds %s is refused, and nothing is changed", async (_, change) => {
  const { status, stdout } = await restore(project, "host1", await forged(change));
  expect(status).toBe(1);
  expect(stdout).toContain("holds what none holds; nothing was changed");
  expect(await hello()).toBe(200);
});

test("the removal of the cluster keeps backups, and says where they are", async () => {
  const { status, stdout } = await project.destroy();
  expect(status).toBe(0);
  expect(stdout).toContain(`kept: the backups in ${BACKUPS}`);
  expect((await files(BACKUPS)).length).toBeGreaterThan(0);
  expect((await lab.exec("host1", "systemctl list-unit-files 'zato-*' | grep zato-")).stdout).toBe("");
});

describe("another deployment, whose cluster has the same name", () => {
  let other: Project;

  beforeAll(async () => {
    // GIVEN a new machine, on which backups of the former cluster lie, whose /run is small, and a file that is larger
    await lab.rebuild("host1", { equipped: true });
    await lab.execOrThrow("host1", `install -d -m 700 ${BACKUPS} && touch ${BACKUPS}/${path.basename(saved)}`);
    await lab.execOrThrow("host1", "mount -o remount,size=24m /run");
    const large = path.join(folder, "files");
    mkdirSync(large);
    writeFileSync(path.join(large, "large.bin"), Buffer.alloc(40 * 2 ** 20, "large"));

    // WHEN
    other = new Project(lab, { env: { TF_VAR_client_password: CLIENT_PASSWORD } });
    await other.synth(program({ retain: 1 }, "3", large)).apply();
  });

  afterAll(async () => {
    await other?.destroy();
    other?.remove();
  });

  test("converges, though /run has no room for its files", async () => {
    const sizes = await lab.execOrThrow("host1", "stat -c %s /opt/zato/env/host1/static/large.bin; find /run /var/lib /home -name large.bin"); // prettier-ignore
    expect(sizes).toBe(`${40 * 2 ** 20}\n`);
  });

  test("pushes no backup of the former one out", async () => {
    await lab.execOrThrow("host1", "systemctl start zato-host1-backup.service");
    const kept = await files(BACKUPS);
    expect(kept).toHaveLength(2);
    expect(kept).toContain(path.basename(saved));
  });

  test("does not take the former one's file, unless it is meant", async () => {
    // WHEN
    const refused = await restore(other, "host1", saved);

    // THEN
    expect(refused.status).toBe(1);
    expect(refused.stdout).toMatch(/is of another deployment, .*; nothing was changed; .* --from-another/);
    expect(await ask("/by-hand", "byhand")).not.toBe(200);

    // WHEN
    const taken = await restore(other, "host1", saved, "--from-another");

    // THEN
    expect(taken).toMatchObject({ status: 0 });
    expect(await ask("/by-hand", "byhand")).toBe(200);
  });
});
