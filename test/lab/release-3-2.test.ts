import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { TerraformVariable } from "cdktf";
import {
  DataRemoval,
  HighAvailabilityDeployment,
  RedisConnection,
  Secret,
  ZatoCluster,
  ZatoInstallation,
  ZatoRelease,
} from "cdktf-zato";
import { buildStandIn, sha256Of, type PublishedFile } from "../../lab/archive";
import type { Lab } from "../../lab/lab";
import { silent } from "../../lab/log";
import { differences, listHost } from "./support/host-listing";
import { labHost } from "./support/programs";
import { Project, type Program } from "./support/project";
import { freshHosts } from "./support/shared-lab";
import { httpStatus, invoke, logIn, secretOf, unitProperty, unitsOf, workersOf } from "./support/zato";

const MARK = "Rd-7319";
const PASSWORD = `${MARK} 's "secret" \\ $HOME \` #%`;

/** A Redis of somebody else's; its password comes on standard input. */
const SET_UP_REDIS = `
set -euo pipefail
password=$(sed 's/[\\\\"]/\\\\&/g')
# In a container there are no users of one's own.
install -d /etc/systemd/system/redis-server.service.d
printf '[Service]\\nPrivateUsers=false\\n' >/etc/systemd/system/redis-server.service.d/lab.conf
DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends redis-server >/dev/null
sed -i '/^bind /d; /^requirepass /d' /etc/redis/redis.conf
printf 'bind 0.0.0.0\\nrequirepass "%s"\\n' "$password" >>/etc/redis/redis.conf
systemctl restart redis-server
`;

const SERVICE = `
from zato.server.service import Service

class Remember(Service):
    name = 'lab.remember'

    def handle(self):
        self.kvdb.conn.set('remembered', 'version 1')
        self.response.payload = {'answer': self.kvdb.conn.get('remembered')}
`;

const UNITS = ["load-balancer", "scheduler", "server1", "server2", "web-admin"].map(
  (name) => `zato-host1-${name}.service`,
);

let lab: Lab;
let archive: PublishedFile;
let project: Project;
let before: string[];
let services: string;
const env = { TF_VAR_redis_password: PASSWORD };

const program =
  (version: string): Program =>
  (stack) => {
    const password = Secret.fromVariable(new TerraformVariable(stack, "redis_password", {}), { version });
    const cluster = new ZatoCluster(stack, "a", {
      clusterName: "host1",
      host: labHost(stack, lab, "host1"),
      release: ZatoRelease.V3_2,
      installation: ZatoInstallation.archive(archive),
      redis: RedisConnection.of({ host: lab.host("db").address, database: 3, password }),
      dataRemoval: DataRemoval.DROP,
    });
    new HighAvailabilityDeployment(stack, "zato", { clusters: [cluster] }).content.addServices(services);
  };

beforeAll(async () => {
  lab = await freshHosts(["db", "host1"], { equipped: true });
  const file = (await buildStandIn(silent, "3.2"))!;
  archive = { url: await lab.publish(file), sha256: sha256Of(file) };
  await lab.execOrThrow("db", SET_UP_REDIS, { input: PASSWORD });
  before = await listHost(lab, "host1");
  project = new Project(lab, { env });
  services = path.join(project.folder, "services");
  mkdirSync(services);
  writeFileSync(path.join(services, "remember.py"), SERVICE);
  await project.synth(program("1")).apply();
});

afterAll(() => project?.remove());

test("a cluster of 3.2 answers, and all its CPUs work", async () => {
  expect(await unitsOf(lab, "host1")).toEqual(UNITS);
  for (const unit of UNITS) {
    expect([unit, await unitProperty(lab, "host1", unit, "ActiveState")]).toEqual([unit, "active"]);
    expect([unit, await unitProperty(lab, "host1", unit, "UnitFileState")]).toEqual([unit, "enabled"]);
  }
  expect(await lab.execOrThrow("host1", "cd /opt/zato && runuser -u zato -- current/bin/zato --version")).toContain(
    "3.2",
  );
  expect(await httpStatus(lab, `http://${lab.host("host1").address}:11223/zato/ping`)).toBe(200);
  const workers = await Promise.all(["server1", "server2"].map((server) => workersOf(lab, "host1", server)));
  expect(workers.reduce((sum, one) => sum + one)).toBe(lab.host("host1").cpus);
  expect(await httpStatus(lab, "http://127.0.0.1:17010/zato/api/invoke/zato.ping", "host1")).toBe(404);
});

test("its web-admin is a process of its own, on the host itself, and lets its user in", async () => {
  const pid = await unitProperty(lab, "host1", "zato-host1-web-admin.service", "MainPID");
  expect(await lab.execOrThrow("host1", `tr '\\0' ' ' </proc/${pid}/cmdline`)).toContain("-m zato.admin.main fg=True");
  expect(await httpStatus(lab, `http://${lab.host("host1").address}:8183/accounts/login/`)).toBe(0);
  expect((await logIn(lab, "host1", await secretOf(lab, "host1", "web_admin_password"))).status).toBe(302);
});

test("its services reach the Redis", async () => {
  expect(await invoke(lab, "host1", "lab.remember", {})).toEqual({ answer: "version 1" });
  expect(await redis("-n", "3", "get", "remembered")).toBe("version 1\n");
});

test("the password of the Redis is for root and the servers alone", async () => {
  const files = await lab.execOrThrow("host1", `grep -rlF ${MARK} /etc /opt/zato/env /var/log /home`);
  expect(files.trim().split("\n").sort()).toEqual([
    "/etc/cdktf-zato/secrets/host1/redis_password",
    "/etc/zato/host1/server1.env",
    "/etc/zato/host1/server2.env",
  ]);
  expect(await lab.execOrThrow("host1", "stat -c '%a %U' /etc/zato/host1/*.env")).toBe("600 root\n600 root\n");
  for (const file of [project.stateFile, path.join(project.folder, "cdk.tf.json")]) {
    expect(readFileSync(file, "utf8")).not.toContain(MARK);
  }
});

test("makes no work when nothing changes", async () => {
  expect(await project.planStatus()).toBe(0);
});

test("a changed service is live after an apply, and another password after another version", async () => {
  // GIVEN
  writeFileSync(path.join(services, "remember.py"), SERVICE.replace("version 1", "version 2"));
  env.TF_VAR_redis_password = "another";
  await redis("config", "set", "requirepass", env.TF_VAR_redis_password);

  // WHEN
  await project.synth(program("2")).apply();

  // THEN
  expect(await invoke(lab, "host1", "lab.remember", {})).toEqual({ answer: "version 2" });
});

test("leaves nothing when it is destroyed but what the PostgreSQL that was there already has written", async () => {
  expect(await project.destroy()).toMatchObject({ status: 0 });
  const left = differences(before, await listHost(lab, "host1"));
  expect(left.filter((line) => !line.includes(" /var/lib/postgresql/"))).toEqual([]);
});

async function redis(...words: string[]): Promise<string> {
  const client = 'IFS= read -r REDISCLI_AUTH; export REDISCLI_AUTH; exec redis-cli --no-auth-warning "$@"';
  return lab.execOrThrow("db", ["bash", "-c", client, "bash", ...words], { input: `${PASSWORD}\n` });
}
