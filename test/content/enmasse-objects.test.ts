import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TerraformStack, TerraformVariable } from "cdktf";
import { EnmasseObjects, EnmasseObjectsProps, HighAvailabilityDeployment, Secret, SqlEngine } from "cdktf-zato";
import { parse } from "yaml";
import { temporaryFolder } from "../support/bash";
import { newDeployment, newStack } from "../support/stack";
import { Template } from "../support/template";

const folder = temporaryFolder();

let stack: TerraformStack;
let zato: HighAvailabilityDeployment;

beforeEach(() => {
  stack = newStack();
  zato = newDeployment(stack);
});

function add(content: Readonly<Record<string, unknown>>, props?: EnmasseObjectsProps): void {
  zato.content.addEnmasseObjects(EnmasseObjects.fromObject(content, props));
}

function secret(name: string): Secret {
  return Secret.fromVariable(new TerraformVariable(stack, name, {}));
}

const FILE = `
def_sec:
  - name: Partner
    type: basic_auth
    username: partner
    password: Zato_Enmasse_Env.Partner_Password
outgoing_ldap:
  - name: Directory
    server_list: ldap.internal:389
    is_active: true
    password: ZatoEnmasseEnv.Ldap
channel_plain_http:
  - name: Ping
    url_path: /ping
    service: pub.zato.ping
    sec_def: Partner
`;

test("a file is taken as it is, but for the names of variables", () => {
  // GIVEN
  const file = join(folder(), "enmasse.yaml");
  writeFileSync(file, FILE);

  // WHEN
  const secrets = { Partner_Password: secret("partner"), Ldap: secret("ldap") };
  zato.content.addEnmasseObjects(EnmasseObjects.fromFile(file, { secrets }));
  const { files, parameters } = Template.synth(stack).manifest("zato/content/host1");

  // THEN
  const variable: unknown = expect.stringMatching(/^Zato_Enmasse_Env\.Cdktf_Zato_(partner|ldap)_[0-9a-f]{8}$/);
  expect(parse(files.enmasse!)).toEqual({
    def_sec: [{ name: "Partner", type: "basic_auth", username: "partner", password: variable }],
    outgoing_ldap: [{ name: "Directory", server_list: "ldap.internal:389", is_active: true, password: variable }],
    channel_plain_http: [{ name: "Ping", url_path: "/ping", service: "pub.zato.ping", sec_def: "Partner" }],
  });
  expect(parameters.owned?.split("\n")).toEqual(["basic_auth/Partner", "channel_rest/Ping", "outgoing_ldap/Directory"]);
});

test("a file may be JSON", () => {
  const file = join(folder(), "enmasse.json");
  writeFileSync(file, JSON.stringify({ scheduler: [{ name: "Beat", service: "pub.zato.ping", seconds: 2 }] }));
  zato.content.addEnmasseObjects(EnmasseObjects.fromFile(file));
  expect(zato.content.objects.map(({ key }) => key)).toEqual(["scheduler/Beat"]);
});

test("fields that are secrets may be called what they like", () => {
  add({ x: [{ name: "1", "My.Key": "Zato_Enmasse_Env.K" }] }, { secrets: { K: secret("k") } });
  const { parameters } = Template.synth(stack).manifest("zato/content/host1");
  expect(parameters.secret_variables).toMatch(/^k_[0-9a-f]{8} Cdktf_Zato_k_[0-9a-f]{8}$/);
});

test.each([
  ["def_sec", "security", "basic_auth/A"],
  ["channel_plain_http", "channel_rest", "channel_rest/A"],
  ["outconn_plain_http", "outgoing_rest", "outgoing_rest/A"],
])("%s is another name of %s: the same object twice is refused", (alias, section, key) => {
  add({ [alias]: [{ name: "A", type: "basic_auth" }] });
  expect(() => add({ [section]: [{ name: "A", type: "basic_auth" }] })).toThrow(`there are two objects ${key}`);
});

test.each([
  ["security", { name: "Partner", type: "bearer_token" }, "oauth/Partner"],
  ["bearer_token", { name: "Partner" }, "oauth/Partner"],
  ["zato_generic_connection", { name: "A", type_: "outconn-ldap" }, "outgoing_ldap/A"],
  ["zato_generic_connection", { name: "A", type_: "cloud-jira" }, "zato_generic_connection/A"],
])("of %s an object may be listed as another kind", (section, object, key) => {
  add({ [section]: [object] });
  expect(zato.content.objects.map((one) => one.key)).toEqual([key]);
});

