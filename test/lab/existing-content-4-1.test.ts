import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { TerraformVariable, type TerraformStack } from "cdktf";
import {
  ClusterContent,
  ExistingZatoCluster,
  Secret,
  SqlEngine,
  ZatoAccess,
  ZatoRelease,
  type ZatoAccessOnHostProps,
} from "cdktf-zato";
import { containerName } from "../../lab/host";
import type { Lab } from "../../lab/lab";
import { waitUntil } from "../../lab/process";
import { evaluateProgram } from "../support/exported-program";
import { cdktfZato, verify } from "./support/content-cluster";
import { differences, listHost } from "./support/host-listing";
import { labHost } from "./support/programs";
import { lastLines, Project, type Program } from "./support/project";
import { ADMIN_PASSWORD, CODE, PORTS, SERVERS, USER } from "./support/quickstart";
import { ask41, deployByHand41, makeQuickstart41, published41 } from "./support/quickstart-4-1";
import { freshHosts } from "./support/shared-lab";
import { httpStatus } from "./support/zato";

const PARTNER = "partner$pw: #\"'";
const service = (...answers: readonly (readonly [name: string, answer: string])[]): string =>
  ["from zato.server.service import Service", ...answers.map(([name, answer], index) => `

class Answer${index}(Service):
    name = "${name}"

    def handle(self):
        self.response.payload = "${answer}"
`)].join("\n"); // prettier-ignore

let lab: Lab;
let project: Project;
let exportedProject: Project | undefined;
let services: string;
/** Brings the socket of this machine's Docker to host1, whose containers the hosts of the lab are. */
let socket: ChildProcess | undefined;

interface Variation {
  readonly access?: Partial<ZatoAccessOnHostProps>;
  readonly release?: ZatoRelease;
  readonly given?: boolean;
  readonly schedulerRuns?: boolean;
  readonly withoutOrders?: boolean;
}

