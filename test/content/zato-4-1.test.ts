import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TerraformStack, TerraformVariable } from "cdktf";
import {
  ClusterContent,
  ConstructError,
  EnmasseObjects,
  Secret,
  SqlEngine,
  ZatoCluster,
  ZatoRelease,
} from "cdktf-zato";
import { parse } from "yaml";
import { renderEnmasse } from "../../lib/content/enmasse-file";
import { renderExpected } from "../../lib/content/expected-content";
import { temporaryFolder } from "../support/bash";
import { newCluster, newHost, newStack } from "../support/stack";
import { Template } from "../support/template";

const folder = temporaryFolder();

type Sections = Record<string, Record<string, unknown>[]>;

let stack: TerraformStack;
let content: ClusterContent;

beforeEach(() => {
  stack = newStack();
  content = new ClusterContent(stack, "content", { clusters: [cluster(ZatoRelease.V4_1, "a")] });
  addServices("orders.py", "orders.list");
});

function cluster(release: ZatoRelease, id: string): ZatoCluster {
  return newCluster(stack, { release, host: newHost(stack, id === "a" ? "host1" : "host2") }, id);
}

function addServices(file: string, name: string, to = content): void {
  const path = join(folder(), file);
  mkdirSync(folder(), { recursive: true });
  writeFileSync(path, `from zato.server.service import Service\n\nclass S(Service):\n    name = "${name}"\n`);
  to.addServices(path);
}

function secret(name: string): Secret {
  return Secret.fromVariable(new TerraformVariable(stack, name, {}));
}

function add(objects: Sections, secrets: Record<string, Secret> = {}, to = content): void {
  to.addEnmasseObjects(EnmasseObjects.fromObject(objects, { secrets }));
}

interface Told {
  readonly yaml: Sections;
  readonly expected: Record<string, Record<string, unknown>>;
  readonly fields: Record<string, Record<string, unknown>>;
  readonly stages: readonly unknown[];
  readonly passwords: readonly string[];
}

/** What a cluster of a release is told, read back. */
function told(of = content, release = ZatoRelease.V4_1): Told {
  const { content: dialect } = release._behavior;
  const { text, stages, passwords } = renderEnmasse(of.objects, dialect);
  const { objects, fields } = renderExpected(of.objects, [], dialect) as {
    objects: Told["expected"];
    fields: Told["fields"];
  };
  const yaml = parse(text) as Sections;
  return { yaml, expected: objects, fields, stages, passwords: passwords.map((words) => words.join(" ")) };
}

/** What is refused at synth. */
function refusals(): string[] {
  return content.node.validate();
}

const variable = (name: string): unknown =>
  expect.stringMatching(`^Zato_Enmasse_Env\\.Cdktf_Zato_${name}_[0-9a-f]{8}$`);

test("objects are written with all that an import would otherwise leave as it was, or take otherwise", () => {
  // WHEN
  const partner = content.addBasicAuth("Partner", { username: "partner", password: secret("partner") });
  content.addApiKey("Key", { key: secret("key") });
  content.addRestChannel("Orders", { urlPath: "/orders", service: "orders.list", security: partner, method: "GET" });
  content.addRestChannel("Open", { urlPath: "/open", service: "orders.list" });
  content.addOutgoingRest("There", { host: "https://there.example.com" });
  content.addSqlConnection("Billing", {
    engine: SqlEngine.POSTGRESQL,
    host: "db.internal",
    database: "billing",
    username: "zato",
    password: secret("billing"),
  });
  content.addSchedulerJob("Beat", { service: "orders.list", interval: 10 });
  const { yaml, stages } = told();

  // THEN
  expect(yaml).toEqual({
    security: [
      { name: "Key", type: "apikey", header: "X-API-Key", is_active: true, password: variable("key") },
      { name: "Partner", type: "basic_auth", username: "partner", realm: "API", is_active: true, password: variable("partner") }, // prettier-ignore
    ],
    channel_rest: [
      { name: "Open", url_path: "/open", is_active: true, method: "", service: "orders.list", data_format: "json" },
      { name: "Orders", url_path: "/orders", is_active: true, method: "GET", service: "orders.list", security: "Partner", data_format: "json" }, // prettier-ignore
    ],
    outgoing_rest: [
      { name: "There", host: "https://there.example.com", url_path: "/", is_active: true, timeout: 10, data_format: "json" }, // prettier-ignore
    ],
    sql: [
      {
        name: "Billing",
        type: "postgresql",
        engine: "postgresql+pg8000",
        host: "db.internal",
        port: 5432,
        db_name: "billing",
        username: "zato",
        pool_size: 10,
        is_active: true,
        extra: "",
        audit_log: "off",
        password: variable("billing"),
      },
    ],
    scheduler: [
      {
        name: "Beat",
        service: "orders.list",
        job_type: "interval_based",
        start_date: "2020-01-01T00:00:00",
        weeks: 0,
        days: 0,
        hours: 0,
        minutes: 0,
        seconds: 10,
        is_active: true,
        extra: "",
      },
    ],
  });
  expect(stages).toEqual([]);
  expect(refusals()).toEqual([]);
});