test.each([
  ["seconds", { seconds: 90 }, "latest 2020-01-01T00:00:00 every 90 seconds"],
  ["several units", { days: 1, hours: "2", minutes: null }, "latest 2020-01-01T00:00:00 every 93600 seconds"],
  ["no interval", {}, "2020-01-01 00:00:00"],
  ["repetitions, which count from the start", { hours: 1, repeats: 3 }, "2020-01-01 00:00:00"],
  ["another type", { job_type: "one_time", hours: 1 }, "2020-01-01 00:00:00"],
])("a job with %s starts as late as may be", (_, fields, startDate) => {
  const job = { name: "Beat", service: "pub.zato.ping", job_type: "interval_based", start_date: "2020-01-01 00:00:00" };
  add({ scheduler: [{ ...job, ...fields }] });
  expect(zato.content.objects[0]!.fields.start_date).toBe(startDate);
});

test.each(["security", "basic_auth"])("objects of %s may be used by typed ones, and by each other", (section) => {
  add({
    [section]: [{ name: "Partner", type: "basic_auth" }],
    channel_rest: [
      { name: "A", service: "pub.zato.ping", security: "Partner" },
      { name: "B", service: "pub.zato.ping", security: "zato-no-security" },
      { name: "C", service_name: "pub.zato.ping", security_name: "" },
    ],
  });
  expect(zato.content.node.validate()).toEqual([]);
});

test("names that nobody declares are found, of which enmasse would only warn, and import nothing", () => {
  add({ channel_rest: [{ name: "A", service: "a.one", security: "Nobody" }] });
  expect(zato.content.node.validate()).toEqual([
    expect.stringContaining("channel_rest/A calls the service 'a.one', which nobody declares"),
    expect.stringContaining("channel_rest/A is secured by 'Nobody', which nobody declares"),
  ]);
});

describe("keys", () => {
  test.each([
    ["outconn_sql", { pool_sizee: 5 }, "pool_sizee", "outconn_sql 'A'"],
    ["channel_plain_http", { service: "pub.zato.ping", urlpath: "/a" }, "urlpath", "channel_rest 'A'"],
    ["security", { type: "bearer_token", scope: "all" }, "scope", "oauth 'A'"],
    ["scheduler", { service: "pub.zato.ping", second: 2 }, "second", "scheduler 'A'"],
    ["email_imap", { password: "Zato_Enmasse_Env.K", toString: "x" }, "toString", "email_imap 'A'"],
  ])("an unknown one of %s is refused: Zato would pass over it", (section, fields, key, object) => {
    expect(() => add({ [section]: [{ name: "A", ...fields }] }, { secrets: { K: secret("k") } })).toThrow(
      `stack/zato/content: Zato would pass over the unknown key '${key}' of ${object}; take one of: `,
    );
  });

  test("a kind that takes keys of any name has any", () => {
    add({ outgoing_ldap: [{ name: "A", anything: 1 }], x: [{ name: "A", toString: 1 }] });
    expect(zato.content.objects.map(({ key }) => key)).toEqual(["outgoing_ldap/A", "x/A"]);
  });

  test("all keys of the objects that have types are known", () => {
    // GIVEN
    const password = secret("password");
    const basic = zato.content.addBasicAuth("Basic", { username: "a", password });
    const key = zato.content.addApiKey("Key", { key: password });
    zato.content.addJwt("Token", { username: "a", password });
    zato.content.addSqlConnection("Sql", {
      engine: SqlEngine.MYSQL,
      host: "db",
      database: "d",
      username: "u",
      password,
    });
    zato.content.addOutgoingRest("Out", { host: "https://a.example", security: basic, dataFormat: "json", timeout: 5 });
    const channel = { urlPath: "/in", service: "pub.zato.ping", method: "POST", dataFormat: "json" };
    zato.content.addRestChannel("In", { ...channel, security: key });
    zato.content.addSchedulerJob("Job", { service: "pub.zato.ping", interval: 2, extra: "a" });
    zato.content.addCache("Cache");
    zato.content.addSmtpConnection("Mail", { host: "mail", pingAddress: "a@b.example", username: "u", password });
    const { files } = Template.synth(stack).manifest("zato/content/host1");
    const content = parse(files.enmasse!) as Record<string, unknown>;
    const variables = files.enmasse!.match(/Cdktf_Zato_\w+/g)!;

    // WHEN
    const other = newDeployment(newStack());
    const secrets = Object.fromEntries(variables.map((name) => [name, password]));
    other.content.addEnmasseObjects(EnmasseObjects.fromObject(content, { secrets }));

    // THEN
    expect(other.content.objects.map(({ key }) => key)).toEqual(zato.content.objects.map(({ key }) => key));
  });
});

