import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { TerraformVariable, type TerraformStack } from "cdktf";
import {
  ExistingLoadBalancer,
  ExistingZatoCluster,
  HighAvailabilityDeployment,
  Secret,
  SqlEngine,
  ZatoAccess,
  ZatoCluster,
  ZatoInstallation,
  type ICluster,
  type ZatoAccessOnHostProps,
} from "cdktf-zato";
import type { Lab } from "../../lab/lab";
import { repairsIn, verify } from "./support/content-cluster";
import { differences, listHost } from "./support/host-listing";
import { labHost } from "./support/programs";
import { lastLines, Project, type Program } from "./support/project";
import {
  ADMIN_PASSWORD,
  askByHand,
  CODE,
  deployByHand,
  makeQuickstart,
  PORTS,
  SERVERS,
  USER,
} from "./support/quickstart";
import { freshHosts } from "./support/shared-lab";
import { httpStatus } from "./support/zato";

const PARTNER = "partner$pw: #\"'";
const service = (name: string, answer: string): string => `
from zato.server.service import Service

class Answer(Service):
    name = "${name}"

    def handle(self):
        self.response.payload = "${answer}"
`;

let lab: Lab;
let project: Project;
let services: string;

interface Variation {
  readonly access?: Partial<ZatoAccessOnHostProps>;
  readonly given?: boolean;
  readonly exclusiveContent?: boolean;
  readonly schedulerRuns?: boolean;
}

const program =
  (variation: Variation = {}): Program =>
  (stack: TerraformStack) => {
    const secret = (name: string): Secret =>
      Secret.fromVariable(new TerraformVariable(stack, name, { type: "string" }));
    const old = new ExistingZatoCluster(stack, "old", {
      address: lab.host("host1").address,
      port: PORTS[0],
      schedulerRuns: variation.schedulerRuns,
      access: ZatoAccess.onHost({
        host: labHost(stack, lab, "host1"),
        servers: SERVERS,
        user: USER,
        zato: CODE,
        ...(variation.given && { adminInvokePassword: secret("admin_password") }),
        ...variation.access,
      }),
    });
    const ours = new ZatoCluster(stack, "ours", {
      host: labHost(stack, lab, "host2"),
      installation: ZatoInstallation.archive(lab.archive),
      servers: 1,
    });
    const zato = new HighAvailabilityDeployment<ICluster>(stack, "zato", {
      clusters: [old, ours],
      exclusiveContent: variation.exclusiveContent,
      loadBalancer: new ExistingLoadBalancer(stack, "edge", { address: "192.0.2.10" }),
    });
    zato.content.addServices(services);
    const partner = zato.content.addBasicAuth("Partner", { username: "partner", password: secret("partner_password") });
    zato.content.addRestChannel("Orders", { urlPath: "/orders", service: "orders.list", security: partner });
    zato.content.addSqlConnection("Billing", {
      engine: SqlEngine.POSTGRESQL,
      host: "db.internal",
      database: "billing",
      username: "billing",
      password: secret("billing_password"),
      ping: false,
    });
  };

function write(name: string, text: string): void {
  writeFileSync(path.join(services, name), text);
}

const credentials = ["--user", `partner:${PARTNER}`];
const ofOld = (urlPath: string): string => `http://${lab.host("host1").address}:${PORTS[0]}${urlPath}`;
const ofOurs = (urlPath: string): string => `http://${lab.host("host2").address}:11223${urlPath}`;

async function body(url: string): Promise<string> {
  const { stdout } = await lab.exec("client", ["curl", "-s", "--max-time", "5", ...credentials, url]);
  return stdout;
}

/** What an apply says that has to fail. */
async function failedApply(variation: Variation): Promise<string> {
  const result = await project.synth(program(variation)).tryApply();
  expect(result.status).not.toBe(0);
  return lastLines(result).replace(/\s+/g, " ");
}

beforeAll(async () => {
  lab = await freshHosts(["host1", "host2"], { equipped: true });
  await makeQuickstart(lab, "host1");
  services = mkdtempSync(path.join(tmpdir(), "zato-existing-"));
  write("orders.py", service("orders.list", "v1"));
  write("stock.py", service("stock.count", "v1"));
  project = new Project(lab, {
    env: {
      TF_VAR_partner_password: PARTNER,
      TF_VAR_billing_password: "billing",
      TF_VAR_admin_password: "wrong",
    },
  });
});

afterAll(() => {
  project?.remove();
  if (services) {
    rmSync(services, { recursive: true, force: true });
  }
});

describe("what is not fit for content is said, and nothing is changed", () => {
  test.each<[string, Variation, string]>([
    ["a wrong password", { given: true }, "refuses the password of admin.invoke"],
    [
      "a folder that is no server's",
      { access: { servers: ["/srv/esb/env"] } },
      "there is no server of Zato in /srv/esb/env",
    ],
    [
      "another user",
      { access: { user: "ops" } },
      "belongs to another user|the user ops cannot run /srv/esb/zato/bin/python",
    ],
    ["a server that is not named", { access: { servers: [SERVERS[0]] } }, "the cluster has 2 servers that run"],
  ])("%s", async (_, variation, message) => {
    const before = await listHost(lab, "host1");
    expect(await failedApply(variation)).toMatch(new RegExp(message));
    const found = differences(before, await listHost(lab, "host1")).filter((line) => line.includes("/srv/esb"));
    expect(found).toEqual([]);
  });

  test("servers that run different code", async () => {
    // GIVEN a file that one of them has not heard of
    await lab.execOrThrow("host1", "systemctl stop esb-server2");
    await deployByHand(lab, "host1", "legacy.py", service("legacy.answer", "newer"));
    const sql = `update deployed_service set source_hash = 'other' where server_id = (select id from server where name = 'server2')
      and service_id = (select id from service where name = 'legacy.answer')`;
    await lab.execOrThrow(
      "host1",
      "systemctl start esb-server2; until curl -fsS -o /dev/null http://127.0.0.1:18011/zato/ping; do sleep 0.3; done; sleep 3",
    );
    await lab.execOrThrow("host1", ["runuser", "-u", "postgres", "--", "psql", "-d", "esb", "-c", sql]);

    // THEN
    expect(await failedApply({})).toContain("the servers of the cluster run different code of legacy.answer");
    await deployByHand(lab, "host1", "legacy.py", service("legacy.answer", "newest"));
    await lab.execOrThrow("host1", "sleep 4");
  });
});

