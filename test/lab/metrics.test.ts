import { readFileSync } from "node:fs";
import path from "node:path";
import { TlsCertificate } from "cdktf-zato";
import type { Lab } from "../../lab/lab";
import { waitUntil } from "../../lab/process";
import { Authority } from "./support/certificates";
import { twoHosts } from "./support/programs";
import { Project, type Program } from "./support/project";
import { Prometheus, RULES } from "./support/prometheus";
import { freshHosts } from "./support/shared-lab";
import { backupsOf } from "./support/backups";
import { httpStatus } from "./support/zato";

const HOSTS = ["host1", "host2"] as const;
const CERTIFICATE = "/etc/ssl/private/edge.pem";
const NAME = "zato.example";

/** How long what lasts a minute and more in the rules has to last here, where hours cannot be waited for. */
const ALERTS_FOR = process.env.LAB_ALERTS_FOR ?? "5s";

let lab: Lab;
let project: Project;
let prometheus: Prometheus;
let authority: Authority;

/** The machine that runs the tests, on which Prometheus is. */
const gateway = (): string => lab.host("client").address.replace(/\d+$/, "1");

const program: Program = (stack) => {
  twoHosts(stack, lab, {
    deployment: {
      servers: 1,
      backup: {},
      healthCheck: { interval: 1, timeout: 1 },
      metrics: { from: [gateway()] },
    },
    edge: { certificate: TlsCertificate.fromHostFile(CERTIFICATE) },
  });
};

const onBoth = (command: string): Promise<string[]> => Promise.all(HOSTS.map((host) => lab.execOrThrow(host, command)));

/** What the timer does each minute. A run that it has begun before would not know of what has changed, so that has to end first. */
const gather = (): Promise<string[]> => onBoth("for run in 1 2; do systemctl start zato-zato-metrics.service; done");

const showsCertificate = async (host: string, days: number): Promise<void> => {
  const input = await authority.sign(NAME, days);
  await lab.execOrThrow(host, `umask 077; cat >${CERTIFICATE}`, { input });
};

async function untilFiring(alerts: readonly string[], seconds = 60): Promise<void> {
  await waitUntil(alerts.join(", ") || "that no alert fires", seconds * 1000, async () => {
    const firing = await prometheus.firing();
    return JSON.stringify(firing) === JSON.stringify([...alerts].sort()) ? undefined : firing.join(", ") || "none";
  });
}

beforeAll(async () => {
  lab = await freshHosts(HOSTS, { equipped: true });
  authority = await Authority.create(lab, "metrics");
  await Promise.all(
    HOSTS.map(async (host) => {
      await showsCertificate(host, 300);
      await lab.execOrThrow(host, "apt-get install -q -y --no-install-recommends prometheus-node-exporter");
    }),
  );
  project = new Project(lab).synth(program);
  await project.apply();
  prometheus = await Prometheus.start(await project.output("zato_metrics_targets"));
});

afterAll(() => {
  prometheus?.stop();
  project?.remove();
});

test("GIVEN all is well, THEN Prometheus reaches all that the output names, nobody else does, and nothing fires", async () => {
  // WHEN
  await gather();
  await waitUntil("that all exporters answer", 30_000, async () => {
    const up = await prometheus.query("up == 1");
    return up.length === 6 ? undefined : `${up.length} do`;
  });

  // THEN
  for (const port of [8404, 8405]) {
    const fromElsewhere = await httpStatus(lab, `http://${lab.host("host1").address}:${port}/metrics`);
    const fromHost = await httpStatus(lab, `http://127.0.0.1:${port}/metrics`, "host1");
    expect([port, fromElsewhere, fromHost]).toEqual([port, 0, 200]);
  }
  expect(await prometheus.firing()).toEqual([]);
  // The first time all files were looked at, too.
  await gather();
  const file = "/var/lib/prometheus/node-exporter/cdktf-zato-zato.prom";
  const costs = await onBoth(`sed -n 's/^cdktf_zato_gathering_cpu_seconds.* //p' ${file}`);
  console.log(`gathering takes ${costs.map((cost) => cost.trim()).join(" and ")} seconds of a processor a minute`);
  expect(Math.max(...costs.map(Number))).toBeLessThan(0.6);
});

