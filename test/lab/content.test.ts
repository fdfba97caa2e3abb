import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Affinity, EnmasseObjects, HighAvailabilityDeployment } from "cdktf-zato";
import type { Lab } from "../../lab/lab";
import { startLoad } from "../../lab/load";
import { sleep, waitUntil } from "../../lab/process";
import { addressOf, invoke, rows, verify } from "./support/content-cluster";
import { DATABASE_PASSWORD, heartbeats, setUpDatabases, type Heartbeat } from "./support/content-databases";
import { ContentExample, PARTNER_PASSWORD } from "./support/content-example";
import { virtualAddress } from "./support/programs";
import { lastLines, Project } from "./support/project";
import { freshHosts } from "./support/shared-lab";
import { waitForPing } from "./support/zato";

const HOSTS = ["host1", "host2"] as const;
const WHERE = `
from socket import gethostname
from zato.server.service import Service

class Where(Service):
    name = "where.am-i"

    def handle(self):
        self.response.payload = gethostname()
`;
const CREDENTIALS = `Basic ${Buffer.from(`partner:${PARTNER_PASSWORD}`).toString("base64")}`;
const PARTNER = ["--header", `Authorization: ${CREDENTIALS}`];

let lab: Lab;
let project: Project;
let example: ContentExample;
let orders: string;

beforeAll(async () => {
  lab = await freshHosts(HOSTS, { equipped: true });
  await setUpDatabases(lab);
  example = new ContentExample(lab);
  project = new Project(lab, { env: example.env }).synth(example.program());
  orders = `http://${virtualAddress(lab)}/orders`;
  await project.apply();
  await waitForPing(lab, `http://${virtualAddress(lab)}/zato/ping`);
});

afterAll(() => {
  project?.remove();
  example?.remove();
});

/** Body and status that the host `client` gets. */
async function get(url: string, ...args: string[]): Promise<{ status: number; body: string }> {
  const curl = ["curl", "--silent", "--write-out", "\\n%{http_code}", "--max-time", "10", ...args, url];
  const { stdout } = await lab.exec("client", curl);
  const end = stdout.lastIndexOf("\n");
  return { status: Number(stdout.slice(end + 1)), body: stdout.slice(0, end) };
}

function ofCluster(host: string, urlPath = "/orders"): string {
  return `http://${lab.host(host).address}:11223${urlPath}`;
}

async function expectDeclared(): Promise<void> {
  expect(await verify(project.folder)).toMatchObject({
    status: 0,
    stdout: "all hosts are as deployed\nhost1 and host2 run exactly what is declared\n",
  });
}

/** The lines of the table that `verify` prints, with single blanks. */
async function differences(): Promise<string[]> {
  const { status, stdout, stderr } = await verify(project.folder);
  expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
  const [hosts, ...lines] = stdout.trimEnd().split("\n");
  expect(hosts).toBe("all hosts are as deployed");
  return lines.map((line) => line.replace(/ {2,}/g, " | ").replaceAll(/[0-9a-f]{12}/g, "HASH"));
}

function replaceContent(host: string): string {
  return `-replace=${addressOf(project.folder, `zato/content/${host}/state`)}`;
}