/** Two clusters of 4.1 that somebody has made: one on host1, one in a container, which is host2. */
const program =
  (variation: Variation = {}): Program =>
  (stack: TerraformStack) => {
    const secret = (name: string): Secret =>
      Secret.fromVariable(new TerraformVariable(stack, name, { type: "string" }));
    const host = labHost(stack, lab, "host1");
    const place = { host, servers: SERVERS, user: USER, zato: CODE };
    const given = variation.given && { adminInvokePassword: secret("admin_password") };
    const cluster = (id: string, machine: string, access: ZatoAccess): ExistingZatoCluster =>
      new ExistingZatoCluster(stack, id, {
        address: lab.host(machine).address,
        port: PORTS[0],
        failureDomain: machine,
        release: variation.release ?? ZatoRelease.V4_1,
        schedulerRuns: id === "old" && variation.schedulerRuns,
        access,
      });
    const clusters = [
      cluster("old", "host1", ZatoAccess.onHost({ ...place, ...given, ...variation.access })),
      cluster("boxed", "host2", ZatoAccess.inContainer({ ...place, container: containerName("host2") })),
    ];
    const content = new ClusterContent(stack, "content", { clusters: clusters.map((one) => one.contentTarget!) });
    content.addServices(services);
    const partner = content.addBasicAuth("Partner", { username: "partner", password: secret("partner_password") });
    const ofPartner = (name: string, urlPath: string, of: string): unknown =>
      content.addRestChannel(name, { urlPath, service: of, security: partner });
    ofPartner("Stock", "/stock", "stock.count");
    if (!variation.withoutOrders) {
      ofPartner("Orders", "/orders", "orders.list");
    }
    content.addSqlConnection("Billing", {
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

/** Where each server of each cluster answers. */
const servers = (urlPath: string): string[] =>
  ["host1", "host2"].flatMap((host) => PORTS.map((port) => `http://${lab.host(host).address}:${port}${urlPath}`));

async function ofAll<T>(urlPath: string, ask: (url: string) => Promise<T>): Promise<T[]> {
  return Promise.all(servers(urlPath).map(ask));
}

/** What each server answers to the partner. */
const answers = (urlPath: string): Promise<string[]> =>
  ofAll(urlPath, async (url) => {
    const { stdout } = await lab.exec("client", ["curl", "-s", "--max-time", "5", "--user", `partner:${PARTNER}`, url]);
    return stdout.replaceAll('"', "");
  });

/** The same from all servers. */
const all = <T>(answer: T): T[] => servers("").map(() => answer);

/** What an apply says that has to fail. */
async function failedApply(variation: Variation = {}): Promise<string> {
  const result = await project.synth(program(variation)).tryApply();
  expect(result.status).not.toBe(0);
  return lastLines(result).replace(/\s+/g, " ");
}

async function restart(host: string): Promise<void> {
  for (const [number, port] of PORTS.entries()) {
    const answering = `until curl -fsS -o /dev/null http://127.0.0.1:${port}/zato/ping 2>/dev/null; do sleep 0.3; done`;
    await lab.execOrThrow(host, `systemctl restart esb-server${number + 1}; ${answering}`);
  }
}

async function bringDocker(): Promise<void> {
  await lab.copyTo("host1", "/usr/bin/docker", "/usr/local/bin/docker");
  await lab.execOrThrow(
    "host1",
    "chmod 0755 /usr/local/bin/docker; mkdir -p /run/for-docker; chown ops /run/for-docker",
  );
  const options = ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-i", lab.keyFile];
  const forward = ["-N", "-R", "/run/for-docker/docker.sock:/var/run/docker.sock"];
  socket = spawn("ssh", [...options, ...forward, `${lab.user}@${lab.host("host1").address}`], { stdio: "ignore" });
  await waitUntil("the socket", 20_000, async () => {
    const { status } = await lab.exec("host1", "test -S /run/for-docker/docker.sock");
    return status === 0 ? undefined : "not yet";
  });
  await lab.execOrThrow("host1", "ln -sf /run/for-docker/docker.sock /var/run/docker.sock");
}

beforeAll(async () => {
  lab = await freshHosts(["host1", "host2"], { equipped: true });
  const archive = await published41(lab);
  await Promise.all([makeQuickstart41(lab, "host1", archive), makeQuickstart41(lab, "host2", archive), bringDocker()]);
  await deployByHand41(lab, "host1", "legacy.py", service(["legacy.answer", "legacy"]));
  services = mkdtempSync(path.join(tmpdir(), "zato-existing-"));
  write("orders.py", service(["orders.list", "v1"]));
  write("stock.py", service(["stock.count", "v1"], ["stock.value", "v1"]));
  project = new Project(lab, {
    env: { TF_VAR_partner_password: PARTNER, TF_VAR_billing_password: "billing", TF_VAR_admin_password: "wrong" },
  });
});

afterAll(() => {
  socket?.kill();
  project?.remove();
  exportedProject?.remove();
  if (services) {
    rmSync(services, { recursive: true, force: true });
  }
});

describe("what is not fit for content is said, and nothing is changed", () => {
  test.each<[string, Variation, string]>([
    ["a wrong password", { given: true }, "refuses the password of admin.invoke"],
    ["a server that is not named", { access: { servers: [SERVERS[0]] } }, "the cluster has 2 servers that run"],
    ["another release", { release: ZatoRelease.V3_3 }, "runs Zato 4.1, and content reaches 3.3; tell its release"],
  ])("%s", async (_, variation, message) => {
    const before = await listHost(lab, "host1");
    expect(await failedApply(variation)).toContain(message);
    const found = differences(before, await listHost(lab, "host1")).filter((line) => line.includes("/srv/esb"));
    expect(found.filter((line) => !line.includes("/logs/"))).toEqual([]);
  });

  test("a service that is declared, and that the owner's servers read in another version", async () => {
    await deployByHand41(lab, "host1", "of_owner.py", service(["orders.list", "the owner's"]));
    expect(await failedApply()).toContain(
      `the service orders.list comes from ${SERVERS[0]}/pickup/incoming/services/of_owner.py, which the servers read again`,
    );
    const rows = await ask41<{ id: number; name: string }[]>(lab, "host1", "zato.service.get-list");
    await ask41(lab, "host1", "zato.service.delete", { id: rows.find(({ name }) => name === "orders.list")!.id });
    await lab.execOrThrow("host1", `rm -f ${SERVERS[1]}/pickup/incoming/services/of_owner.py`);
  });
});

test("content reaches every server of both, and what was there stays and is reported", async () => {
  // WHEN
  const said = await project.synth(program()).apply();

  // THEN
  expect(await answers("/orders")).toEqual(all("v1"));
  expect(await ofAll("/orders", (url) => httpStatus(lab, url))).toEqual(all(401));
  expect(said).toMatch(/service\/legacy\.answer +there +not declared/);
  expect(await project.planStatus()).toBe(0);
  const { stdout } = await verify(project.folder);
  expect(stdout.replace(/ {2,}/g, " | ")).toContain(
    "object | old | boxed | declared\nservice/legacy.answer | there | nothing | not declared\n",
  );
});

test("no secret is anywhere that anybody may read, and nothing is left in folders of everybody", async () => {
  const find = `find / -xdev \\( -path /proc -o -path /var/lib/postgresql \\) -prune -o -type f -perm /077 -size -2000k -print0`;
  for (const secret of [PARTNER, ADMIN_PASSWORD]) {
    const look = `${find} | xargs -0 grep -lF -- "$(cat)" || true`;
    expect(await lab.execOrThrow("host1", look, { input: secret })).toBe("");
  }
  for (const host of ["host1", "host2"]) {
    expect(await lab.execOrThrow(host, "find /tmp /var/tmp -user esb")).toBe("");
  }
});

test("an update comes live in all servers, of which each has it when its owner restarts it", async () => {
  write("orders.py", service(["orders.list", "v2"]));
  await project.synth(program()).apply();
  expect(await answers("/orders")).toEqual(all("v2"));
  await restart("host1");
  expect(await answers("/orders")).toEqual(all("v2"));
});

test("one that only a server cannot import ends the deploy, and the former ones are put back", async () => {
  // GIVEN a file whose import depends on who imports it
  const onlyThere =
    "if 'zato.server.main' in open('/proc/self/cmdline').read():\n    raise RuntimeError('on purpose')\n";
  write("orders.py", `${onlyThere}${service(["orders.list", "v3"])}`);
  write("stock.py", service(["stock.count", "v3"], ["stock.value", "v3"]));

  // WHEN
  expect(await failedApply()).toMatch(/the services are not live on 127\.0\.0\.1:18010: .*on purpose/);

  // THEN
  await restart("host1");
  expect(await answers("/orders")).toEqual(all("v2"));
  expect(await answers("/stock")).toEqual(all("v1"));
});

test("what is declared no more goes, but for what else is in its file, and what is the owner's", async () => {
  // WHEN
  rmSync(path.join(services, "orders.py"));
  write("stock.py", service(["stock.count", "v4"]));
  const said = await project.synth(program({ withoutOrders: true })).apply();

  // THEN
  expect(said).toContain("keeps deleted services in memory, without channels, until it is restarted");
  expect(await ofAll("/orders", (url) => httpStatus(lab, url))).toEqual(all(404));
  await restart("host1");
  expect(await answers("/stock")).toEqual(all("v4"));
  for (const port of PORTS) {
    const rows = await ask41<{ name: string }[]>(lab, "host1", "zato.service.get-list", {}, port);
    const names = rows.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["legacy.answer", "stock.count"]));
    expect(names).not.toEqual(expect.arrayContaining([expect.stringMatching(/^(orders\.list|stock\.value)$/)]));
  }
});

test("a scheduler that runs though none is declared to is refused", async () => {
  await lab.execOrThrow("host1", `systemd-run --unit esb-scheduler -p User=${USER} ${CODE}/bin/_zato_scheduler`);
  write("stock.py", service(["stock.count", "v5"]));
  expect(await failedApply({ withoutOrders: true })).toContain("the scheduler of the cluster old runs");
  await project.synth(program({ withoutOrders: true, schedulerRuns: true })).apply();
  expect(await answers("/stock")).toEqual(all("v5"));
});

test("its removal takes nothing of the clusters away", async () => {
  expect(await project.destroy()).toMatchObject({ status: 0 });
  expect(await answers("/stock")).toEqual(all("v5"));
  expect((await lab.exec("host1", "ls -d /etc/cdktf-zato /var/lib/cdktf-zato")).stdout).toBe("");
});

test("a cluster of 4.1 is exported, and the program that comes of it finds all as it declares it", async () => {
  // WHEN
  const into = path.join(services, "exported");
  const { address, hostKey } = lab.host("host1");
  write("known_hosts", `${address} ${hostKey}\n`);
  const login = ["--key", lab.keyFile, "--known-hosts", path.join(services, "known_hosts"), "--into", into];
  const place = ["--servers", SERVERS.join(":"), "--user", USER, "--zato", CODE];
  const { status, stdout, stderr } = await cdktfZato("export", `${lab.user}@${address}`, ...login, ...place);

  // THEN
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout).not.toContain("left out");
  expect(readdirSync(path.join(into, "services"))).toEqual(["legacy.py", "stock.py"]);
  const yaml = readFileSync(path.join(into, "enmasse.yaml"), "utf8");
  ["Billing", "Partner", "/stock"].forEach((word) => expect(yaml).toContain(word));
  [PARTNER, ADMIN_PASSWORD].forEach((secret) => expect(yaml).not.toContain(secret));
  // AND
  exportedProject = new Project(lab, { env: { TF_VAR_partner_password: PARTNER, TF_VAR_billing_password: "billing" } });
  await exportedProject.synth((stack: TerraformStack) => evaluateProgram(into, stack)).apply();
  expect((await verify(exportedProject.folder)).stdout).toBe(
    "the host is as deployed\na runs exactly what is declared\n",
  );
});
