import { TerraformVariable } from "cdktf";
import { RedisConnection, Secret, ZatoServerOptions } from "cdktf-zato";
import fc from "fast-check";
import { anyCharacters } from "../support/arbitraries";
import { newCluster, newHost, newStack } from "../support/stack";
import { parseEnvironmentFile } from "../support/systemd";
import { Template } from "../support/template";

const PREFIX = "Zato_Config_Server_server__conf_";

function environmentOf(template: Template, server: string): Record<string, string> {
  return parseEnvironmentFile(template.manifest(server).files.environment ?? "");
}

function clusterWith(servers: Record<string, ZatoServerOptions>, cpus = 4): Template {
  const stack = newStack();
  const cluster = newCluster(stack, { servers: 0, host: newHost(stack, "host1", { cpus }) });
  Object.entries(servers).forEach(([name, options]) => cluster.addServer(name, options));
  return Template.synth(stack);
}

test("servers listen on loopback, on ports by the numbers in their names, with ranges of their own", () => {
  // GIVEN
  const stack = newStack();

  // WHEN
  const cluster = newCluster(stack, { servers: 0 });
  cluster.addServer("server2");
  cluster.addServer("server1");

  // THEN
  expect(cluster.servers.map(({ serverName, port, ipcPort, address }) => [serverName, port, ipcPort, address])).toEqual(
    [
      ["server2", 17011, 17060, "127.0.0.1:17011"],
      ["server1", 17010, 17050, "127.0.0.1:17010"],
    ],
  );
});

test("servers without a number take ports by position", () => {
  const cluster = newCluster(newStack(), { servers: 0 });
  expect([cluster.addServer("blue"), cluster.addServer("green")].map(({ port }) => port)).toEqual([17010, 17011]);
});

test("ports can be chosen", () => {
  const cluster = newCluster(newStack(), { servers: 0 });
  const server = cluster.addServer("server1", { port: 18000, ipcPort: 19000 });
  expect([server.port, server.ipcPort]).toEqual([18000, 19000]);
});

test("its environment says all that differs between servers", () => {
  const template = clusterWith({ server1: { workers: 3 }, server2: { workers: 1 } });
  expect(environmentOf(template, "a/server2")).toMatchObject({
    [`${PREFIX}main_gunicorn_bind`]: "127.0.0.1:17011",
    [`${PREFIX}main_gunicorn_workers`]: "1",
    [`${PREFIX}main_ipc_port_start`]: "17060",
    [`${PREFIX}preferred_address_address`]: "127.0.0.1",
  });
});

test("the environment of a server overrides that of the cluster, and that what we set", () => {
  // GIVEN
  const stack = newStack();
  const cluster = newCluster(stack, {
    servers: 0,
    environment: { A: "cluster", B: "cluster", [`${PREFIX}main_x`]: "1" },
  });

  // WHEN
  cluster.addServer("server1", { environment: { B: "server" } });
  cluster.addServer("server2");
  const template = Template.synth(stack);

  // THEN
  expect(environmentOf(template, "a/server1")).toMatchObject({ A: "cluster", B: "server", [`${PREFIX}main_x`]: "1" });
  expect(environmentOf(template, "a/server2")).toMatchObject({ A: "cluster", B: "cluster" });
});

test("what users put into the environment arrives at the process unchanged, through Terraform, manifest and systemd", () => {
  fc.assert(
    fc.property(anyCharacters, (value) => {
      const template = clusterWith({ server1: { environment: { VALUE: value } } });
      expect(environmentOf(template, "a/server1").VALUE).toBe(value);
    }),
    { numRuns: 25 },
  );
});

describe("restartedAt", () => {
  const unitOf = (template: Template, server: string): string[] =>
    template
      .manifest(server)
      .files.unit?.split("\n")
      .filter((line) => line.startsWith("X-Restarted-At")) ?? [];

  test("is part of the units of a cluster's servers, each of which may have its own", () => {
    const stack = newStack();
    newCluster(stack, { restartedAt: "2026-11-22" }).addServer("server3", { restartedAt: "2026-11-23T08:00" });
    const template = Template.synth(stack);
    expect(["server1", "server3"].map((name) => unitOf(template, `a/${name}`))).toEqual([
      ["X-Restarted-At=2026-11-22"],
      ["X-Restarted-At=2026-11-23T08:00"],
    ]);
  });

  test("changes nothing where it is not given", () => {
    expect(unitOf(clusterWith({ server1: {} }), "a/server1")).toEqual([]);
  });

  test("may be known only after apply", () => {
    const stack = newStack();
    const restartedAt = new TerraformVariable(stack, "restarted_at", {}).stringValue;
    newCluster(stack, { restartedAt });
    expect(Template.synth(stack).state("a/server1").triggers?.file_unit).toContain(
      "X-Restarted-At=${var.restarted_at}\n",
    );
  });

  test.each(["", "a b", "a\nUser=root", "a\\"])("fails for %j", (restartedAt) => {
    const message = `'restartedAt' is '${restartedAt}'; give any text of letters, digits and '_ . : + -', such as a date`;
    expect(() => newCluster(newStack(), { restartedAt })).toThrow(message);
    expect(() => clusterWith({ server1: { restartedAt } })).toThrow(message);
  });
});