test("each query of the dashboard finds something", async () => {
  const file = path.join(__dirname, "../../docs/monitoring/dashboard.json");
  const { panels } = JSON.parse(readFileSync(file, "utf8")) as { panels: { targets: { expr: string }[] }[] };
  const queries = panels
    .flatMap(({ targets }) => targets)
    .map(({ expr }) => expr.replaceAll("$deployment", "zato").replaceAll("$__rate_interval", "1m"))
    // Nothing fires, and no service is declared.
    .filter((expr) => !/ALERTS|services_/.test(expr));
  expect(queries.length).toBeGreaterThan(20);
  await waitUntil("an answer to each query", 30_000, async () => {
    const found = await Promise.all(queries.map((query) => prometheus.query(query)));
    return queries.filter((_, index) => found[index]!.length === 0).join("\n") || undefined;
  });
});

test("GIVEN a dead scheduler, an old backup, a certificate that ends soon and a drained cluster, THEN each fires one alert", async () => {
  // GIVEN
  const set = (state: string): Promise<string[]> =>
    onBoth(`echo 'set server clusters/host2 state ${state}' | socat - /run/zato-edge/admin.sock`);
  const touch = (time: string): Promise<string> =>
    lab.execOrThrow("host2", `touch -d '${time}' ${backupsOf("host2")}/*`);
  await prometheus.useRules(readFileSync(RULES, "utf8").replace(/\bfor: \d+[mh]$/gm, `for: ${ALERTS_FOR}`));
  await lab.execOrThrow("host1", "systemctl stop zato-host1-scheduler.service");
  await touch("2 days ago");
  await showsCertificate("host1", 7);
  await set("drain");
  await gather();

  // THEN
  await untilFiring([
    "ZatoSchedulerDown host1",
    "ZatoBackupOld host2",
    "ZatoCertificateEnds host1",
    "ZatoClusterDrained host2",
  ]);

  // WHEN all of it is mended
  await lab.execOrThrow("host1", "systemctl start zato-host1-scheduler.service");
  await touch("now");
  await showsCertificate("host1", 300);
  await set("ready");
  await gather();
  await untilFiring([]);
});

test("GIVEN a power cut, THEN one alert is sent within 30 seconds, and another word when the host is back", async () => {
  // GIVEN the rules as they are, and the host that has the scheduler
  await prometheus.useRules(readFileSync(RULES, "utf8"));
  await waitUntil("that all was told", 30_000, () => {
    const open = prometheus.notices.filter(({ status }) => status === "firing").length;
    const ended = prometheus.notices.filter(({ status }) => status === "resolved").length;
    return Promise.resolve(open === ended ? undefined : `${open} alerts, ${ended} of which ended`);
  });
  const before = prometheus.notices.length;
  const told = (): string[] =>
    prometheus.notices.slice(before).map(({ alert, host, status }) => `${alert} ${host} ${status}`);

  // WHEN
  const cut = Date.now();
  await lab.powerCut("host1");
  await waitUntil("the alert", 40_000, () => Promise.resolve(told().length > 0 ? undefined : "nothing is told"));

  // THEN
  const seconds = (prometheus.notices[before]!.time - cut) / 1000;
  console.log(`the alert came ${seconds} s after the cut`);
  expect(seconds).toBeLessThan(30);
  await lab.powerOn("host1");
  await waitUntil("its end", 60_000, () => Promise.resolve(told().length > 1 ? undefined : "it has not ended"));
  expect(told()).toEqual(["ZatoHostLost host1 firing", "ZatoHostLost host1 resolved"]);
});
