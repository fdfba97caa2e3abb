import { rmSync, writeFileSync } from "node:fs";
import { ZatoInstallation, ZatoRelease, type DeploymentOfHostsProps } from "cdktf-zato";
import { buildStandIn, sha256Of, type PublishedFile } from "../../lab/archive";
import type { Lab } from "../../lab/lab";
import { silent } from "../../lab/log";
import { sleep, waitUntil } from "../../lab/process";
import { verify } from "./support/content-cluster";
import { DATABASE_PASSWORD, heartbeats, setUpDatabases } from "./support/content-databases";
import { ContentExample, PARTNER_PASSWORD, type ContentVariation } from "./support/content-example";
import { virtualAddress } from "./support/programs";
import { lastLines, Project, type Program } from "./support/project";
import { freshHosts } from "./support/shared-lab";
import { underLoad } from "./support/under-load";

const HOSTS = ["host1", "host2"] as const;

/** Asks one server of a host's cluster, as web-admin would. */
const INVOKE = `
import json, os, pwd, sys
sys.dont_write_bytecode = True
sys.path[:0] = ["/home/ops/.cdktf-zato/scripts", "/home/ops/.cdktf-zato/scripts/release/zato-4"]
# As zato, whose the server has to be; only root reads these files.
os.getuid = lambda: pwd.getpwnam("zato").pw_uid
from admin_api import Admin
with open(sys.argv[1]) as file:
    admin = Admin("http://" + sys.argv[2], file.read())
print(json.dumps(admin.invoke(sys.argv[3], json.loads(sys.argv[4]))))
`;

/** What needs nothing but a server. */
const VERSION = `
from zato.server.service import Service

class Version(Service):
    name = "version.tell"

    def handle(self):
        self.response.payload = {"version": "v1"}
`;

let lab: Lab;
let archive: PublishedFile;
let project: Project;
let example: ContentExample;

beforeAll(async () => {
  lab = await freshHosts(HOSTS, { equipped: true });
  await setUpDatabases(lab);
  const file = (await buildStandIn(silent, "4.1"))!;
  archive = { url: await lab.publish(file), sha256: sha256Of(file) };
  example = new ContentExample(lab);
  writeFileSync(example.file("version.py"), VERSION);
  project = new Project(lab, { env: example.env });
  await project.synth(program()).apply();
});

afterAll(() => {
  project?.remove();
  example?.remove();
});

function program(variation: ContentVariation = {}): Program {
  const deployment: Partial<DeploymentOfHostsProps> = {
    release: ZatoRelease.V4_1,
    installation: ZatoInstallation.archive(archive),
  };
  return example.program({
    ...variation,
    deployment,
    more: (zato, secrets) => {
      zato.content.addRestChannel("Version", { urlPath: "/version", service: "version.tell" });
      variation.more?.(zato, secrets);
    },
  });
}

/** Where each server of each cluster answers. */
function servers(): { host: string; address: string }[] {
  return HOSTS.flatMap((host) =>
    Array.from({ length: lab.host(host).cpus }, (_, index) => ({ host, address: `127.0.0.1:${17010 + index}` })),
  );
}

/** What each server answers to a request, on its own host. */
function ofAll(urlPath: string, ...args: string[]): Promise<{ status: number; body: string }[]> {
  return Promise.all(
    servers().map(async ({ host, address }) => {
      const curl = ["curl", "--silent", "--write-out", "\\n%{http_code}", "--max-time", "10", ...args];
      const { stdout } = await lab.exec(host, [...curl, `http://${address}${urlPath}`]);
      const end = stdout.lastIndexOf("\n");
      return { status: Number(stdout.slice(end + 1)), body: stdout.slice(0, end) };
    }),
  );
}

const partner = (password = PARTNER_PASSWORD): string[] => ["--user", `partner:${password}`];

/** The same from all servers. */
const all = (answer: unknown): unknown[] => servers().map(() => answer);

async function statuses(urlPath: string, ...args: string[]): Promise<number[]> {
  return (await ofAll(urlPath, ...args)).map(({ status }) => status);
}