test("an environment may hold what is only known after apply", () => {
  const stack = newStack();
  const address = new TerraformVariable(stack, "address", {}).stringValue;
  newCluster(stack, { environment: { API: `http://${address}/$x` } });
  expect(Template.synth(stack).state("a/server1").triggers?.file_environment).toContain(
    'API="http://${replace(var.address, "/[\\\\x22\\\\x24\\\\x5c\\\\x60]/", "\\\\$0")}/\\$x"\n',
  );
});

test("a Redis is told to the servers", () => {
  const stack = newStack();
  newCluster(stack, { redis: RedisConnection.of({ host: "redis.internal", port: 6380, database: 2 }) });
  expect(environmentOf(Template.synth(stack), "a/server1")).toMatchObject({
    [`${PREFIX}kvdb_host`]: "redis.internal",
    [`${PREFIX}kvdb_port`]: "6380",
    [`${PREFIX}kvdb_db`]: "2",
  });
  expect(RedisConnection.of({ host: "::1" }).identity).toBe("[::1]:6379/0");
});

test("the password of a Redis is brought by the cluster's registration, and another version of it changes the servers", () => {
  // GIVEN
  const synth = (version: string): Template => {
    const stack = newStack();
    const password = Secret.fromVariable(new TerraformVariable(stack, "redis", {}), { version });
    newCluster(stack, { redis: RedisConnection.of({ host: "redis.internal", password }) });
    return Template.synth(stack);
  };
  const template = synth("1");

  // THEN
  expect(template.manifest("a/registration").parameters.secrets).toContain("redis_password given");
  expect(template.manifest("a/server1").parameters.environment_secrets).toBe(`${PREFIX}kvdb_password redis_password`);
  expect(template.text.match(/var\.redis/g)).toHaveLength(1);
  const changed = synth("2");
  for (const component of ["a/registration", "a/server1", "a/server2"]) {
    expect(changed.state(component).triggers).not.toEqual(template.state(component).triggers);
  }
});

test("fails for a password of a Redis that its Zato host would generate", () => {
  const redis = RedisConnection.of({ host: "r", password: Secret.generated() });
  expect(() => newCluster(newStack(), { redis })).toThrow(
    "stack/a: the password of the Redis r:6379/0 cannot be generated on the Zato host; " +
      "the Redis has it already: give it by Secret.fromVariable()",
  );
});

test.each([
  [{ host: "a b" }, /'a b' is no address of a Redis/],
  [{ host: "a", port: 0 }, /the port of the Redis is 0/],
  [{ host: "a", database: -1 }, /the database of the Redis is -1/],
])("fails for the Redis %j", (props, message) => {
  expect(() => newCluster(newStack(), { redis: RedisConnection.of(props) })).toThrow(message);
});

test("its command file has one field a line, no blank line and no secret", () => {
  const { files, parameters } = clusterWith({ server1: {} }).manifest("a/server1");
  expect(files.create?.split("\n")).toEqual([
    "command=create_server",
    "odb_type=postgresql",
    "odb_host=127.0.0.1",
    "odb_port=5432",
    "odb_user=zato_a",
    "odb_db_name=zato_a",
    "path=/opt/zato/env/a/server1",
    "cluster_name=a",
    "server_name=server1",
    "http_port=17010",
    "threads=4",
    "scheduler_address_for_server=http://127.0.0.1:31530",
    "scheduler_api_client_for_server_username=server_api_client1",
  ]);
  expect(parameters.command_secrets?.split("\n")).toEqual([
    "odb_password odb_password",
    "secret_key secret_key",
    "jwt_secret jwt_secret",
    "scheduler_api_client_for_server_password scheduler_api_password",
  ]);
});

test("the channel that lets anybody run any code is closed", () => {
  expect(clusterWith({ server1: {} }).manifest("a/server1").parameters.closed_channels).toBe(
    "/zato/api/invoke/{service_name}",
  );
});

