import { TerraformVariable } from "cdktf";
import { OdbDatabase, Secret } from "cdktf-zato";
import type { Lab } from "../../lab/lab";
import { startLoad } from "../../lab/load";
import { rows } from "./support/content-cluster";
import { twoHosts, virtualAddress } from "./support/programs";
import { lastLines, Project, type Program } from "./support/project";
import { freshHosts } from "./support/shared-lab";
import { httpStatus, logIn, poolOf, secretOf, unitProperty, waitForPing } from "./support/zato";

const HOSTS = ["host1", "host2"] as const;
const ROTATED = ["odb_password", "jwt_secret", "web_admin_password", "admin_invoke_password"];

let lab: Lab;
let project: Project;
const env: Record<string, string> = { TF_VAR_jwt: "first-jwt-secret" };

interface Versions {
  readonly version?: string;
  readonly secretKey?: string;
}

const program =
  ({ version, secretKey }: Versions = {}): Program =>
  (stack) => {
    const generated = Secret.generated({ version });
    const jwt = new TerraformVariable(stack, "jwt", { type: "string" });
    const zato = twoHosts(stack, lab, {
      deployment: {
        odb: OdbDatabase.localPostgresql({ password: generated }),
        webAdmin: { password: generated },
        adminInvokePassword: generated,
        jwtSecret: Secret.fromVariable(jwt, { version }),
        secretKey: Secret.generated({ version: secretKey }),
      },
    });
    // Imported with the password of the admin API that has just been rotated.
    zato.content.addCache(`of version ${version ?? "1"}`);
  };

beforeAll(async () => {
  lab = await freshHosts(HOSTS, { equipped: true });
  project = new Project(lab, { env });
  await project.synth(program()).apply();
  await waitForPing(lab, `http://${virtualAddress(lab)}/zato/ping`);
});

afterAll(() => project?.remove());

async function secretsOf(host: string): Promise<string[]> {
  return Promise.all(ROTATED.map((name) => secretOf(lab, host, name)));
}

/** Whether the ODB lets its user in. */
async function odbTakes(host: string, password: string): Promise<boolean> {
  const query = `IFS= read -r PGPASSWORD; export PGPASSWORD; psql -h 127.0.0.1 -U zato_${host} -d zato_${host} -X -c 'select 1'`;
  return (await lab.exec(host, query, { input: `${password}\n` })).status === 0;
}

/** Whether a server's admin API lets somebody in; it says 500 to who may ask for what there is not. */
async function adminTakes(host: string, password: string): Promise<boolean> {
  const url = "http://127.0.0.1:17010/zato/admin/invoke";
  return (await httpStatus(lab, url, host, "-u", `admin.invoke:${password}`, "--data", "{}")) !== 401;
}

/** A process that starts has to log in to the ODB with what is in its own folder. */
async function expectToStartAgain(host: string): Promise<void> {
  const units = ["server1", "server2", "web-admin"].map((name) => `zato-${host}-${name}`).join(" ");
  await lab.execOrThrow(host, `systemctl restart ${units}`);
  await waitForPing(lab, `http://${lab.host(host).address}:11223/zato/ping`);
  const { status, pages } = await logIn(lab, host, await secretOf(lab, host, "web_admin_password"), "/zato/service/");
  expect(status).toBe(302);
  expect(pages).toContain("<li>pub.zato.ping</li>");
}

