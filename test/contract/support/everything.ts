import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TerraformStack, TerraformVariable } from "cdktf";
import {
  AlarmDelivery,
  BackupDelivery,
  BackupSchedule,
  ExistingLoadBalancer,
  ExistingZatoCluster,
  HaproxyLoadBalancer,
  HighAvailabilityDeployment,
  Hook,
  OdbDatabase,
  RedisConnection,
  Secret,
  SqlEngine,
  TlsCertificate,
  ZatoAccess,
  ZatoCluster,
  ZatoInstallation,
  ZatoRelease,
} from "cdktf-zato";
import { newHost, newStack } from "../../support/stack";
import { synthTo } from "../../support/synth";

/** What the contracts look at of a stack. */
export interface StackJson {
  readonly resource: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly output: Readonly<Record<string, unknown>>;
}

/** Files of the user's, the same wherever they lie. */
const FILES = {
  "services/orders.py":
    "from zato.server.service import Service\n\n\nclass Orders(Service):\n    name = 'orders.list'\n",
  "services/beat.py":
    "from zato.server.service import Service\n\n\nclass Beat(Service):\n    name = 'heartbeat.beat'\n",
  "services/requirements.txt": "humanize==4.11.0\n",
  "plain/ping.py": "from zato.server.service import Service\n\n\nclass Ping(Service):\n    name = 'own.ping'\n",
  "config/app.ini": "[app]\nlimit=10\n",
  "static/index.html": "<p>Orders\n",
  "hook.sh": "#!/bin/sh\nexit 0\n",
  "ca.pem": "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n",
};

/**
 * The stack of a program that declares each kind of component, and most of what each can be told: what no example has, such as backups,
 * metrics, alarms, firewalls, hooks, TLS everywhere and content, is on record by it.
 */
export function synthesizeEverything(folder: string): StackJson {
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(join(folder, "files", name, ".."), { recursive: true });
    writeFileSync(join(folder, "files", name), text);
  }
  const stack = newStack({}, "everything");
  deployment(stack, (name) => join(folder, "files", name));
  mixedDeployment(stack, (name) => join(folder, "files", name));
  return JSON.parse(readFileSync(join(synthTo(join(folder, "out"), stack), "cdk.tf.json"), "utf8")) as StackJson;
}

type FileOf = (name: keyof typeof FILES | "services" | "plain" | "static") => string;

const variable = (stack: TerraformStack, id: string): Secret =>
  Secret.fromVariable(new TerraformVariable(stack, id, { type: "string" }));

/** Two hosts with all of it. */
function deployment(stack: TerraformStack, file: FileOf): void {
  const firewall = { sshFrom: ["10.9.0.0/16"], ingress: [{ port: 9100, from: ["10.9.0.5"] }] };
  const hosts = ["host1", "host2"].map((name) => newHost(stack, name, { firewall }));
  const certificate = TlsCertificate.fromSecret(variable(stack, "certificate"));
  const zato = new HighAvailabilityDeployment(stack, "zato", {
    hosts,
    installation: ZatoInstallation.archive({ url: "https://example.com/zato-3.3.tar.gz", sha256: "0".repeat(64) }),
    loadBalancer: new HaproxyLoadBalancer(stack, "edge", {
      hosts,
      virtualAddress: "10.0.0.100",
      certificate,
      allowedNetworks: ["10.0.0.0/8"],
    }),
    zatoLoadBalancer: { tls: { certificate, ca: FILES["ca.pem"], serverName: "zato.internal" } },
    webAdmin: { bindAddress: "0.0.0.0", certificate, allowedNetworks: ["10.9.0.0/16"] },
    environment: { REGION: "eu" },
    backup: { schedule: BackupSchedule.hourly(), retain: 3, delivery: BackupDelivery.script(file("hook.sh")) },
    metrics: { from: ["10.9.0.5"], textfileDirectory: "/var/lib/prometheus/node-exporter" },
    alarms: { to: AlarmDelivery.webhook(variable(stack, "webhook"), { token: variable(stack, "token") }) },
    accessLog: true,
    exclusiveContent: true,
    beforeRollout: Hook.onDeployer(file("hook.sh")),
    afterCluster: Hook.onHost(hosts[0]!, file("hook.sh"), { timeout: 60 }),
    afterRollout: Hook.onDeployer(file("hook.sh")),
  });
  zato.content.addServices(file("services"));
  zato.content.addUserConfig(file("config/app.ini"));
  zato.content.addStaticFiles(file("static"));
  zato.content.addSqlConnection("Billing", {
    engine: SqlEngine.POSTGRESQL,
    host: "db.example.com",
    database: "billing",
    username: "zato",
    password: variable(stack, "billing"),
  });
  const partner = zato.content.addBasicAuth("Partner", {
    username: "partner",
    password: variable(stack, "partner"),
  });
  zato.content.addRestChannel("Orders", { urlPath: "/orders", service: "orders.list", security: partner });
  zato.content.addSchedulerJob("Heartbeat", { service: "heartbeat.beat", interval: 60 });
}

/** Clusters that were composed, of Zato 4.1, on others' databases, and one that was there before, behind a balancer of others. */
function mixedDeployment(stack: TerraformStack, file: FileOf): void {
  const database = { host: "db.example.com", username: "zato", password: variable(stack, "odb") };
  const composed = new ZatoCluster(stack, "composed", {
    host: newHost(stack, "host3", { firewall: {} }),
    release: ZatoRelease.V4_1,
    installation: ZatoInstallation.preinstalled(),
    odb: OdbDatabase.postgresql({ ...database, database: "zato" }),
    redis: RedisConnection.of({ host: "redis.example.com" }),
    backup: {},
  });
  const own = new ZatoCluster(stack, "own", {
    host: newHost(stack, "host4"),
    release: ZatoRelease.V4_1,
    installation: ZatoInstallation.preinstalled(),
  });
  const old = new ExistingZatoCluster(stack, "old", {
    address: "10.0.0.15",
    release: ZatoRelease.V4_1,
    access: ZatoAccess.onHost({ host: newHost(stack, "host5"), servers: ["/opt/zato/env/old/server1"] }),
  });
  const mixed = new HighAvailabilityDeployment(stack, "mixed", {
    clusters: [composed, own, old],
    loadBalancer: new ExistingLoadBalancer(stack, "appliance", { address: "10.0.0.200" }),
    alarms: { to: AlarmDelivery.script(file("hook.sh")) },
  });
  mixed.content.addServices(file("plain"));
  mixed.content.addRestChannel("Ping", { urlPath: "/own/ping", service: "own.ping" });
}
