import { TerraformStack, TerraformVariable } from "cdktf";
import {
  Cache,
  ClusterContent,
  ContentObject,
  EnmasseObjects,
  HighAvailabilityDeployment,
  Secret,
  SqlConnectionProps,
  SqlEngine,
} from "cdktf-zato";
import fc from "fast-check";
import { parse } from "yaml";
import { newCluster, newDeployment, newHost, newStack } from "../support/stack";
import { Template } from "../support/template";

let stack: TerraformStack;
let zato: HighAvailabilityDeployment;

beforeEach(() => {
  stack = newStack();
  zato = newDeployment(stack);
});

function secret(name: string, version?: string): Secret {
  return Secret.fromVariable(new TerraformVariable(stack, name, {}), { version });
}

function sql(props: Partial<SqlConnectionProps> = {}): SqlConnectionProps {
  return {
    engine: SqlEngine.POSTGRESQL,
    host: "db.internal",
    database: "billing",
    username: "zato",
    password: props.password ?? secret(`password${zato.content.objects.length}`),
    ...props,
  };
}

type Sections = Record<string, Record<string, unknown>[]>;

/** What the first cluster is told: its enmasse file and the values to verify, both read back. */
function contentOf(template: Template): {
  yaml: Sections;
  expected: Record<string, unknown>;
  parameters: Record<string, string>;
} {
  const { parameters, files } = template.manifest("zato/content/host1");
  const { objects } = JSON.parse(files.expected!) as { objects: Record<string, unknown> };
  return { yaml: parse(files.enmasse!) as Sections, expected: objects, parameters };
}

/** A value that enmasse reads from its environment. */
const variable = (name: string): unknown =>
  expect.stringMatching(`^Zato_Enmasse_Env\\.Cdktf_Zato_${name}_[0-9a-f]{8}$`);

test.each([
  [SqlEngine.POSTGRESQL, "postgresql+pg8000", 5432],
  [SqlEngine.MYSQL, "mysql+pymysql", 3306],
  [SqlEngine.ORACLE, "oracle", 1521],
  [SqlEngine.MSSQL, "zato+mssql1", 1433],
])("an SQL connection, engine %#", (engine, zatoName, port) => {
  // WHEN
  zato.content.addSqlConnection("Billing", sql({ engine, extra: { a: "1", b: "x=y" } }));
  const { yaml, expected, parameters } = contentOf(Template.synth(stack));

  // THEN
  const compared = {
    engine: zatoName,
    host: "db.internal",
    port,
    db_name: "billing",
    username: "zato",
    pool_size: 10,
    is_active: true,
  };
  expect(yaml).toEqual({
    outconn_sql: [{ name: "Billing", ...compared, extra: "a=1\nb=x=y", password: variable("password0") }],
  });
  expect(expected).toEqual({ "outconn_sql/Billing": compared });
  expect(parameters.sql_connections).toBe("Billing");
});

test("an SQL connection is not tried when it shall not be", () => {
  zato.content.addSqlConnection("Billing", sql({ ping: false }));
  zato.content.addSqlConnection("Audit", sql({ poolSize: 3, port: 5433 }));
  const { yaml, parameters } = contentOf(Template.synth(stack));
  expect(parameters.sql_connections).toBe("Audit");
  expect(yaml.outconn_sql?.[0]).toMatchObject({ name: "Audit", pool_size: 3, port: 5433 });
});