test("what they are is the same to us: keys of what is owned, and fields that are compared", () => {
  content.addSqlConnection("Billing", { engine: SqlEngine.MYSQL, host: "db", database: "b", username: "z", password: secret("billing") }); // prettier-ignore
  content.addRestChannel("Open", { urlPath: "/open", service: "orders.list" });
  const { expected, fields } = told();
  expect(content.objects.map(({ key }) => key)).toEqual(["channel_rest/Open", "outconn_sql/Billing"]);
  expect(expected["outconn_sql/Billing"]).toMatchObject({ engine: "mysql+pymysql", pool_size: 10 });
  expect(fields["outconn_sql/Billing"]).toEqual({ extra: "", audit_log: "off" });
  expect(expected["channel_rest/Open"]).toMatchObject({ security_name: "", service_name: "orders.list" });
  expect(fields["channel_rest/Open"]).toMatchObject({ method: "" });
});

test("passwords of definitions, which an import does not change, are told apart; those of connections are not", () => {
  content.addBasicAuth("A partner", { username: "partner", password: secret("partner") });
  content.addSqlConnection("Billing", { engine: SqlEngine.MYSQL, host: "db", database: "b", username: "z", password: secret("billing") }); // prettier-ignore
  expect(told().passwords).toEqual([expect.stringMatching(/^partner_[0-9a-f]{8} basic_auth\/A partner$/)]);
  expect(told(content, ZatoRelease.V3_3).passwords).toEqual([]);
});

test("the host is told what it needs of them, and of 3.x no more than before", () => {
  // GIVEN
  const old = new ClusterContent(stack, "old-content", { clusters: [cluster(ZatoRelease.V3_3, "old")] });
  [content, old].forEach((one, index) => {
    const password = secret(`partner${index}`);
    one.addBasicAuth("Partner", { username: "partner", password });
  });

  // THEN
  const template = Template.synth(stack);
  const { parameters, files } = template.manifest("content/a");
  expect(parameters).toMatchObject({ release: "zato-4", stages: "0", objects: "1" });
  expect(parameters.passwords).toMatch(/^partner0_[0-9a-f]{8} basic_auth\/Partner$/);
  expect(parse(files.enmasse!)).toMatchObject({ security: [{ name: "Partner", type: "basic_auth" }] });
  expect(template.manifest("old-content/old").parameters).not.toHaveProperty("passwords");
});

test("an enmasse file of either release says the same", () => {
  // WHEN
  const password = "Zato_Enmasse_Env.Pw";
  add(
    {
      def_sec: [{ name: "Partner", type: "basic_auth", username: "partner", password }],
      channel_plain_http: [{ name: "Orders", url_path: "/orders", service_name: "orders.list", sec_def: "Partner" }],
      scheduler: [{ name: "Beat", service: "orders.list", minutes: 5, start_date: "2024-01-01 00:00:00", job_type: "interval_based" }], // prettier-ignore
      sql: [{ name: "New", type: "postgresql", host: "db", port: 5432, db_name: "b", username: "z", password }],
      outconn_sql: [{ name: "Old", engine: "postgresql+pg8000", host: "db", port: 5432, db_name: "b", username: "z", password }], // prettier-ignore
    },
    { Pw: secret("pw") },
  );
  const { yaml } = told();

  // THEN
  expect(yaml.security).toEqual([expect.objectContaining({ type: "basic_auth", realm: "API", is_active: true })]);
  expect(yaml.channel_rest).toEqual([
    { name: "Orders", url_path: "/orders", service: "orders.list", security: "Partner", is_active: true, method: "", data_format: "json" }, // prettier-ignore
  ]);
  expect(yaml.scheduler).toEqual([
    expect.objectContaining({ minutes: 5, seconds: 0, is_active: true, start_date: "2024-01-01T00:00:00" }),
  ]);
  const engine = { type: "postgresql", engine: "postgresql+pg8000", audit_log: "off" };
  expect(yaml.sql).toEqual([expect.objectContaining(engine), expect.objectContaining(engine)]);
  expect(Object.keys(yaml).sort()).toEqual(["channel_rest", "scheduler", "security", "sql"]);
});

test("a channel that says that it is open has no line of security", () => {
  add({ channel_rest: [{ name: "Open", url_path: "/o", service: "orders.list", security: "zato-no-security" }] });
  expect(Object.keys(told().yaml.channel_rest![0]!)).not.toContain("security");
});

test("keys that an import would pass over are refused, those that earlier releases know included", () => {
  const channel = { name: "A", url_path: "/a", service: "orders.list" };
  expect(() => add({ channel_rest: [{ ...channel, match_slash: false }] })).toThrow(
    "Zato would pass over the unknown key 'match_slash' of channel_rest 'A'",
  );
  add({ channel_rest: [{ ...channel, is_audit_log_active: false }] });
  expect(told().yaml.channel_rest).toEqual([expect.objectContaining({ is_audit_log_active: false })]);
});