describe("after the first apply", () => {
  test("both clusters answer the channel with what is in both databases, to whoever may ask", async () => {
    for (const url of [orders, ...HOSTS.map((host) => ofCluster(host))]) {
      const { status, body } = await get(url, ...PARTNER);
      expect({ status, body: JSON.parse(body) as unknown }).toEqual({
        status: 200,
        body: {
          version: "v1",
          orders: [
            { id: 1, customer: "A" },
            { id: 2, customer: "B" },
          ],
          in_stock: 7,
        },
      });
      expect(await get(url)).toMatchObject({ status: 401 });
      expect(await get(url, "--user", "partner:wrong")).toMatchObject({ status: 401 });
    }
  });

  test("both clusters run what is declared, and a plan is empty", async () => {
    await expectDeclared();
    expect(await project.planStatus()).toBe(0);
  });

  test("the passwords are nowhere that anybody may read", async () => {
    // GIVEN
    const passwords = [DATABASE_PASSWORD, PARTNER_PASSWORD];
    const spellings = passwords.flatMap((password) => {
      const json = JSON.stringify(password).slice(1, -1);
      return [password, json, JSON.stringify(json).slice(1, -1)];
    });
    const look = "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '; sleep 0.1";
    const watch = `rm -f /run/seen; timeout 300 bash -c 'until [ -e /run/seen ]; do ${look.replaceAll("'", "'\\''")}; done'`;

    // WHEN
    const watched = HOSTS.map((host) => lab.exec(host, watch));
    const output = await project.apply(...HOSTS.map(replaceContent));
    await Promise.all(HOSTS.map((host) => lab.execOrThrow(host, "touch /run/seen")));
    const processes = (await Promise.all(watched)).map(({ stdout }) => stdout);
    const plan = await project.orThrow(["plan", "-out=seen"]);
    const shown = await project.orThrow(["show", "-json", "seen"]);

    // THEN
    const texts: Record<string, string> = { output, plan, shown, processes: processes.join("\n") };
    const files = readdirSync(path.dirname(path.dirname(project.folder)), { recursive: true }).map(String);
    for (const file of files.map((name) => path.join(path.dirname(path.dirname(project.folder)), name))) {
      if (statSync(file).isFile() && !file.includes("/providers/")) {
        texts[file] = readFileSync(file, "latin1") + readFileSync(file, "utf8");
      }
    }
    for (const host of HOSTS) {
      texts[`journal of ${host}`] = await lab.execOrThrow(host, "journalctl --no-pager");
      const readable =
        "find /etc /opt /var /run /home -xdev -type f -perm /077 -size -1000k -exec cat {} + 2>/dev/null || true";
      texts[`files of ${host}`] = await lab.execOrThrow(host, readable);
      texts[`logs of ${host}`] = await lab.execOrThrow(host, "cat /var/log/cdktf-zato/*");
      texts[`staging of ${host}`] = await lab.execOrThrow(host, "find /home/ops/.cdktf-zato -type f -exec cat {} +");
    }
    const found = Object.entries(texts).filter(([, text]) => spellings.some((spelling) => text.includes(spelling)));
    expect(found.map(([name]) => name)).toEqual([]);
    expect(Object.keys(texts).some((name) => name.endsWith("terraform.tfstate"))).toBe(true);
    expect(processes.every((text) => text.includes("enmasse"))).toBe(true);
    rmSync(path.join(project.folder, "seen"));
  });
});

describe("the job", () => {
  const SECONDS = 2;

  /** Executions for each interval: about 1, and 2 where somebody ran each twice. Late ones do not count. */
  function perInterval(executions: readonly Heartbeat[]): number {
    return ((executions.length - 1) * SECONDS) / (executions.at(-1)!.at - executions[0]!.at);
  }

  /** Seconds between one execution and the next. */
  function gaps(executions: readonly Heartbeat[]): number[] {
    return executions.slice(1).map(({ at }, index) => at - executions[index]!.at);
  }

  test("runs once in the whole deployment, also while the scheduler moves", async () => {
    // GIVEN
    await sleep(10_000);
    const before = await heartbeats(lab);
    expect(before.length).toBeGreaterThan(3);
    expect(new Set(before.map(({ cluster }) => cluster))).toEqual(new Set(["host1"]));
    expect(perInterval(before)).toBeLessThan(1.5);

    // WHEN
    const began = before.at(-1)!.at;
    await project.synth(example.program({ schedulerCluster: "host2" })).apply();
    await waitUntil("executions in the other cluster", 60_000, async () => {
      const there = (await heartbeats(lab)).filter(({ cluster }) => cluster === "host2");
      return there.length >= 5 ? undefined : `${there.length} so far`;
    });

    // THEN
    const moved = (await heartbeats(lab)).filter(({ at }) => at >= began);
    const clusters = moved.map(({ cluster }) => cluster);
    expect(clusters.lastIndexOf("host1")).toBeLessThan(clusters.indexOf("host2"));
    // Not twice in one interval, whoever ran it; and not for long nowhere.
    expect(perInterval(moved.filter(({ cluster }) => cluster === "host2"))).toBeLessThan(1.5);
    expect(Math.max(...gaps(moved))).toBeLessThan(30);
    process.stdout.write(`the job paused for ${Math.max(...gaps(moved)).toFixed(1)} s while the scheduler moved\n`);

    // WHEN it is moved back
    await project.synth(example.program()).apply();
    const back = await heartbeats(lab);
    expect(perInterval(back)).toBeLessThan(1.5);
  });

  test("goes on, once, when its scheduler was killed", async () => {
    // WHEN
    await lab.execOrThrow("host1", "systemctl kill --signal=KILL zato-host1-scheduler");
    const killed = (await heartbeats(lab)).at(-1)!.at;
    let since: Heartbeat[] = [];
    await waitUntil("executions by the next scheduler", 60_000, async () => {
      since = (await heartbeats(lab)).filter(({ at }) => at > killed);
      return since.length >= 5 ? undefined : `${since.length} so far`;
    });

    // THEN
    expect(perInterval(since)).toBeLessThan(1.5);
  });
});