async function versions(): Promise<unknown[]> {
  return (await ofAll("/orders", ...partner())).map(({ body }) => (JSON.parse(body) as { version: string }).version);
}

async function invoke<T>(host: string, address: string, service: string, request: object): Promise<T> {
  const secret = `/etc/cdktf-zato/secrets/${host}/admin_invoke_password`;
  const output = await lab.execOrThrow(host, [
    "python3",
    "-c",
    INVOKE,
    secret,
    address,
    service,
    JSON.stringify(request),
  ]);
  return JSON.parse(output) as T;
}

async function expectDeclared(): Promise<void> {
  expect(await verify(project.folder)).toMatchObject({
    status: 0,
    stdout: "all hosts are as deployed\nhost1 and host2 run exactly what is declared\n",
  });
}

test("after a first deploy every server has all services, objects and connections, and a plan is empty", async () => {
  expect(servers().length).toBeGreaterThan(2);
  expect(await statuses("/orders")).toEqual(all(401));
  expect(await statuses("/orders", ...partner("wrong"))).toEqual(all(401));
  const answers = await ofAll("/orders", ...partner());
  expect(answers.map(({ status, body }) => [status, JSON.parse(body) as unknown])).toEqual(
    all([200, { version: "v1", orders: [{ id: 1, customer: "A" }, { id: 2, customer: "B" }], in_stock: 7 }]), // prettier-ignore
  );
  await expectDeclared();
  expect(await project.planStatus()).toBe(0);
});

test("passwords are in no log of ours", async () => {
  for (const host of HOSTS) {
    const log = await lab.execOrThrow(host, "cat /var/log/cdktf-zato/*; journalctl --no-pager -t cdktf-zato");
    for (const password of [DATABASE_PASSWORD, PARTNER_PASSWORD]) {
      expect(log).not.toContain(password);
      expect(log).not.toContain(JSON.stringify(password).slice(1, -1));
    }
  }
});

test("a job runs once in each interval, in one of the clusters", async () => {
  await waitUntil("executions of the job", 60_000, async () => {
    const { length } = await heartbeats(lab);
    return length >= 5 ? undefined : `${length} so far`;
  });
  const since = (await heartbeats(lab)).at(-1)!.at;
  await sleep(20_000);
  const beats = (await heartbeats(lab)).filter(({ at }) => at > since);
  expect(new Set(beats.map(({ cluster }) => cluster)).size).toBe(1);
  expect(beats.length).toBeGreaterThan(5);
  expect(beats.length).toBeLessThan(13);
});

test("another version of a service comes to every server, and no request fails meanwhile", async () => {
  example.edit("orders.py", "'v1'", "'v2'");
  example.edit("version.py", "v1", "v2");
  const url = `http://${virtualAddress(lab)}/version`;
  const { status } = await underLoad(lab, { url }, () => project.synth(program()).tryApply());
  expect(status).toBe(0);
  expect((await ofAll("/version")).map(({ body }) => JSON.parse(body) as unknown)).toEqual(all({ version: "v2" }));
  expect(await versions()).toEqual(all("v2"));
  expect(await project.planStatus()).toBe(0);
});

test("another password, and nothing else, is the one that every server takes", async () => {
  example.env.TF_VAR_partner_password = "another one";
  const { status } = await underLoad(lab, { url: `http://${virtualAddress(lab)}/version` }, () =>
    project.synth(program({ secretsVersion: "2" })).tryApply(),
  );
  expect(status).toBe(0);
  expect(await statuses("/orders", ...partner("another one"))).toEqual(all(200));
  expect(await statuses("/orders", ...partner())).toEqual(all(401));
  example.env.TF_VAR_partner_password = PARTNER_PASSWORD;
  await project.synth(program({ secretsVersion: "3" })).apply();
  expect(await statuses("/orders", ...partner())).toEqual(all(200));
});