test("a variable that is not given is refused: Zato would store a placeholder", () => {
  expect(() => add({ outconn_sql: [{ name: "A", password: "Zato_Enmasse_Env.Missing" }] })).toThrow(
    `stack/zato/content: the password of 'A' is Zato_Enmasse_Env.Missing, which is not given; add secrets: { "Missing": Secret.fromVariable(…) }`,
  );
});

test.each([
  ["a relative path", () => EnmasseObjects.fromFile("enmasse.yaml"), "the enmasse file 'enmasse.yaml' is not there"],
  ["a list", () => EnmasseObjects.fromObject([] as never), "the enmasse objects have no sections"],
  [
    "a section that is no list",
    () => EnmasseObjects.fromObject({ scheduler: {} }),
    "the enmasse section 'scheduler' is no list",
  ],
  ["an object without a name", () => EnmasseObjects.fromObject({ scheduler: [{ a: 1 }] }), 'has no name: {"a":1}'],
  ["a name with zato", () => EnmasseObjects.fromObject({ scheduler: [{ name: "My Zato" }] }), "holds 'zato'"],
])("%s is refused", (_, make, message) => {
  expect(() => zato.content.addEnmasseObjects(make())).toThrow(message);
});

test("what only Terraform knows may be a text, and nothing else", () => {
  // GIVEN
  const variable = new TerraformVariable(stack, "known_later", {});
  const channel = (method: unknown): void =>
    add({ channel_rest: [{ name: "A", url_path: "/a", service: "pub.zato.ping", method }] });

  // THEN
  for (const value of [variable.numberValue, variable.listValue, variable.value]) {
    expect(() => channel(value)).toThrow(
      "stack/zato/content: the enmasse objects hold a number, a list or a map that is not known before apply; give a text",
    );
  }
  expect(() => channel(variable.stringValue)).not.toThrow();
  expect(Template.synth(stack).manifest("zato/content/host1").files.enmasse).toContain(
    '"method": "${trimsuffix(trimprefix(jsonencode(var.known_later), "\\""), "\\"")}"',
  );
});

test("a secret in the place of a text is refused in a line, without all that it is in", () => {
  expect(() => add({ channel_rest: [{ name: "A", method: secret("p") }] })).toThrow(
    /^stack\/zato\/content: the enmasse objects hold Secret \{.{0,100}\}, which no enmasse file can; give texts/,
  );
});

describe("placeholders", () => {
  const ENVIRONMENT = {
    Host: "crm.example.org",
    P: "no",
    N: "7",
    Colon: "a: b",
    Hash: "x #y",
    Dollar: "$1",
  };
  const { cases } = JSON.parse(
    readFileSync(join(__dirname, "..", "data", "conformance", "enmasse-placeholders.json"), "utf8"),
  ) as { cases: readonly { text: string; loads?: { k: unknown }; error?: string }[] };

  /** What becomes of the value of a field of that text. */
  function field(text: string): unknown {
    const file = join(folder(), "enmasse.yaml");
    writeFileSync(file, `x:\n- name: A\n  ${text}\n`);
    zato.content.addEnmasseObjects(EnmasseObjects.fromFile(file, { variables: ENVIRONMENT }));
    return zato.content.objects[0]!.fields.k;
  }

  test.each(cases)("in '$text' become what Zato makes of them, or are refused", ({ text, loads, error }) => {
    if (text.includes("Missing")) {
      expect(() => field(text)).toThrow(
        `{Zato_Enmasse_Env.Missing} in ${folder()}/enmasse.yaml is not given, and Zato would write 'Missing_Value_Missing' in its place`,
      );
    } else if (error !== undefined) {
      expect(() => field(text)).toThrow(/enmasse\.yaml:\d+: /);
    } else if (text === "k: Zato_Enmasse_Env.Host") {
      expect(field(text)).toBe("crm.example.org");
    } else {
      expect(field(text)).toEqual(loads!.k);
    }
  });

  test("of objects in a program are filled in, too", () => {
    add({ x: [{ name: "A", hosts: ["a.{Zato_Enmasse_Env.Host}"] }] }, { variables: ENVIRONMENT });
    expect(zato.content.objects[0]!.fields.hosts).toEqual(["a.crm.example.org"]);
  });

  test.each([
    ["a secret inside a text", { k: "a{Zato_Enmasse_Env.S}" }, "the secret 'S' is a part of a text in the objects"],
    ["a secret in a list", { k: ["Zato_Enmasse_Env.S"] }, "'Zato_Enmasse_Env.S' stands inside a text or a list of x/A"],
    ["a secret behind a text", { k: "a Zato_Enmasse_Env.S" }, "'Zato_Enmasse_Env.S' stands inside a text or a list"],
    ["a secret in clear text", { password: "hunter2" }, "the password of x/A is written out"],
  ])("are refused with %s", (_, fields, message) => {
    expect(() => add({ x: [{ name: "A", ...fields }] }, { secrets: { S: secret("s") } })).toThrow(message);
  });
});