describe("an update", () => {
  test("of a service under load fails no request, and leaves none of the former version", async () => {
    // GIVEN
    const options = { url: orders, seconds: 300, headers: { Authorization: CREDENTIALS } };
    const running = await startLoad(lab, { ...options, backendPattern: '"version": ?"(v[0-9])"' });
    await running.begun;

    // WHEN
    example.edit("orders.py", "'v1'", "'v2'");
    const plan = await project.synth(example.program()).plan();
    const apply = await project.tryApply();
    const applied = Date.now() / 1000;
    await sleep(5_000);
    running.stop();
    const load = await running.finished;

    // THEN
    const contents = HOSTS.map((host) => `zato/content/${host}/state`);
    expect(plan).toEqual(
      Object.fromEntries([...contents, "zato/content/parity/Resource"].map((path) => [path, "delete create"])),
    );
    expect(apply).toMatchObject({ status: 0 });
    expect(load.failedByKind).toEqual({});
    expect(Object.keys(load.byBackend).sort()).toEqual(["v1", "v2"]);
    expect(load.where(({ start }) => start > applied).byBackend).toEqual({ v2: expect.any(Number) as number });
    await expectDeclared();
  });
});

describe("what was changed by hand in one cluster", () => {
  test("is found by verify and by an apply that touches the other cluster, and repaired; also what cannot be seen", async () => {
    // GIVEN
    const billing = (await rows(lab, "host2", "zato.outgoing.sql")).Billing;
    await invoke(lab, "host2", "zato.outgoing.sql.edit", { ...billing, pool_size: 77 });
    const source = readFileSync(example.file("orders.py"), "utf8").replace("'v2'", "'by hand'");
    const pickup = "/opt/zato/env/host2/server1/pickup/incoming/services";
    await lab.execOrThrow(
      "host2",
      `cat >${pickup}/orders.tmp && chown zato: ${pickup}/orders.tmp && mv ${pickup}/orders.{tmp,py}`,
      { input: source },
    );
    await waitUntil("the service that was changed", 30_000, async () => {
      const { body } = await get(ofCluster("host2"), ...PARTNER);
      return body.includes("by hand") ? undefined : body;
    });
    await sleep(2_000);

    // GIVEN a password, which Zato tells nobody
    const partner = (await rows(lab, "host1", "zato.security.basic-auth")).Partner!;
    const change = { id: partner.id, password1: "other", password2: "other" };
    await invoke(lab, "host1", "zato.security.basic-auth.change-password", change);
    expect(await get(ofCluster("host1"), ...PARTNER)).toMatchObject({ status: 401 });

    // THEN
    expect(await differences()).toEqual([
      "object | host1 | host2 | declared",
      "outconn_sql/Billing | same | pool_size=77 | pool_size=10",
      "service/orders.list | same | sha256=HASH | sha256=HASH",
      `to put it right: terraform -chdir='${project.folder}' apply ${replaceContent("host2").replace("=", "='")}'`,
    ]);
    expect(await project.planStatus()).toBe(0);

    // WHEN
    const applied = await project.apply(replaceContent("host1")).catch(String);

    // THEN
    expect(applied).toMatch(/\[host1\] parity: as declared[^]*outconn_sql\/Billing +pool_size=77 +pool_size=10/);
    expect(applied).toContain(
      `[host2] parity: failed: the cluster host2 is not as declared; bring it back, by terraform or tofu: apply ${replaceContent("host2").replace("=", "='")}'`,
    );
    expect(await get(ofCluster("host1"), ...PARTNER)).toMatchObject({ status: 200 });

    // WHEN
    await project.apply(replaceContent("host2"));

    // THEN
    await expectDeclared();
    expect((await get(ofCluster("host2"), ...PARTNER)).body).toContain('"v2"');
  });

  test("is reported where nobody declared it, and deleted where the user asked for that", async () => {
    // GIVEN
    await invoke(lab, "host1", "zato.http-soap.create", {
      name: "By hand",
      connection: "channel",
      transport: "plain_http",
      is_active: true,
      is_internal: false,
      url_path: "/by-hand",
      service: "stock.count",
      security_id: null,
      data_format: "json",
    });
    expect(await differences()).toEqual([
      "object | host1 | host2 | declared",
      "channel_rest/By hand | there | nothing | not declared",
    ]);

    // WHEN
    const reported = await project.apply(replaceContent("host1"));
    await project.synth(example.program({ exclusiveContent: true })).apply();

    // THEN
    expect(reported).toMatch(/channel_rest\/By hand +there +not declared/);
    await expectDeclared();
    expect(await get(ofCluster("host1", "/by-hand"))).toMatchObject({ status: 404 });
    expect(await get(orders, ...PARTNER)).toMatchObject({ status: 200 });
  });
});