describe("fails for", () => {
  test.each(["", "1", "a b", "server.1", "a".repeat(33)])("a server named '%s'", (name) => {
    expect(() => clusterWith({ [name]: {} })).toThrow(`stack/a: '${name}' cannot be used as name of a server`);
  });

  test.each(["scheduler", "load-balancer", "odb", "server1", "hot-deploy", "modules", "user-conf", "static"])(
    "a server named '%s', as another part of the cluster is",
    (name) => {
      const cluster = newCluster(newStack(), { servers: 1 });
      expect(() => cluster.addServer(name)).toThrow(
        `stack/a: '${name}' is the name of another part of the cluster; name the server differently`,
      );
    },
  );

  test.each([0, 1.5, NaN, 65536])("the 'ipcPort' %s", (ipcPort) => {
    expect(() => clusterWith({ server1: { ipcPort } })).toThrow(
      `stack/a/server1: 'ipcPort' of server1 is ${ipcPort}; give a whole number from 1 to 65535`,
    );
  });

  test("the port of the host's SSH server, for itself or one of its workers", () => {
    expect(() => clusterWith({ server1: { port: 22, ipcPort: 18000 } })).toThrow(
      /port 22 of server1 is already used by SSH of stack\/host1/,
    );
    expect(() => clusterWith({ server1: { ipcPort: 20 } })).toThrow(/hold that of SSH, 22/);
  });

  test("two servers on one port", () => {
    expect(() => clusterWith({ server1: {}, server2: { port: 17010 } })).toThrow(
      "stack/a/server2: port 17010 of server2 is already used by server1 of stack/a/server1 on the same host; give one of the two another port",
    );
  });

  test("two names with the same number", () => {
    expect(() => clusterWith({ blue1: {}, green1: {} })).toThrow(/port 17010 of green1 is already used by blue1/);
  });

  test("the port of another component", () => {
    expect(() => clusterWith({ server1: { port: 11223 } })).toThrow(
      /port 11223 of server1 is already used by the Zato load-balancer of stack\/a\/load-balancer/,
    );
  });

  test.each([0, 65536, 1.5])("the port %s", (port) => {
    expect(() => clusterWith({ server1: { port } })).toThrow(
      `the port of server1 is ${port}; give a whole number from 1 to 65535`,
    );
  });

  test("a variable that cannot be in an environment, of a server or of all", () => {
    expect(() => clusterWith({ server1: { environment: { "A B": "x" } } })).toThrow(
      /stack\/a\/server1: 'A B' cannot name/,
    );
    expect(() => newCluster(newStack(), { environment: { A: "\0" } })).toThrow(
      /stack\/a: the environment variable 'A' holds a NUL/,
    );
  });
});

describe("the ports on which workers talk to each other", () => {
  test("ten workers a server fit", () => {
    expect(() => clusterWith({ server1: {}, server2: {} }, 20)).not.toThrow();
  });

  test("fails where those of two servers overlap", () => {
    expect(() => clusterWith({ server1: {}, server2: {} }, 22)).toThrow(
      "[stack/a/server2] the ports 17060 to 17070, on which the 11 workers of server2 talk to each other, " +
        "overlap those of server1, 17050 to 17060; give the server another 'ipcPort', or declare more servers with fewer workers each",
    );
  });

  test("more workers fit with a port of the user's own", () => {
    expect(() => clusterWith({ server1: {}, server2: { ipcPort: 17100 } }, 22)).not.toThrow();
  });

  test("fails where something else on the host listens there", () => {
    expect(() => clusterWith({ server1: { ipcPort: 8180 } })).toThrow(
      "[stack/a/server1] the ports 8180 to 8183, on which the 4 workers of server1 talk to each other, " +
        "hold that of web-admin, 8183; give the server another 'ipcPort'",
    );
    expect(() => clusterWith({ server1: {}, blue: { port: 17051, ipcPort: 30000 } })).toThrow(
      /hold that of blue, 17051/,
    );
  });

  test.each([
    [{ port: 80 }, "-152250 to -152247"],
    [{ port: 30000 }, "146950 to 146953"],
    [{ ipcPort: 65533 }, "65533 to 65536"],
  ])("fails where they are no ports, with %j", (options, range) => {
    expect(() => clusterWith({ server1: options })).toThrow(
      `[stack/a/server1] the ports ${range}, on which the 4 workers of server1 talk to each other, are not all ports; ` +
        "give the server an 'ipcPort' from 1024 to 65000",
    );
  });
});