test("a section that names other files is refused by its name", () => {
  expect(() => add({ include: ["other.yaml"] })).toThrow(
    "the enmasse section 'include' names files that do not come along to the hosts; add each of them by addEnmasseObjects",
  );
});

test("a WebSocket channel is refused: no load-balancer has its port", () => {
  expect(() => add({ web_socket: [{ name: "Live", address: "ws://0.0.0.0:33100/live" }] })).toThrow(
    "the WebSocket channel 'Live' would listen on a port of its own, to which no load-balancer sends anybody",
  );
});

describe("the security of a channel", () => {
  const security = [{ name: "NO", type: "basic_auth", username: "off" }];

  test.each([{ security: "NO" }, { security_name: "NO" }, { sec_def: "NO" }])("is compared, by %j", (fields) => {
    add({ security, channel_rest: [{ name: "A", service: "pub.zato.ping", url_path: "/a", ...fields }] });
    expect(zato.content.objects[1]!.expected).toEqual({ service_name: "pub.zato.ping", security_name: "NO" });
  });

  test("that is none is compared, too", () => {
    add({ channel_rest: [{ name: "A", service: "pub.zato.ping", url_path: "/a", security: "" }] });
    expect(zato.content.objects[0]).toMatchObject({
      expected: { security_name: "" },
      fields: { security: "zato-no-security" },
    });
  });

  test("whose name Zato takes for something else is refused", () => {
    const file = join(folder(), "enmasse.yaml");
    writeFileSync(file, "channel_rest:\n- {name: A, service: pub.zato.ping, url_path: /a, security: NO}\n");
    expect(() => zato.content.addEnmasseObjects(EnmasseObjects.fromFile(file))).toThrow(
      "the security of channel_rest 'A' is false, and no name; write the name of a security definition, in quotes",
    );
  });

  test("is refused where it is named twice, in two ways", () => {
    expect(() =>
      add({ security, channel_rest: [{ name: "A", service: "pub.zato.ping", security: "NO", sec_def: "B" }] }),
    ).toThrow(`channel_rest 'A' names its security more than once: security "NO", sec_def "B"`);
  });

  test("is a definition with a type that Zato knows", () => {
    expect(() => add({ security: [{ name: "A", type: "basic" }] })).toThrow(
      "'A' has no type that Zato knows: \"basic\"",
    );
  });
});

describe("two channels on one path", () => {
  const channel = { service: "pub.zato.ping", url_path: "/a" };

  test("are refused, of which Zato would refuse the second one", () => {
    add({
      channel_rest: [
        { name: "A", method: "GET", ...channel },
        { name: "B", method: "GET", ...channel },
      ],
    });
    expect(zato.content.node.validate()).toEqual([
      "channel_rest/A and channel_rest/B answer the same requests, GET /a, and Zato would refuse the second one; give each a 'urlPath' or a 'method' of its own",
    ]);
  });

  test("are told apart by method and by what they answer with", () => {
    const channels = [{ method: "GET" }, { method: "POST" }, {}, { http_accept: "a/b" }, { url_path: "/b" }];
    add({ channel_rest: channels.map((fields, index) => ({ name: `${index}`, ...channel, ...fields })) });
    expect(zato.content.node.validate()).toEqual([]);
  });
});

test("whatever an object refers to must be declared", () => {
  add({
    security_groups: [{ name: "G", members: ["Partner"] }],
    channel_rest: [{ name: "A", service: "pub.zato.ping", url_path: "/a", security_groups: ["H"] }],
    channel_amqp: [{ name: "Q", def_name: "D", service: "pub.zato.ping" }],
    outgoing_wsx: [{ name: "W", on_message_service_name: "a.one" }],
  });
  expect(zato.content.node.validate()).toEqual([
    expect.stringContaining("channel_amqp/Q refers to def_amqp 'D', which nobody declares"),
    expect.stringContaining("channel_rest/A refers to security_groups 'H', which nobody declares"),
    expect.stringContaining("outgoing_wsx/W calls the service 'a.one', which nobody declares"),
    expect.stringContaining("security_groups/G is secured by 'Partner', which nobody declares"),
  ]);
});