type Refused = readonly [what: string, declare: () => unknown, message: RegExp];

describe("is refused by its name, with what takes its place:", () => {
  const paths = ["/metrics", "/mcp/x", "/openapi/x", "/pubsub/x", "/ide-deploy", "/api/log/streaming/x"].map(
    (urlPath): Refused => [
      `a channel at ${urlPath}`,
      () => content.addRestChannel("R", { urlPath, service: "orders.list" }),
      /is zato 4\.1's own, closed to clients/,
    ],
  );

  test.each<Refused>([
    ["a JWT definition", () => content.addJwt("Tokens", { username: "app", password: secret("jwt") }), /zato 4\.1 has no JWT definitions, which jwt 'Tokens' is to be.*addBasicAuth\(\)/s], // prettier-ignore
    ["a cache", () => content.addCache("Quick"), /no caches that are declared, which zato_cache_builtin 'Quick'.*self\.cache/s], // prettier-ignore
    ["an outgoing WebSocket", () => add({ outgoing_wsx: [{ name: "Feed" }] }), /no outgoing WebSocket connections.*outgoing REST/s], // prettier-ignore
    ["a kind that nobody has tried out", () => add({ elastic_search: [{ name: "Logs" }] }), /nobody has tried out yet how zato 4\.1 takes elastic_search 'Logs'.*dashboard/s], // prettier-ignore
    ["a section that does not exist", () => add({ nowhere: [{ name: "X" }] }), /how zato 4\.1 takes nowhere 'X'/],
    ["a group", () => add({ groups: [{ name: "G", members: [] }] }), /how zato 4\.1 takes security_groups 'G'/],
    ["a cron job", () => add({ scheduler: [{ name: "J", service: "orders.list", job_type: "cron_style" }] }), /the job 'J' is of the type "cron_style"/], // prettier-ignore
    ["another database", () => add({ sql: [{ name: "S", type: "snowflake", host: "h", port: 1, db_name: "d", username: "u" }] }), /engine "snowflake", which zato 4\.1 does not know/], // prettier-ignore
    ["what an import needs and is not there", () => add({ channel_rest: [{ name: "C", service: "orders.list" }] }), /channel_rest 'C' has no 'url_path'/], // prettier-ignore
    ["an 'extra' that the database does not hold", () => content.addSchedulerJob("J", { service: "orders.list", interval: 1, extra: "x".repeat(501) }), /'extra' of scheduler 'J' has 501 characters.*500/], // prettier-ignore
    ["an SQL connection's, of which it holds bytes as digits", () => add({ sql: [{ name: "S", type: "postgresql", host: "h", port: 1, db_name: "d", username: "u", extra: "é".repeat(50) }] }), /'extra' of outconn_sql 'S' has 100 bytes.*keeps 99/], // prettier-ignore
    ["a service that came with releases before", () => content.addRestChannel("P", { urlPath: "/p", service: "pub.zato.ping" }), /calls the service 'pub\.zato\.ping', which zato 4\.1 has no more/], // prettier-ignore
    [
      "a definition of Zato's own",
      () => add({ channel_rest: [{ name: "I", url_path: "/i", service: "orders.list", security: "admin.invoke" }] }),
      /channel_rest 'I' is secured by 'admin\.invoke', which zato 4\.1 has made for itself/,
    ],
    ["a service of a name of Zato's examples", () => addServices("mine.py", "demo.mine"), /the service 'demo\.mine' has a name of those that come with zato 4\.1/], // prettier-ignore
    ...paths,
  ])("%s", (_, declare, message) => {
    declare();
    expect(refusals()).toEqual([expect.stringMatching(message)]);
  });
});

test("clusters of two releases get the same content, each in its own way; what one cannot have, none can", () => {
  // GIVEN
  const clusters = [cluster(ZatoRelease.V3_3, "old"), newCluster(stack, { release: ZatoRelease.V4_1, host: newHost(stack, "host3") }, "new")]; // prettier-ignore
  const both = new ClusterContent(stack, "both", { clusters });
  addServices("both.py", "both.list", both);
  both.addRestChannel("Open", { urlPath: "/open", service: "both.list" });

  // THEN
  expect(clusters.map(({ _contentDialect }) => _contentDialect)).toEqual([
    ZatoRelease.V3_3._behavior.content,
    ZatoRelease.V4_1._behavior.content,
  ]);
  expect(told(both, ZatoRelease.V3_3).yaml.channel_rest![0]).toMatchObject({ security: "zato-no-security" });
  expect(told(both).yaml.channel_rest![0]).toMatchObject({ method: "", data_format: "json" });
  expect(() => add({ channel_rest: [{ name: "X", url_path: "/x", service: "both.list", cache_type: "builtin" }] }, {}, both)).toThrow(ConstructError); // prettier-ignore
  expect(() => add({ channel_rest: [{ name: "X", url_path: "/x", service: "both.list", is_deprecated: true }] }, {}, both)).toThrow(ConstructError); // prettier-ignore
});
