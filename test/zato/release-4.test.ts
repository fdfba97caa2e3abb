import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { TerraformVariable } from "cdktf";
import {
  ExistingLoadBalancer,
  HighAvailabilityDeployment,
  OdbDatabase,
  RedisConnection,
  Secret,
  WorkerAllocation,
  ZatoClusterProps,
  ZatoInstallation,
  ZatoRelease,
} from "cdktf-zato";
import { newCluster, newDeployment, newHost, newStack } from "../support/stack";
import { Manifest } from "../support/manifest";
import { Template } from "../support/template";

const release = ZatoRelease.V4_1;

function manifests(props: Partial<ZatoClusterProps> = {}): (component: string) => Manifest {
  const stack = newStack();
  newCluster(stack, { release, ...props });
  const template = Template.synth(stack);
  return (component) => template.manifest(`a/${component}`);
}

const secret = (id: string): Secret => Secret.fromVariable(new TerraformVariable(newStack(), id, {}));

const DATABASE = { host: "db.internal", database: "billing", username: "billing", password: secret("db") };

const EXISTING_REDIS = RedisConnection.of({ host: "redis.internal", port: 6380, password: secret("redis") });

test("units, environment and configuration of 4.1", () => {
  const of = manifests();
  expect({
    "server unit": of("server1").files.unit,
    "server environment": of("server1").files.environment,
    "web-admin unit": of("web-admin").files.unit,
    "web-admin environment": of("web-admin").files.environment,
    "scheduler unit": of("scheduler").files.unit,
    "scheduler environment": of("scheduler").files.environment,
    "Redis unit": of("redis").files.unit,
    "Redis configuration": of("redis").files.config,
    "load-balancer configuration": of("load-balancer").files.config,
    commands: ["odb", "registration", "server1", "web-admin"].map((name) => of(name).files.create),
  }).toMatchSnapshot();
});