test("content reaches the old cluster and the new one, and what was there stays and is reported", async () => {
  // WHEN
  const said = await project.synth(program()).apply();

  // THEN
  for (const url of [ofOld, ofOurs]) {
    expect(await body(url("/orders"))).toContain("v1");
    expect(await httpStatus(lab, url("/orders"))).toBe(401);
  }
  expect(said).toMatch(/service\/legacy\.answer +there +not declared/);
  expect(await project.planStatus()).toBe(0);
  const { status, stdout } = await verify(project.folder);
  expect(stdout.replace(/ {2,}/g, " | ")).toContain(
    "object | old | ours | declared\nservice/legacy.answer | there | nothing | not declared",
  );
  expect(status).toBe(1);
});

test("no secret is anywhere that anybody may read, and nothing is left in folders of everybody", async () => {
  const find = `find / -xdev \\( -path /proc -o -path /var/lib/postgresql \\) -prune -o -type f -perm /077 -size -2000k -print0`;
  for (const secret of [PARTNER, ADMIN_PASSWORD]) {
    const look = `${find} | xargs -0 grep -lF -- "$(cat)" || true`;
    expect(await lab.execOrThrow("host1", look, { input: secret })).toBe("");
  }
  expect(await lab.execOrThrow("host1", "find /tmp /var/tmp -user esb ! -name 'zato_ipc_port_*'")).toBe("");
});

test("an update comes live in both, one cluster after the other", async () => {
  write("orders.py", service("orders.list", "v2"));
  await project.synth(program()).apply();
  for (const url of [ofOld, ofOurs]) {
    expect(await body(url("/orders"))).toContain("v2");
  }
  // WHEN the owner restarts
  await lab.execOrThrow(
    "host1",
    "systemctl restart esb-server1; until curl -fsS -o /dev/null http://127.0.0.1:18010/zato/ping; do sleep 0.3; done; sleep 2",
  );
  expect(await body(ofOld("/orders"))).toContain("v2");
});

test("a service that cannot be imported is refused before anything is changed", async () => {
  write("orders.py", `${service("orders.list", "v3")}\nraise RuntimeError("broken on purpose")\n`);
  expect(await failedApply({})).toContain("broken on purpose");
  expect(await body(ofOld("/orders"))).toContain("v2");
  write("orders.py", service("orders.list", "v2"));
  await project.synth(program()).apply();
});

test("what somebody changes in the old one is told by verify, and put right by what it says", async () => {
  // GIVEN
  const channels = await askByHand<Record<string, unknown>[]>(lab, "host1", "zato.http-soap.get-list", {
    connection: "channel",
    transport: "plain_http",
  });
  const orders = channels.find(({ name }) => name === "Orders")!;
  await askByHand(lab, "host1", "zato.http-soap.edit", { ...orders, service: "stock.count", url_path: "/other" });
  await deployByHand(lab, "host1", "stock.py", service("stock.count", "by hand"));
  await lab.execOrThrow("host1", "sleep 4");

  // WHEN
  const { stdout } = await verify(project.folder);

  // THEN
  expect(stdout).toMatch(/channel_rest\/Orders .*url_path=\/other.* same /);
  expect(stdout).toMatch(/service\/stock\.count +sha256=/);
  await project.apply(...repairsIn(stdout));
  expect((await verify(project.folder)).stdout).not.toContain("channel_rest/Orders");
  expect(await body(ofOld("/orders"))).toContain("v2");
});

test("what nobody declared goes where that is asked for, and nothing of Zato's own", async () => {
  await project.synth(program({ exclusiveContent: true })).apply();
  const { status, stdout } = await verify(project.folder);
  expect([stdout, status]).toEqual(["all hosts are as deployed\nold and ours run exactly what is declared\n", 0]);
  const definitions = await askByHand<{ name: string }[]>(lab, "host1", "zato.security.basic-auth.get-list");
  expect(definitions.map(({ name }) => name)).toEqual(expect.arrayContaining(["admin.invoke", "pubapi"]));
});

test("a scheduler that runs though none is declared to is refused", async () => {
  const run = `systemd-run --unit esb-scheduler -p User=esb -p WorkingDirectory=/srv/esb/env/scheduler`;
  await lab.execOrThrow(
    "host1",
    `install -d -o esb /srv/esb/env/scheduler; ${run} /usr/bin/python3 -c 'import time; time.sleep(900)' -m zato.scheduler.main`,
  );
  write("orders.py", service("orders.list", "v4"));
  expect(await failedApply({})).toContain("the scheduler of the cluster old runs");
  await lab.execOrThrow("host1", "systemctl stop esb-scheduler");
});

test("its removal takes nothing of the old cluster away", async () => {
  expect(await project.destroy()).toMatchObject({ status: 0 });
  expect(await body(ofOld("/orders"))).toContain("v2");
  expect((await lab.exec("host1", "ls -d /etc/cdktf-zato /var/lib/cdktf-zato")).stdout).toBe("");
});
