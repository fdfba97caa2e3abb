import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../support/bash";
import { testWith } from "../support/tools";

const RULES = join(__dirname, "../../docs/monitoring/alerts.yaml");

const folder = temporaryFolder();
const withPromtool = testWith(["promtool", "--version"]);

/** Values of series by name and labels, as promtool writes them: `1x10` is eleven times 1. */
type Series = Readonly<Record<string, string>>;

/** Alerts that fire, by how many there are of each. */
type Alerts = Readonly<Record<string, number>>;

const HOSTS = ["host1", "host2"] as const;
const EXPORTERS = ["load-balancer", "zato-load-balancer", "node"] as const;

/** For as long as any of the tests looks at it: half an hour in steps of five seconds, or six in steps of a minute. */
const always = (value: number | string): string => `${value}x360`;

const labels = (all: Readonly<Record<string, string>>): string =>
  Object.entries(all)
    .map(([name, value]) => `${name}="${value}"`)
    .join(",");

const ofHaproxy = (exporter: string, host: string): Record<string, string> => ({
  exporter,
  host,
  deployment: "zato",
  cluster: host,
});

const up = (exporter: (typeof EXPORTERS)[number], host: string): string =>
  `up{${labels(exporter === "node" ? { exporter, host } : ofHaproxy(exporter, host))}}`;

/** How the balancer on one host has the cluster of one. */
const member = (state: string, by: string, cluster: string): string =>
  `haproxy_server_status{${labels({ ...ofHaproxy("load-balancer", by), proxy: "clusters", server: cluster, state })}}`;

const pool = (by: string): string =>
  `haproxy_backend_status{${labels({ ...ofHaproxy("load-balancer", by), proxy: "clusters", state: "UP" })}}`;

/** What the text file on a host says. */
const told = (metric: string, host: string, more: Readonly<Record<string, string>> = {}): string =>
  `cdktf_zato_${metric}{${labels({ exporter: "node", host, deployment: "zato", cluster: host, ...more })}}`;

const scheduler = (metric: "active" | "declared", host: string): string =>
  told(`scheduler_${metric}`, host, { component: `${host}-scheduler` });
const address = (host: string): string =>
  told("virtual_address_held", host, { component: "edge", address: "10.0.0.100" });
const server = (metric: string, host = "host1"): string => told(metric, host, { component: `${host}-server1` });
const backup = (metric: string, host = "host1"): string =>
  told(`backup_${metric}`, host, { component: `${host}-backup` });
const odb = told("answers", "host1", { component: "host1-odb", kind: "odb" });
const unit = told("unit_active", "host1", { component: "edge", unit: "zato-edge.service" });
const certificate = (host: string): string =>
  told("certificate_expiry_timestamp_seconds", host, { component: "edge", path: "/etc/zato-edge/certificate.pem" });

/** Two hosts on which all is well; the first one has the scheduler and the virtual address. */
const WELL: Series = Object.assign(
  { [odb]: always(1), [unit]: always(1) },
  ...HOSTS.map((host, position) => ({
    ...Object.fromEntries(EXPORTERS.map((exporter) => [up(exporter, host), always(1)])),
    ...Object.fromEntries(HOSTS.map((other) => [member("DOWN", host, other), always(0)])),
    [pool(host)]: always(1),
    [scheduler("declared", host)]: always(1 - position),
    [scheduler("active", host)]: always(1 - position),
    [address(host)]: always(1 - position),
    [server("workers", host)]: always(4),
    [server("workers_declared", host)]: always(4),
    [server("services_loaded", host)]: always(7),
    [server("services_declared", host)]: always(7),
    [server("deploy_failed", host)]: always(0),
    [server("drift_findings", host)]: always(0),
    [told("deploy_running", host)]: always(0),
    [backup("failed", host)]: always(0),
    [backup("timestamp_seconds", host)]: always(0),
    [certificate(host)]: always(3_000_000),
    [told("gathering_timestamp_seconds", host)]: "0+5x360",
  })),
) as Series;

/** Fails where other alerts fire than those that are expected, at some times after the begin: `1m30s`. */
function expectAlerts(changes: Series, times: Readonly<Record<string, Alerts>>): void {
  const interval = Object.keys(times).some((at) => at.endsWith("h")) ? "1m" : "5s";
  const test = {
    interval,
    input_series: Object.entries({ ...WELL, ...changes }).map(([series, values]) => ({
      series,
      values: interval === "1m" ? values.replace("0+5x", "0+60x") : values,
    })),
    promql_expr_test: Object.entries(times).map(([at, alerts]) => ({
      expr: 'count by (alertname) (ALERTS{alertstate="firing"})',
      eval_time: at,
      exp_samples: Object.entries(alerts).map(([name, value]) => ({ labels: `{alertname="${name}"}`, value })),
    })),
  };
  const file = join(folder(), "test.yaml");
  // What is JSON is YAML.
  writeFileSync(file, JSON.stringify({ rule_files: [RULES], evaluation_interval: interval, tests: [test] }));
  const { status, stdout, stderr } = spawnSync("promtool", ["test", "rules", file], { encoding: "utf8" });
  expect({ status, said: stdout + stderr }).toEqual({ status: 0, said: expect.stringContaining("SUCCESS") as string });
}

withPromtool("the rules can be read", () => {
  const { status, stdout } = spawnSync("promtool", ["check", "rules", RULES], { encoding: "utf8" });
  expect([status, stdout]).toEqual([0, expect.stringMatching(/SUCCESS: \d+ rules found/)]);
});

withPromtool("while all is well nothing fires", () => {
  expectAlerts({}, { "20m": {} });
});