test("what is removed from the code disappears from both clusters, channels before their services", async () => {
  // WHEN
  const former = example.file("orders.py");
  const source = readFileSync(former, "utf8");
  rmSync(former);
  await project.synth(example.program({ bare: true })).apply();

  // THEN
  await expectDeclared();
  for (const host of HOSTS) {
    const lastRun = 'awk \'/^== / { text = "" } /^deleted/ { text = text $0 "\\n" } END { printf "%s", text }\'';
    const log = await lab.execOrThrow(host, `${lastRun} /var/log/cdktf-zato/${host}-content.log`);
    expect(log.trim().split("\n")).toEqual([
      "deleted channel_rest/Orders",
      "deleted scheduler/Heartbeat",
      "deleted service/orders.list",
    ]);
    expect(await get(ofCluster(host), ...PARTNER)).toMatchObject({ status: 404 });
    expect(Object.keys(await rows(lab, host, "zato.service"))).not.toContain("orders.list");
    expect(await lab.execOrThrow(host, `ls /opt/zato/env/${host}/hot-deploy`)).not.toContain("orders.py");
  }

  // WHEN it comes back, with a module that it imports, and a JWT definition, of which Zato cannot tell its workers
  mkdirSync(example.file("words"));
  writeFileSync(example.file("words/version.py"), "VERSION = 'v2'\n");
  writeFileSync(former, `from words.version import VERSION\n${source.replace(/'v\d'/, "VERSION")}`);
  const tokens = EnmasseObjects.fromObject({
    security: [{ name: "Tokens", type: "jwt", username: "app", ttl: 60 }],
    channel_rest: [{ name: "For tokens", url_path: "/tokens", service: "orders.list", security: "Tokens" }],
  });
  const userConfig = example.file("site.ini");
  writeFileSync(userConfig, "[site]\nname=lab\n");
  writeFileSync(example.file("where.py"), WHERE);
  const more = (zato: HighAvailabilityDeployment): void => {
    zato.content.addEnmasseObjects(tokens);
    zato.content.addUserConfig(userConfig);
    for (const affinity of [Affinity.NONE, Affinity.SOURCE, Affinity.COOKIE]) {
      zato.content.addRestChannel(`Where ${affinity.kind}`, {
        urlPath: `/where/${affinity.kind}`,
        service: "where.am-i",
        affinity,
      });
    }
  };
  await project.synth(example.program({ more })).apply();

  // THEN
  await expectDeclared();
  for (const host of HOSTS) {
    expect(await get(ofCluster(host, "/tokens"))).toMatchObject({ status: 401 });
    // Servers that share the folder would copy the file to each other, without end.
    const look = `runuser -u zato -- sh -c 'cd /opt/zato/env/${host}/user-conf; stat --format=%Y site.ini; cat site.ini'`;
    const before = await lab.execOrThrow(host, look);
    await sleep(3000);
    expect(before).toMatch(/^\d+\n\[site\]\nname=lab\n$/);
    expect(await lab.execOrThrow(host, look)).toBe(before);
  }
  expect(await get(orders, ...PARTNER)).toMatchObject({
    status: 200,
    body: expect.stringContaining('"v2"') as string,
  });
});

test("clients come back to the cluster that they know on the channels that want it, and on no other", async () => {
  const answering = async (kind: string, ...args: string[]): Promise<string[]> => {
    const answers: string[] = [];
    for (let request = 0; request < 8; request++) {
      answers.push((await get(`http://${virtualAddress(lab)}/where/${kind}`, ...args)).body);
    }
    return [...new Set(answers)].sort();
  };
  expect(await answering("none")).toEqual(["host1", "host2"]);
  expect(await answering("source")).toHaveLength(1);
  expect(await answering("cookie")).toEqual(["host1", "host2"]);
  expect(await answering("cookie", "--cookie", "/run/jar", "--cookie-jar", "/run/jar")).toHaveLength(1);
});