test("security definitions, and channels and connections that use them", () => {
  // WHEN
  const basic = zato.content.addBasicAuth("Partner", { username: "partner", password: secret("partner") });
  zato.content.addApiKey("Key", { key: secret("key") });
  zato.content.addJwt("Tokens", { username: "app", password: secret("jwt"), ttl: 60 });
  zato.content.addRestChannel("Orders", {
    urlPath: "/orders/{id}",
    service: "pub.zato.ping",
    security: basic,
    method: "GET",
  });
  zato.content.addRestChannel("Open", { urlPath: "/open", service: "pub.zato.ping", dataFormat: "xml" });
  zato.content.addOutgoingRest("Partner", {
    host: "https://api.example.com:8443",
    urlPath: "/v1/{id}",
    security: basic,
  });
  const { yaml, expected } = contentOf(Template.synth(stack));

  // THEN
  expect(yaml).toEqual({
    security: [
      { name: "Key", type: "apikey", username: "X-API-Key", is_active: true, password: variable("key") },
      {
        name: "Partner",
        type: "basic_auth",
        username: "partner",
        realm: "API",
        is_active: true,
        password: variable("partner"),
      },
      { name: "Tokens", type: "jwt", username: "app", ttl: 60, is_active: true, password: variable("jwt") },
    ],
    channel_rest: [
      {
        name: "Open",
        url_path: "/open",
        is_active: true,
        service: "pub.zato.ping",
        security: "zato-no-security",
        data_format: "xml",
      },
      {
        name: "Orders",
        url_path: "/orders/{id}",
        is_active: true,
        method: "GET",
        service: "pub.zato.ping",
        security: "Partner",
        data_format: "json",
      },
    ],
    outgoing_rest: [
      {
        name: "Partner",
        host: "https://api.example.com:8443",
        url_path: "/v1/{id}",
        is_active: true,
        timeout: 10,
        security: "Partner",
        data_format: "json",
      },
    ],
  });
  expect(expected).toMatchObject({
    "basic_auth/Partner": { username: "partner", realm: "API" },
    "apikey/Key": { is_active: true },
    "jwt/Tokens": { ttl: 60 },
    "channel_rest/Open": { security_name: "", service_name: "pub.zato.ping" },
    "channel_rest/Orders": { security_name: "Partner", method: "GET" },
    "outgoing_rest/Partner": { security_name: "Partner", host: "https://api.example.com:8443" },
  });
});

test("a job, a cache and a mail connection", () => {
  // WHEN
  zato.content.addSchedulerJob("Beat", { service: "pub.zato.ping", interval: 2, extra: "a: b\nc" });
  zato.content.addCache("Prices", { maxSize: 5 });
  zato.content.addSmtpConnection("Mail", {
    host: "mail.internal",
    pingAddress: "ops@example.com",
    username: "u",
    password: secret("m"),
  });
  zato.content.addSmtpConnection("Relay", {
    host: "mail.internal",
    pingAddress: "ops@example.com",
    mode: "plain",
    port: 25,
  });
  const { yaml, expected } = contentOf(Template.synth(stack));

  // THEN
  expect(yaml.scheduler).toEqual([
    {
      name: "Beat",
      service: "pub.zato.ping",
      job_type: "interval_based",
      start_date: "latest 2020-01-01T00:00:00 every 2 seconds",
      seconds: 2,
      is_active: true,
      extra: "a: b\nc",
    },
  ]);
  expect(yaml.zato_cache_builtin).toEqual([
    expect.objectContaining({ name: "Prices", max_size: 5, max_item_size: 10000, cache_type: "builtin" }),
  ]);
  expect(yaml.email_smtp).toEqual([
    expect.objectContaining({
      name: "Mail",
      port: 587,
      mode: "starttls",
      username: "u",
      password: variable("m"),
    }),
    expect.not.objectContaining({ password: expect.anything() as unknown }),
  ]);
  expect(expected).toMatchObject({
    "scheduler/Beat": { seconds: 2, service_name: "pub.zato.ping" },
    "zato_cache_builtin/Prices": { max_size: 5 },
    "email_smtp/Relay": { port: 25 },
  });
});

describe("secrets", () => {
  test("stand in the file by the name of a variable, and are staged apart", () => {
    // WHEN
    zato.content.addSqlConnection("Billing (EU)", sql({ password: secret("billing", "7") }));
    const template = Template.synth(stack);
    const { parameters } = contentOf(template);

    // THEN
    const [name = "", environment = ""] = parameters.secret_variables!.split(" ");
    expect(name).toMatch(/^billing_[0-9a-f]{8}$/);
    expect(environment).toBe(`Cdktf_Zato_${name}`);
    expect(parameters).toMatchObject({ secrets_versions: `${name} 7`, secrets: `${name} given` });
    const { provisioner, triggers } = template.state("zato/content/host1");
    expect(provisioner?.flatMap(({ file }) => (file?.content === "${var.billing}" ? [file.destination] : []))).toEqual([
      `.cdktf-zato/host1-content.\${self.id}.secret.${name}`,
    ]);
    expect(template.text.match(/var\.billing/g)).toHaveLength(2); // one for each cluster
    expect(triggers).toMatchObject({ [`secret_${name}`]: "7" });
  });

  test("that several objects use are sent once", () => {
    // WHEN
    const password = secret("shared");
    zato.content.addSqlConnection("Billing", sql({ password }));
    zato.content.addSqlConnection("Audit", sql({ password }));
    const template = Template.synth(stack);
    const { yaml, parameters } = contentOf(template);

    // THEN
    expect(parameters.secrets).toMatch(/^shared_[0-9a-f]{8} given$/);
    expect(yaml.outconn_sql?.map((row) => row.password)).toEqual([variable("shared"), variable("shared")]);
    expect(template.text.match(/var\.shared/g)).toHaveLength(2); // one for each cluster
  });

  test("that hosts would generate are refused: nobody else would know them", () => {
    expect(() => zato.content.addSqlConnection("Billing", sql({ password: Secret.generated() }))).toThrow(
      "stack/zato/content: the password of 'Billing' would be generated on each host, and nobody else would know it; give it by Secret.fromVariable()",
    );
  });
});