test.each<[string, Record<string, unknown>, string]>([
  [
    "definitions of different types with one name",
    {
      security: [
        { name: "P", type: "apikey" },
        { name: "P", type: "ntlm", username: "a" },
      ],
    },
    "apikey/P and ntlm/P have one name among security definitions, 'P', and Zato takes only one of them",
  ],
  [
    "definitions of one type with one user",
    {
      security: [
        { name: "P", type: "ntlm", username: "a" },
        { name: "R", type: "ntlm", username: "a" },
      ],
    },
    "ntlm/P and ntlm/R have one username among ntlm definitions, 'a', and Zato takes only one of them",
  ],
  [
    "connections of different types with one name",
    { outgoing_ldap: [{ name: "X" }], outgoing_wsx: [{ name: "X" }] },
    "outgoing_ldap/X and outgoing_wsx/X have one name among generic connections, 'X', and Zato takes only one of them",
  ],
])("%s are refused", (_, content, message) => {
  add(content);
  expect(zato.content.node.validate()).toEqual([expect.stringContaining(message)]);
});

test("definitions of different types may have one user, and API keys one header", () => {
  add({
    security: [
      { name: "A", type: "apikey", username: "X-API-Key" },
      { name: "B", type: "apikey", username: "X-API-Key" },
      { name: "C", type: "ntlm", username: "a" },
      { name: "D", type: "aws", username: "a" },
    ],
  });
  expect(zato.content.node.validate()).toEqual([]);
});

test("members of a group are written as Zato takes them for a new one and for one that is there", () => {
  add({
    security: [
      { name: "A", type: "apikey" },
      { name: "B", type: "apikey" },
    ],
    security_groups: [{ name: "G", members: ["A", { name: "B" }] }],
  });
  const { files } = Template.synth(stack).manifest("zato/content/host1");
  expect(parse(files.enmasse!)).toMatchObject({
    security_groups: [{ name: "G", members: [{ name: "A" }, { name: "B" }] }],
  });
});

describe("a channel that groups alone secure", () => {
  const security = [{ name: "P", type: "apikey" }];
  const channel = { name: "A", service: "pub.zato.ping", url_path: "/a" };

  test.each<[string, Record<string, unknown>[]]>([
    ["no members", [{ name: "G" }]],
    ["a list of members without any", [{ name: "G", members: [] }]],
    ["nobody in several of them", [{ name: "G" }, { name: "H", members: [] }]],
  ])("is refused with %s", (_, groups) => {
    const channel_rest = [{ ...channel, security_groups: groups.map(({ name }) => name) }];
    add({ security, security_groups: groups, channel_rest });
    expect(zato.content.node.validate()).toEqual([
      expect.stringMatching(
        /^channel_rest\/A is secured by nothing but groups without a member \(G(, H)?\), and Zato lets everybody into it; declare their 'members', or give it a 'security' of its own$/,
      ),
    ]);
  });

  test("is taken with a member in one of them, and with a security of its own", () => {
    add({
      security,
      security_groups: [{ name: "G", members: ["P"] }, { name: "H" }],
      channel_rest: [
        { ...channel, security_groups: ["G", "H"] },
        { ...channel, name: "B", url_path: "/b", security_groups: ["H"], security: "P" },
        { ...channel, name: "C", url_path: "/c", security_groups: [] },
      ],
    });
    expect(zato.content.node.validate()).toEqual([]);
  });
});

test("what others refer to can be imported ahead of them, stage by stage", () => {
  add({
    channel_rest: [{ name: "A", service: "pub.zato.ping", url_path: "/a", security_groups: ["G"] }],
    security_groups: [{ name: "G", members: ["Partner"] }],
    security: [
      { name: "Partner", type: "apikey" },
      { name: "Nobodys", type: "apikey" },
    ],
  });
  const { files, parameters } = Template.synth(stack).manifest("zato/content/host1");
  const names = (text: string): string[] =>
    Object.values(parse(text) as Record<string, { name: string }[]>).flatMap((list) => list.map(({ name }) => name));
  expect(parameters.stages).toBe("2");
  expect(names(files.enmasse_0!)).toEqual(["Partner"]);
  expect(names(files.enmasse_1!).sort()).toEqual(["G", "Partner"]);
  expect(names(files.enmasse!).sort()).toEqual(["A", "G", "Nobodys", "Partner"]);
  expect(JSON.parse(files.expected!)).toMatchObject({
    stages: [["apikey/Partner"], ["apikey/Partner", "security_groups/G"]],
    references: { "channel_rest/A": ["security_groups/G"], "security_groups/G": ["apikey/Partner"] },
  });
});