describe("an apply fails", () => {
  test("with a wrong password, naming cluster and connection", async () => {
    // WHEN
    example.env.TF_VAR_database_password = "wrong";
    const applied = await project.synth(example.program({ secretsVersion: "2" })).tryApply();

    // THEN
    expect(applied.status).toBe(1);
    expect(lastLines(applied)).toMatch(/cluster host1: the SQL connection 'Audit' does not connect: .*password/);
    expect(lastLines(applied)).not.toContain("[host2] content");
    expect(await get(ofCluster("host2"), ...PARTNER)).toMatchObject({ status: 200 });
    example.env.TF_VAR_database_password = DATABASE_PASSWORD;
  });

  test("with an import error, of which Zato's exit code says nothing", async () => {
    // WHEN
    const broken = { name: "Broken", service: "pub.zato.nope", job_type: "interval_based", seconds: 60 };
    const half = { name: "Half", engine: "oracle", host: "h", port: 1, db_name: "d", username: "u" };
    const content = {
      scheduler: [{ ...broken, is_active: true, start_date: "2020-01-01T00:00:00" }],
      outconn_sql: [{ ...half, password: "Zato_Enmasse_Env.Partner" }],
    };
    const program = example.program({
      secretsVersion: "3",
      more: (zato, { partner }) =>
        zato.content.addEnmasseObjects(EnmasseObjects.fromObject(content, { secrets: { Partner: partner } })),
    });
    const applied = await project.synth(program).tryApply();

    // THEN
    expect(applied.status).toBe(1);
    expect(lastLines(applied)).toContain(
      "enmasse reports errors: E12 service missing: Service `pub.zato.nope` from `Broken` missing in ODB (scheduler)",
    );
    expect(lastLines(applied).match(/pub\.zato\.nope/g)).toHaveLength(1);

    // THEN what enmasse printed of the other object, with its password, is in the log without it
    const log = await lab.execOrThrow("host1", "cat /var/log/cdktf-zato/host1-content.log");
    expect(log).toMatch(/'password':[\s|]*'\*\*\*'/);
    expect(log.replace(/[\s|]/g, "")).not.toContain("partner$pw:#");
  });

  test("with a section that enmasse does not know; the next one repairs what all that has left behind", async () => {
    // WHEN
    const more = EnmasseObjects.fromObject({ nowhere: [{ name: "A" }] });
    const program = example.program({ secretsVersion: "3", more: (zato) => zato.content.addEnmasseObjects(more) });
    const applied = await project.synth(program).tryApply();

    // THEN
    expect(applied.status).toBe(1);
    expect(lastLines(applied)).toContain(
      "enmasse ended with exit status 15: E06 unrecognized import element: Ignoring unknown element type nowhere in the input.",
    );

    // WHEN
    await project.synth(example.program({ secretsVersion: "3" })).apply();

    // THEN
    await expectDeclared();
    for (const host of HOSTS) {
      expect(await get(ofCluster(host), ...PARTNER)).toMatchObject({ status: 200 });
    }
  });

  test("with a host that is off, while the other one keeps serving; the next one brings both to parity", async () => {
    // GIVEN
    await lab.powerCut("host2");
    example.edit("words/version.py", "'v2'", "'v3'");
    const program = example.program({ secretsVersion: "3" });

    // WHEN
    project.synth(program);
    // How long Terraform tries to reach a host is not what is tried here.
    const configuration = path.join(project.folder, "cdk.tf.json");
    writeFileSync(configuration, readFileSync(configuration, "utf8").replaceAll('"timeout": "2m"', '"timeout": "15s"'));
    const applied = await project.tryApply();

    // THEN
    expect(applied.status).toBe(1);
    expect(lastLines(applied)).toContain("zato_content_host2_state");
    expect(await get(orders, ...PARTNER)).toMatchObject({ status: 200 });
    expect(await verify(project.folder)).toMatchObject({
      status: 2,
      stdout: expect.stringContaining(`host2-content at ${lab.host("host2").address} cannot be asked`) as string,
    });

    // WHEN
    await lab.powerOn("host2");
    await waitForPing(lab, ofCluster("host2", "/zato/ping"));
    await project.synth(program).apply();

    // THEN
    await expectDeclared();
    for (const host of HOSTS) {
      expect((await get(ofCluster(host), ...PARTNER)).body).toContain('"v3"');
    }
  });
});

test("more services than Zato takes at once are live at the first try", async () => {
  // GIVEN
  const names = Array.from({ length: 50 }, (_, index) => `many_${String(index)}`);
  for (const name of names) {
    const source = WHERE.replace("Where", `Many${name}`).replace("where.am-i", name);
    writeFileSync(example.file(`${name}.py`), source);
  }

  // WHEN
  const applied = await project.synth(example.program()).tryApply();

  // THEN
  expect(applied.status).toBe(0);
  expect(applied.stdout).toContain("[host1] content: deploying services: 40 files to come");
  expect(applied.stdout).not.toContain("deploying services again");
  await expectDeclared();
});