test("whatever objects and variables are called, they are read back, and each secret has a name of its own that everything accepts", () => {
  const text = fc
    .string({ unit: "grapheme", minLength: 1, maxLength: 60 })
    .filter((name) => !/[\p{Cc}]|zato/iu.test(name));
  const tricky = fc.constantFrom(
    "a b",
    "a_b",
    "A-B",
    "${x}",
    "%{x}",
    "$${",
    "yes",
    "~",
    "1e3",
    "#",
    ": ",
    "'\"",
    "- x",
    "{a}",
    "漢字",
  );
  fc.assert(
    fc.property(fc.uniqueArray(fc.oneof(text, tricky), { minLength: 1, maxLength: 8 }), (names) => {
      // GIVEN
      stack = newStack();
      zato = newDeployment(stack);
      for (const [index, name] of names.entries()) {
        zato.content.addSqlConnection(name, sql({ database: name, password: secret(`${index} Pass-Wort.${index}`) }));
      }

      // WHEN
      const { yaml, expected, parameters } = contentOf(Template.synth(stack));

      // THEN
      const rows = yaml.outconn_sql!;
      expect(rows.map((row) => row.name).sort()).toEqual([...names].sort());
      expect(rows.every((row) => row.name === row.db_name)).toBe(true);
      expect(Object.keys(expected).sort()).toEqual(names.map((name) => `outconn_sql/${name}`).sort());
      const variables = parameters.secret_variables!.split("\n").map((line) => line.split(" ") as [string, string]);
      expect(new Set(variables.map(([name]) => name)).size).toBe(names.length);
      for (const [name, environment] of variables) {
        expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
        expect(environment).toMatch(/^[A-Za-z_][A-Za-z0-9_]*$/);
        expect(rows.map((row) => row.password)).toContain(`Zato_Enmasse_Env.${environment}`);
      }
    }),
    { numRuns: 25 },
  );
});