describe("an apply fails", () => {
  test("with a service that cannot be imported, and the former one answers", async () => {
    example.edit("orders.py", "VERSION = 'v2'", "VERSION = nobody_knows");
    const applied = await project.synth(program({ secretsVersion: "3" })).tryApply();
    expect(applied.status).toBe(1);
    expect(lastLines(applied)).toMatch(/services cannot be imported, and nothing was changed:[^]*nobody_knows/);
    expect(await versions()).toEqual(all("v2"));
  });

  test("with one that only a server cannot import: what its log says is told, and the former one is put back", async () => {
    // GIVEN a file whose import depends on who imports it
    const broken =
      "import sys\nVERSION = 'v2' if 'zato.server.main' not in str(sys.argv) + open('/proc/self/cmdline').read() else nobody_knows";
    example.edit("orders.py", "VERSION = nobody_knows", broken);

    // WHEN
    const applied = await project.synth(program({ secretsVersion: "3" })).tryApply();

    // THEN
    expect(applied.status).toBe(1);
    expect(lastLines(applied)).toMatch(/the services are not live on 127\.0\.0\.1:17010: [^]*nobody_knows/);
    expect(await versions()).toEqual(all("v2"));

    // WHEN it is corrected
    example.edit("orders.py", broken, "VERSION = 'v3'");
    await project.synth(program({ secretsVersion: "3" })).apply();
    expect(await versions()).toEqual(all("v3"));
  });

  test("with a connection that does not connect, and the next one puts right what was left behind", async () => {
    example.env.TF_VAR_database_password = "wrong";
    const applied = await project.synth(program({ secretsVersion: "4" })).tryApply();
    expect(applied.status).toBe(1);
    expect(lastLines(applied)).toMatch(/cluster host1: the SQL connection '\w+' does not connect: .*password/);
    expect(lastLines(applied)).not.toContain("[host2] content: importing");
    example.env.TF_VAR_database_password = DATABASE_PASSWORD;
    await project.synth(program({ secretsVersion: "5" })).apply();
    await expectDeclared();
    expect(await statuses("/orders", ...partner())).toEqual(all(200));
  });
});

test("what was changed by hand in one cluster is found, and put right", async () => {
  const { address } = servers()[0]!;
  type Rows = { readonly id: number; readonly name: string }[];
  const list = (kind: string): Promise<Rows> => invoke("host2", address, `zato.${kind}.get-list`, { cluster_id: 1 });
  const { id } = (await list("security.basic-auth")).find(({ name }) => name === "Partner")!;
  await invoke("host2", address, "zato.security.basic-auth.change-password", { id, password: "by hand" });
  const stock = (await list("outgoing.sql")).find(({ name }) => name === "Stock")!;
  await invoke("host2", address, "zato.outgoing.sql.delete", { id: stock.id });
  const { status, stdout } = await verify(project.folder);
  expect([status, stdout]).toEqual([1, expect.stringMatching(/outconn_sql\/Stock +same +nothing/)]);
  const options = [...stdout.matchAll(/-replace='[^']*'/g)].map(([option]) => option.replaceAll("'", ""));
  await project.apply(...options);
  await expectDeclared();
  expect(await statuses("/orders", ...partner())).toEqual(all(200));
});

test("a channel that is declared open lets everybody in, on every server, and secured again it does not", async () => {
  const open = program({ secretsVersion: "5", bare: true, more: (zato) => zato.content.addRestChannel("Orders", { urlPath: "/orders", service: "orders.list" }) }); // prettier-ignore
  await project.synth(open).apply();
  expect(await statuses("/orders")).toEqual(all(200));
  await project.synth(program({ secretsVersion: "5" })).apply();
  expect(await statuses("/orders")).toEqual(all(401));
});

test("what is removed from the code disappears from every server", async () => {
  rmSync(example.file("orders.py"));
  await project.synth(program({ secretsVersion: "5", bare: true })).apply();
  expect(await statuses("/orders", ...partner())).toEqual(all(404));
  await expectDeclared();
  for (const { host, address } of servers()) {
    const loaded = await invoke<Record<string, string>>(host, address, "cdktf-zato.inventory", {});
    expect(Object.keys(loaded)).toEqual(expect.arrayContaining(["stock.count", "heartbeat.beat"]));
    expect(loaded).not.toHaveProperty(["orders.list"]);
  }
  expect(await project.planStatus()).toBe(0);
});