withPromtool(
  "GIVEN a power cut after a minute, THEN one alert fires within 30 seconds, and ends with the return",
  () => {
    const cut = "1x11 0x23 1x100";
    const ofHost2 = Object.keys(WELL).filter((series) => series.includes('host="host2"'));
    const silent = Object.fromEntries(ofHost2.map((series) => [series, `${WELL[series]!.split("x")[0]}x11 stale`]));
    expectAlerts(
      {
        ...silent,
        ...Object.fromEntries(EXPORTERS.map((exporter) => [up(exporter, "host2"), cut])),
        [member("DOWN", "host1", "host2")]: "0x11 1x23 0x100",
      },
      { "55s": {}, "1m30s": { ZatoHostLost: 1 }, "2m55s": { ZatoHostLost: 1 }, "3m30s": {} },
    );
  },
);

interface Fault {
  readonly when: string;
  readonly changes: Series;
  readonly alerts: Readonly<Record<string, Alerts>>;
}

const FAULTS: readonly Fault[] = [
  {
    when: "a cluster does not answer, on a host that does",
    changes: { [member("DOWN", "host1", "host2")]: always(1), [member("DOWN", "host2", "host2")]: always(1) },
    alerts: { "10s": {}, "1m": { ZatoClusterDown: 1 } },
  },
  {
    when: "its load-balancer has ended, so that its exporter is silent too",
    changes: { [member("DOWN", "host1", "host2")]: always(1), [up("zato-load-balancer", "host2")]: always(0) },
    alerts: { "1m": { ZatoClusterDown: 1 }, "5m": { ZatoClusterDown: 1, ZatoExporterSilent: 1 } },
  },
  {
    when: "no cluster answers",
    changes: Object.assign(
      {},
      ...HOSTS.flatMap((host) => [
        { [pool(host)]: always(0) },
        ...HOSTS.map((other) => ({ [member("DOWN", host, other)]: always(1) })),
      ]),
    ) as Series,
    alerts: { "1m": { ZatoNoCluster: 1, ZatoClusterDown: 2 } },
  },
  {
    when: "a cluster is drained for hours, as declared",
    changes: Object.fromEntries(HOSTS.map((host) => [member("MAINT", host, "host2"), always(1)])),
    alerts: { "3h": {}, "5h": { ZatoClusterDrained: 1 } },
  },
  {
    when: "it is drained by hand, by one of the balancers",
    changes: { [member("DRAIN", "host1", "host2")]: always(1) },
    alerts: { "5h": { ZatoClusterDrained: 1 } },
  },
  {
    when: "an exporter is silent on a host that answers",
    changes: { [up("node", "host2")]: always(0) },
    alerts: { "1m": {}, "3m": { ZatoExporterSilent: 1 } },
  },
  {
    when: "nobody holds the virtual address",
    changes: { [address("host1")]: always(0) },
    alerts: { "2m": {}, "5m": { ZatoVirtualAddress: 1 } },
  },
  {
    when: "both hold the virtual address",
    changes: { [address("host2")]: always(1) },
    alerts: { "5m": { ZatoVirtualAddress: 1 } },
  },
  {
    when: "it moves, and is gathered a minute later on the other host",
    changes: { [address("host1")]: "1x11 0x360", [address("host2")]: "0x23 1x360" },
    alerts: { "8m": {} },
  },
  {
    when: "the scheduler has ended",
    changes: { [scheduler("active", "host1")]: always(0) },
    alerts: { "1m": {}, "3m": { ZatoSchedulerDown: 1 } },
  },
  {
    when: "two schedulers run",
    changes: { [scheduler("active", "host2")]: always(1) },
    alerts: { "1m": {}, "3m": { ZatoSchedulerTwice: 1 } },
  },
  {
    when: "workers are missing",
    changes: { [server("workers")]: always(3) },
    alerts: { "4m": {}, "6m": { ZatoWorkersMissing: 1 } },
  },
  {
    when: "services are missing",
    changes: { [server("services_loaded")]: always(6) },
    alerts: { "6m": { ZatoServicesMissing: 1 } },
  },
  { when: "a database is silent", changes: { [odb]: always(0) }, alerts: { "6m": { ZatoPartSilent: 1 } } },
  { when: "a unit does not run", changes: { [unit]: always(0) }, alerts: { "6m": { ZatoUnitDown: 1 } } },
  {
    when: "a backup has failed",
    changes: { [backup("failed")]: always(1) },
    alerts: { "2m": { ZatoBackupFailed: 1 } },
  },
  {
    when: "the newest backup becomes older than a day and a half",
    changes: { [backup("timestamp_seconds")]: always(-129_500) },
    alerts: { "1m": {}, "4m": { ZatoBackupOld: 1 } },
  },
  {
    when: "a certificate comes to end within fourteen days",
    changes: { [certificate("host2")]: always(1_209_700) },
    alerts: { "1m": {}, "4m": { ZatoCertificateEnds: 1 } },
  },
  {
    when: "a deploy has failed",
    changes: { [server("deploy_failed")]: always(1) },
    alerts: { "14m": {}, "16m": { ZatoDeployFailed: 1 } },
  },
  {
    when: "a deploy is at work",
    changes: { [server("deploy_failed")]: always(1), [told("deploy_running", "host1")]: always(1) },
    alerts: { "16m": {} },
  },
  {
    when: "somebody has changed something by hand",
    changes: { [server("drift_findings")]: always(2) },
    alerts: { "14m": {}, "16m": { ZatoDrift: 1 } },
  },
  {
    when: "nothing is gathered any more",
    changes: { [told("gathering_timestamp_seconds", "host1")]: always(0) },
    alerts: { "5m": {}, "7m": { ZatoMetricsOld: 1 } },
  },
];

for (const { when, changes, alerts } of FAULTS) {
  withPromtool(`GIVEN ${when}, THEN just this fires`, () => expectAlerts(changes, alerts));
}