describe("what cannot be", () => {
  const cases: [string, () => unknown, string][] = [
    ["a path without a slash", () => zato.content.addRestChannel("A", { urlPath: "orders", service: "s" }), "'orders' cannot be the URL path of the channel 'A'"],
    ["a path of Zato's own", () => zato.content.addRestChannel("A", { urlPath: "/zato/x", service: "s" }), "'/zato/x' cannot be the URL path"],
    ["a path of Zato's own in capitals", () => zato.content.addRestChannel("A", { urlPath: "//Zato/x", service: "s" }), "'//Zato/x' cannot be the URL path"],
    ["a path that only Terraform knows", () => zato.content.addRestChannel("A", { urlPath: `/v${new TerraformVariable(stack, "v", {}).stringValue}`, service: "s" }), "the URL path of the channel 'A' is not known before apply; give a concrete one"],
    ["no service", () => zato.content.addRestChannel("A", { urlPath: "/a", service: "" }), "the service of the channel 'A' is \"\""],
    ["a job without a service", () => zato.content.addSchedulerJob("A", { service: "", interval: 1 }), "the service of the job 'A' is \"\""],
    ["a method in small letters", () => zato.content.addRestChannel("A", { urlPath: "/a", service: "s", method: "get" }), "'get' is no HTTP method for the channel 'A'"],
    ["two methods", () => zato.content.addRestChannel("A", { urlPath: "/a", service: "s", method: "GET POST" }), "'GET POST' is no HTTP method for the channel 'A'"],
    ["a host with a password", () => zato.content.addOutgoingRest("A", { host: "https://me:hush@api" }), "the host of the outgoing connection 'A' holds a user or a password"],
    ["a host with a port that is none", () => zato.content.addOutgoingRest("A", { host: "https://api:99999" }), "'https://api:99999' cannot be the host"],
    ["a path that would belong to the host", () => zato.content.addOutgoingRest("A", { host: "https://api", urlPath: ".example.com/x" }), "'.example.com/x' cannot be the URL path of the outgoing connection 'A'"],
    ["a mode that Zato does not know", () => zato.content.addSmtpConnection("A", { host: "mail", pingAddress: "a@b", mode: "tls" }), "'tls' cannot be the mode of the mail connection 'A'"],
    ["two options in one", () => zato.content.addSqlConnection("A", sql({ extra: { a: "1\nb=2" } })), "the option 'a' of 'A' is \"a=1\\nb=2\""],
    ["a start on no day", () => zato.content.addSchedulerJob("A", { service: "s", interval: 1, startDate: "2030-02-30T00:00:00" }), "the job 'A' starts '2030-02-30T00:00:00'"],
    ["a start at no hour", () => zato.content.addSchedulerJob("A", { service: "s", interval: 1, startDate: "2030-01-31T24:00:00" }), "the job 'A' starts '2030-01-31T24:00:00'"],
    ["a host that is no URL", () => zato.content.addOutgoingRest("A", { host: "api.example.com" }), "'api.example.com' cannot be the host"],
    ["a host with a path", () => zato.content.addOutgoingRest("A", { host: "https://api/v1" }), "'https://api/v1' cannot be the host"],
    ["an interval of nothing", () => zato.content.addSchedulerJob("A", { service: "s", interval: 0 }), "the interval of the job 'A' in seconds"],
    ["a start that is no date", () => zato.content.addSchedulerJob("A", { service: "s", interval: 1, startDate: "2030-13-01T00:00:00" }), "the job 'A' starts '2030-13-01T00:00:00'"],
    ["a cache of nothing", () => zato.content.addCache("A", { maxSize: 0 }), "the size of the cache 'A'"],
    ["a port that is none", () => zato.content.addSqlConnection("A", sql({ port: 70000 })), "the port of 'A'"],
    ["a pool of nothing", () => zato.content.addSqlConnection("A", sql({ poolSize: 0 })), "the pool size of 'A'"],
    ["no name", () => zato.content.addCache(""), "the name of an object of 'zato_cache_builtin' is \"\""],
    ["a name on two lines", () => zato.content.addCache("a\nb"), "the name of an object of 'zato_cache_builtin' is \"a\\nb\""],
    ["a user on two lines", () => zato.content.addBasicAuth("A", { username: "a\nb", password: secret("p") }), "the user of 'A'"],
  ]; // prettier-ignore

  test.each(cases)("%s is refused", (_, declare, message) => {
    expect(declare).toThrow(`stack/zato/content: ${message}`);
  });

  test("a password in the host of a connection is not told", () => {
    expect(() => zato.content.addOutgoingRest("A", { host: "https://me:hush@api" })).not.toThrow(/hush/);
  });

  test("a path with dot segments, however they are written, and whatever declares it", () => {
    const dot = fc.constantFrom(".", "%2e", "%2E", "%252e");
    const slash = fc.constantFrom("/", "%2f", "%252F");
    fc.assert(
      fc.property(
        dot,
        fc.constantFrom("", ".", "%2e"),
        slash,
        fc.constantFrom("", "/", "/b"),
        (one, other, before, after) => {
          const urlPath = `/a${before}${one}${other}${after}`;
          const message = `the URL path '${urlPath}' of channel_rest/A has dot segments`;
          expect(() => zato.content.addRestChannel("A", { urlPath, service: "s" })).toThrow(message);
          const channel_rest = [{ name: "A", service: "s", url_path: urlPath }];
          expect(() => zato.content.addEnmasseObjects(EnmasseObjects.fromObject({ channel_rest }))).toThrow(message);
        },
      ),
    );
    ["/a.b", "/..a", "/a..", "/.well-known/x", "/a...", "/%2Ehidden"].forEach((urlPath) =>
      expect(() => zato.content.addRestChannel(urlPath, { urlPath, service: "s" })).not.toThrow(),
    );
  });

  test.each(["zato", "My Zato cache", "cacheZATO"])("the name '%s', which enmasse would not see again", (name) => {
    expect(() => zato.content.addCache(name)).toThrow(
      `the name of zato_cache_builtin '${name}' holds 'zato', and Zato would not find the object when it is imported again; give it a name without 'zato'; only security definitions may have it in theirs`,
    );
    expect(() => zato.content.addBasicAuth(name, { username: "a", password: secret("p") })).not.toThrow();
  });

  test("two objects of one kind and name", () => {
    zato.content.addCache("A");
    zato.content.addSchedulerJob("A", { service: "pub.zato.ping", interval: 1 });
    expect(() => zato.content.addCache("A")).toThrow(
      "stack/zato/content: there are two objects zato_cache_builtin/A; give each a name of its own",
    );
  });

  test("names that nobody declares", () => {
    // GIVEN
    const stranger = new ClusterContent(stack, "other", {
      clusters: [newCluster(stack, { host: newHost(stack, "host3") }, "c")],
    });
    const foreign = stranger.addBasicAuth("Foreign", { username: "a", password: secret("p") });

    // WHEN
    zato.content.addRestChannel("Orders", { urlPath: "/orders", service: "orders.list", security: foreign });
    zato.content.addSchedulerJob("Beat", { service: "heartbeat.beat", interval: 2 });
    zato.content.addSchedulerJob("Hidden", { service: "zato.ping", interval: 2 });
    zato.content.addSchedulerJob("Own", { service: "pub.zato.ping", interval: 2 });

    // THEN
    const problems = zato.content.node.validate();
    expect(problems).toEqual([
      "channel_rest/Orders calls the service 'orders.list', which nobody declares; add it by addServices()",
      "channel_rest/Orders is secured by 'Foreign', which nobody declares; add it, for example by addBasicAuth()",
      "scheduler/Beat calls the service 'heartbeat.beat', which nobody declares; add it by addServices()",
      "scheduler/Hidden calls the service 'zato.ping', which Zato hides from imports; call a service of your own that invokes it",
    ]);
    expect(() => Template.synth(stack)).toThrow("which nobody declares");
  });
});