async function expectRotated(former: Record<string, string[]>, version: string): Promise<void> {
  for (const host of HOSTS) {
    const now = await secretsOf(host);
    const before = former[host]!;
    expect(now.filter((secret) => before.includes(secret))).toEqual([]);
    expect([await odbTakes(host, before[0]!), await odbTakes(host, now[0]!)]).toEqual([false, true]);
    expect([await adminTakes(host, before[3]!), await adminTakes(host, now[3]!)]).toEqual([false, true]);
    expect(now[1]).toBe(env.TF_VAR_jwt);
    expect((await logIn(lab, host, before[2]!)).status).toBe(200);
    const caches = Object.keys(await rows(lab, host, "zato.cache.builtin"));
    expect(caches.filter((name) => name.startsWith("of version"))).toEqual([`of version ${version}`]);
    expect((await lab.exec(host, `ls /etc/cdktf-zato/secrets/${host}`)).stdout).not.toContain("former");
    await expectToStartAgain(host);
  }
  expect(await unitProperty(lab, "host1", "zato-host1-scheduler.service", "ActiveState")).toBe("active");
  expect(await project.planStatus()).toBe(0);
}

async function secretsOfAll(): Promise<Record<string, string[]>> {
  return { host1: await secretsOf("host1"), host2: await secretsOf("host2") };
}

test("a new version of each secret, under load: no request is lost, and every part of both clusters has the new one", async () => {
  // GIVEN
  const former = await secretsOfAll();
  const logs = await lab.execOrThrow("host1", "head -n 1 /opt/zato/env/host1/server1/logs/server.log");

  // WHEN
  env.TF_VAR_jwt = "second-jwt-secret";
  project.synth(program({ version: "2" }));
  const load = await startLoad(lab, { url: `http://${virtualAddress(lab)}/zato/ping`, seconds: 600 });
  await load.begun;
  const applied = await project.apply();
  load.stop();

  // THEN
  const summary = await load.finished;
  expect(summary.failedByKind).toEqual({});
  expect(summary.total).toBeGreaterThan(100);
  for (const host of HOSTS) {
    expect(applied).toContain(`[${host}] server1: changing the password of the database user zato_${host}`);
  }
  await expectRotated(former, "2");
  expect(await lab.execOrThrow("host1", "head -n 1 /opt/zato/env/host1/server1/logs/server.log")).toBe(logs);
});

test("one that is cut off in the middle goes on where it was; what comes after it has kept working with the former ones", async () => {
  // GIVEN
  const former = await secretsOfAll();
  env.TF_VAR_jwt = "third-jwt-secret";

  // WHEN the power goes while the first server of the first cluster is made anew
  let cut: Promise<void> | undefined;
  const run = await project.synth(program({ version: "3" })).startApply((line) => {
    if (cut === undefined && line.includes("[host1] server1: creating")) {
      cut = lab.powerCut("host1").then(() => run.kill("SIGKILL"));
    }
  });
  expect((await run.finished).status).not.toBe(0);
  await cut;

  // THEN the other cluster may be restarted at any time
  expect(await odbTakes("host2", former.host2![0]!)).toBe(true);
  await lab.execOrThrow("host2", "systemctl restart zato-host2-server1");
  await waitForPing(lab, `http://${lab.host("host2").address}:11223/zato/ping`);

  // WHEN
  await lab.powerOn("host1");
  await project.apply();

  // THEN
  await expectRotated(former, "3");
});

test("the key of the ODB's passwords cannot be rotated: the apply says so, and touches nothing that runs", async () => {
  // GIVEN
  const pid = await unitProperty(lab, "host1", "zato-host1-server1.service", "MainPID");
  const key = await secretOf(lab, "host1", "secret_key");

  // WHEN
  const result = await project.synth(program({ version: "3", secretKey: "2" })).tryApply();

  // THEN
  expect(result.status).not.toBe(0);
  expect(lastLines(result)).toContain("the secret key cannot get another version");
  expect(await secretOf(lab, "host1", "secret_key")).toBe(key);
  expect(await unitProperty(lab, "host1", "zato-host1-server1.service", "MainPID")).toBe(pid);
  expect(await httpStatus(lab, `http://${virtualAddress(lab)}/zato/ping`)).toBe(200);
  expect(await poolOf(lab, "host1")).toBe("host1 UP, host2 UP");

  // WHEN it is declared as before
  await project.synth(program({ version: "3" })).apply();

  // THEN
  expect(await project.planStatus()).toBe(0);
});