test("the dashboard's log-in page is asked for at each start, past any proxy, since the first request takes seconds", async () => {
  const unit = manifests()("web-admin").files.unit!;
  const command = /^ExecStartPost=-(.*)$/m.exec(unit)![1]!;
  const asked: string[] = [];
  const server = createServer(({ url }, response) => {
    asked.push(url!);
    response.end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const env = { ...process.env, http_proxy: "http://127.0.0.1:9" };
  try {
    await promisify(execFile)("bash", ["-c", command.replace("127.0.0.1:8183", `127.0.0.1:${port}`)], { env });
  } finally {
    server.close();
  }
  expect(asked).toEqual(["/accounts/login/"]);
});

test("servers ask for another port than a scheduler of 3.x has, which may still run while its cluster becomes one of 4.1", () => {
  const port = (component: string, of: (component: string) => Manifest): string | undefined =>
    /_(?:HTTP_Port|scheduler_port)="(\d+)"/.exec(of(component).files.environment!)?.[1];
  expect(port("server1", manifests())).toBe("35100");
  expect(port("scheduler", manifests())).toBe("35100");
  expect(port("server1", manifests({ release: ZatoRelease.V3_3 }))).toBe("31530");
});

describe("servers", () => {
  test("are as many as the CPUs, one process each, the first on port 17010", () => {
    const cluster = newCluster(newStack(), { release });
    expect(cluster.servers.map(({ serverName, address, workers }) => [serverName, address, workers])).toEqual([
      ["server1", "127.0.0.1:17010", 1],
      ["server2", "127.0.0.1:17011", 1],
      ["server3", "127.0.0.1:17012", 1],
      ["server4", "127.0.0.1:17013", 1],
    ]);
    expect(cluster.servers[0]!.ipcPort).toBeUndefined();
  });

  test("leave CPUs that are reserved to other software", () => {
    const cluster = newCluster(newStack(), { release, workers: WorkerAllocation.matchCpus({ reservedCpus: 1 }) });
    expect(cluster.servers).toHaveLength(3);
  });

  test("are refused in any other number", () => {
    const stack = newStack();
    newCluster(stack, { release, servers: 2 });
    expect(() => Template.synth(stack)).toThrow(
      /the cluster has 2 servers for 4 CPUs, and a server of zato 4 uses one/,
    );
  });

  test("are refused with more workers", () => {
    const stack = newStack();
    const cluster = newCluster(stack, { release, servers: 3 });
    cluster.addServer("server4", { workers: 2 });
    expect(() => Template.synth(stack)).toThrow(/server4 is to have 2 workers, and a server of zato 4 is one process/);
  });

  test.each([
    [
      "server1",
      { port: 17020 },
      /server1 listens on port 17020, and the dashboard of zato 4 asks server1 on port 17010/,
    ],
    ["other", { port: 17010 }, /other listens on port 17010/],
    ["server2", { ipcPort: 17050 }, /'ipcPort' of server2 is given, and a server of zato 4 is one process/],
  ])("%s is refused with %j", (id, options, message) => {
    const cluster = newCluster(newStack(), { release, servers: 0 });
    expect(() => cluster.addServer(id, options)).toThrow(message);
  });

  test("keep jobs, queues and caches in the cluster's Redis, all with its password", () => {
    const { files, parameters } = manifests()("server1");
    const places = [...files.environment!.matchAll(/^(.*)_(?:Host|host)="127\.0\.0\.1"$/gm)].map(([, name]) => name!);
    const redis = places.filter((name) => /redis/i.test(name));
    expect(redis).toHaveLength(5);
    const passwords = parameters.environment_secrets!.split("\n").filter((line) => line.endsWith(" redis_password"));
    expect(passwords.map((line) => line.replace(/_[Pp]assword redis_password$/, "")).sort()).toEqual(redis.sort());
  });

  test("keep messages, audit log and analytics in the cluster's database, so that backups have them", () => {
    const { files, parameters } = manifests()("server1");
    for (const name of ["PubSub", "Audit_Log", "Analytics"]) {
      expect(files.environment).toContain(`Zato_${name}_DB_Type="postgresql"\n`);
      expect(files.environment).toContain(`Zato_${name}_DB_Name="zato4_a"\n`);
      expect(parameters.environment_secrets).toContain(`Zato_${name}_DB_Password odb_password`);
    }
  });
});

describe("Redis", () => {
  test("is the cluster's own, on loopback, beside that of the distribution", () => {
    const { parameters, files } = manifests()("redis");
    expect(parameters).toMatchObject({
      bind: "127.0.0.1",
      port: "17009",
      unit: "zato-a-redis.service",
      secrets: "redis_password generated",
    });
    expect(files.config).toMatch(/^bind 127\.0\.0\.1$/m);
    expect(files.config).toMatch(/^appendonly yes$/m);
    expect(files.config).not.toMatch(/requirepass/);
  });

  test("starts and stops with its scheduler", () => {
    const unit = manifests()("scheduler").files.unit!;
    expect(unit).toContain("PartOf=zato-a-redis.service\n");
    expect(unit).toContain("WantedBy=multi-user.target zato-a-redis.service\n");
    expect(unit).toMatch(/^After=.* zato-a-redis\.service$/m);
  });

  test("comes before servers, which wait for it at each start", () => {
    const stack = newStack();
    newCluster(stack, { release });
    const template = Template.synth(stack);
    expect(template.comesAfter("a/server1", "a/redis")).toBe(true);
    expect(template.manifest("a/server1").files.unit).toMatch(/^ExecStartPre=\+.*server-start\.sh needed a-server1$/m);
  });

  test("listens elsewhere where it is told to", () => {
    expect(manifests({ redisPort: 16379 })("server1").parameters).toMatchObject({ redis_port: "16379" });
  });

  test("of somebody else's takes its place", () => {
    const stack = newStack();
    const password = Secret.fromVariable(new TerraformVariable(stack, "redis", {}));
    newCluster(stack, { release, redis: RedisConnection.of({ host: "redis.internal", port: 6380, password }) });
    const template = Template.synth(stack);
    expect(() => template.manifest("a/redis")).toThrow();
    const { files, parameters } = template.manifest("a/scheduler");
    expect(files.environment).toContain(
      'Zato_Scheduler_Redis_Host="redis.internal"\nZato_Scheduler_Redis_Port="6380"\n',
    );
    expect(parameters.environment_secrets).toBe("Zato_Scheduler_Redis_Password redis_password 1");
    expect(files.unit).not.toContain("PartOf=");
    // AND whether hosts reach it is found out before anything is touched
    expect(template.preflight("host1").parameters.endpoints).toContain("redis.internal:6380");
  });

  test("of somebody else's that asks for no password", () => {
    const of = manifests({ redis: RedisConnection.of({ host: "redis.internal" }) });
    expect(of("scheduler").parameters.environment_secrets).toBe("");
    expect(of("server1").parameters.environment_secrets).not.toContain("redis_password");
  });

  test("is never shared: two schedulers on one would run jobs twice", () => {
    const stack = newStack();
    newCluster(stack, { release, redis: EXISTING_REDIS });
    expect(() => newCluster(stack, { release, redis: EXISTING_REDIS, host: newHost(stack, "host2") }, "b")).toThrow(
      /a and stack\/b have the same Redis redis\.internal:6380\/0/,
    );
  });

  test.each([
    [{ redis: EXISTING_REDIS, redisPort: 16379 }, /'redisPort' is 16379, and the cluster has no Redis of its own/],
    [
      { redis: EXISTING_REDIS, redisPassword: Secret.generated() },
      /'redisPassword' is given, and the cluster has no Redis/,
    ],
    [{ release: ZatoRelease.V3_3, redisPort: 16379 }, /'redisPort' is 16379.*its release needs no Redis/s],
    [{ redisPort: 70000 }, /'redisPort'/],
  ])("is refused with %j", (props: Partial<ZatoClusterProps>, message) => {
    expect(() => newCluster(newStack(), { release, ...props })).toThrow(message);
  });
});

test.each<[string, Partial<ZatoClusterProps>, RegExp]>([
  ["MySQL", { odb: OdbDatabase.mysql(DATABASE) }, /no server of zato 4 ever starts/],
  [
    "another database of a Redis",
    { redis: RedisConnection.of({ host: "redis.internal", database: 2 }) },
    /the database of the Redis is number 2, and zato 4 keeps its jobs in number 0/,
  ],
  ["a secret for JWT", { jwtSecret: secret("jwt") }, /'jwtSecret' is given, and zato 4 has no JWT/],
  ["POSTs that are repeated", { zatoLoadBalancer: { retryPosts: true } }, /a request would run up to four times/],
])("%s is refused, with what would happen", (_, props, message) => {
  expect(() => newCluster(newStack(), { release, ...props })).toThrow(message);
});

describe("the audit log", () => {
  test.each([
    [{}, []],
    [{ auditLogDays: 7 }, ['Zato_Audit_Log_Retention_Days="7"', 'Zato_Audit_Log_Content_Retention_Days="7"']],
    [{ auditLogDays: 0 }, ['Zato_Audit_Log_Enabled="False"']],
  ])("is kept as %j says", (props, expected) => {
    const lines = manifests(props)("server1").files.environment!.split("\n");
    expect(lines.filter((line) => /^Zato_Audit_Log_(?!DB)/.test(line))).toEqual(expected);
  });

  test.each([-1, 3651, 1.5])("is refused for %d days", (auditLogDays) => {
    expect(() => newCluster(newStack(), { release, auditLogDays })).toThrow(/'auditLogDays'/);
  });

  test("is not there in 3.3", () => {
    expect(() => newCluster(newStack(), { auditLogDays: 7 })).toThrow(/the cluster's release keeps no such log/);
  });
});

describe("the cluster's load-balancer", () => {
  const config = (props: Partial<ZatoClusterProps> = {}): string => manifests(props)("load-balancer").files.config!;

  test("repeats nothing that ended without an answer: an error of a service may have been behind it", () => {
    expect(config()).not.toContain("empty-response");
    expect(config()).not.toContain("{ status 502 }");
    expect(manifests({ release: ZatoRelease.V3_3 })("load-balancer").files.config).toContain("empty-response");
  });

  test("gives a busy server time to answer", () => {
    expect(config()).toMatch(/timeout check 4s/);
  });

  test("answers by itself what servers would close the connection for", () => {
    expect(config()).toMatch(/return status 411 .* if \{ req\.hdr\(Transfer-Encoding\) -m found \}/);
    expect(config()).toMatch(/return status 413 .* if \{ req\.body_size gt 8372224 \}/);
  });

  test("lets through what servers were told to take", () => {
    expect(config({ environment: { Zato_TCP_Max_Msg_Size: "64" } })).toMatch(/req\.body_size gt 67092480/);
  });

  test("keeps Zato's own paths from clients, and not those that only begin alike", () => {
    const [line] = /acl zato_own .*/.exec(config())!;
    expect(line.split(" ").slice(6)).toEqual(["/zato/", "/ide-deploy", "/metrics", "/mcp/", "/openapi/", "/pubsub/", "/api/log/streaming/"]); // prettier-ignore
  });
});

describe("a deployment", () => {
  test("gives clusters time to answer, and refuses to give less", () => {
    expect(newDeployment(newStack(), { release }).healthCheck.timeout).toBe(4);
    expect(newDeployment(newStack()).healthCheck.timeout).toBe(2);
    expect(newDeployment(newStack(), { release, healthCheck: { timeout: 6 } }).healthCheck.timeout).toBe(6);
    expect(() => newDeployment(newStack(), { release, healthCheck: { timeout: 2 } })).toThrow(
      /'timeout' of the health check is 2, and a server of the cluster host1 that is busy answers later/,
    );
  });

  test("ends a check before the next one begins, where its balancer wants that", () => {
    const stack = newStack();
    const loadBalancer = new ExistingLoadBalancer(stack, "edge", { address: "10.0.0.100" });
    Object.assign(loadBalancer, { healthCheckDefaults: { interval: 3, timeout: 2 } });
    const { interval, timeout } = newDeployment(stack, { release, loadBalancer }).healthCheck;
    expect([interval, timeout]).toEqual([5, 4]);
  });

  test("may have clusters of both kinds, whose private paths are refused for all in front", () => {
    const stack = newStack();
    const clusters = [ZatoRelease.V3_3, release].map((one, index) =>
      newCluster(stack, { release: one, host: newHost(stack, `host${index + 1}`) }, `of${index}`),
    );
    const { pool } = new HighAvailabilityDeployment(stack, "zato", { clusters });
    expect(pool.privatePaths).toEqual(["/zato/", "/ide-deploy", "/metrics", "/mcp/", "/openapi/", "/pubsub/", "/api/log/streaming/"]); // prettier-ignore
    expect(pool.healthCheck.timeout).toBe(4);
    expect([pool.takesChunks, pool.largestBody]).toEqual([undefined, undefined]);
    const paths = clusters.map(({ privatePaths }) => privatePaths.length);
    expect(paths).toEqual([2, 7]);
  });

  test("has bodies refused in front that no cluster takes: an early answer of the one behind may not reach the client", () => {
    const stack = newStack();
    const { pool } = newDeployment(stack, { release });
    expect([pool.takesChunks, pool.largestBody]).toEqual([false, 8372224]);
    expect(newDeployment(newStack()).pool).not.toHaveProperty("takesChunks");
  });

  test("runs the scheduler of one cluster, each with a Redis of its own", () => {
    const stack = newStack();
    newDeployment(stack, { release });
    const template = Template.synth(stack);
    const active = ["host1", "host2"].map((name) => template.manifest(`zato/${name}/scheduler`).parameters.active);
    expect(active).toEqual(["true", "false"]);
  });
});

test("Zato's code finds the libraries that it opens, on the host or in its image", () => {
  const image = ZatoInstallation.image({ image: `registry.example.com/zato@sha256:${"0".repeat(64)}` });
  expect(manifests()("installation").parameters).toMatchObject({ packages: "redis-tools\nlibmagic1" });
  expect(manifests({ installation: image })("installation").parameters).toMatchObject({
    packages: "redis-tools",
    libraries: "libmagic.so.1 libmagic1",
  });
});