describe("what is owned", () => {
  test("is everything that is declared, so that what is no longer there can be deleted", () => {
    zato.content.addCache("B");
    zato.content.addCache("A");
    const { parameters } = contentOf(Template.synth(stack));
    expect(parameters).toMatchObject({
      owned: "zato_cache_builtin/A\nzato_cache_builtin/B",
      objects: "2",
      exclusive_content: "false",
    });
  });

  test("is everything in the cluster, when the user says so", () => {
    stack = newStack();
    zato = newDeployment(stack, { exclusiveContent: true });
    zato.content.addCache("A");
    expect(contentOf(Template.synth(stack)).parameters.exclusive_content).toBe("true");
  });
});

describe("the order", () => {
  test("is: servers, content, load-balancer, next cluster", () => {
    zato.content.addCache("A");
    const template = Template.synth(stack);
    for (const host of ["host1", "host2"]) {
      for (const server of ["server1", "server2"]) {
        expect(template.comesAfter(`zato/content/${host}`, `zato/${host}/${server}`)).toBe(true);
      }
      expect(template.comesAfter(`zato/${host}/load-balancer`, `zato/content/${host}`)).toBe(true);
    }
    expect(template.comesAfter("zato/host2/server1", "zato/content/host1")).toBe(true);
    expect(template.comesAfter("zato/content/host2", "zato/content/host1")).toBe(true);
    expect(template.comesAfter("zato/content/host1", "zato/host2/server1")).toBe(false);
  });

  test("without content there is nothing to wait for", () => {
    expect(Object.keys(Template.synth(stack).resources).filter((name) => name.includes("content_host"))).toEqual([]);
  });
});

test("clusters that were composed by hand have content of their own", () => {
  // GIVEN
  stack = newStack();
  const cluster = newCluster(stack);
  const content = new ClusterContent(stack, "shared", { clusters: [cluster], exclusiveContent: true });

  // WHEN
  const cache: ContentObject = content.addCache("A");

  // THEN
  expect(cache).toBeInstanceOf(Cache);
  expect(cache.name).toBe("A");
  const { parameters } = Template.synth(stack).manifest("shared/a");
  expect(parameters).toMatchObject({ cluster: "a", exclusive_content: "true", owned: "zato_cache_builtin/A" });
});
