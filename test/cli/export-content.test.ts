import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { declarable, ExportedContent } from "../../lib/cli/export-content";
import { differencesTable } from "../../lib/cli/export-differences";
import { ExportedCluster } from "../../lib/cli/export-answer";
import { temporaryFolder } from "../support/bash";
import { exportedCluster, service } from "./support/exported";

const folder = temporaryFolder();

const orders = ["/srv/orders.py", ["orders.list", service("orders.list")]] as const;

/** Of clusters with that one service. */
function content(...clusters: Partial<ExportedCluster>[]): ExportedContent {
  return declarable(
    folder(),
    clusters.map((others) => exportedCluster({ [orders[0]]: orders[1] }, others)),
  );
}

const channel = (name: string, urlPath: string, others: object = {}): object => ({
  name,
  service: "orders.list",
  url_path: urlPath,
  ...others,
});

const ofChannels = (...channels: object[]): Partial<ExportedCluster> => ({
  objects: { channel_rest: channels as Record<string, unknown>[] },
});

describe("what a program declares of a cluster", () => {
  test("is its services, by the hash of their files, and its objects", () => {
    const ofItsOdb = { id: 7, cluster_id: 1 };
    const { files, sections, secrets, leftOut } = content(ofChannels(channel("Orders", "/orders", ofItsOdb)));
    expect(files).toEqual(["orders.py"]);
    expect(sections).toEqual({ channel_rest: [channel("Orders", "/orders")] });
    expect([secrets, leftOut]).toEqual([[], []]);
  });

  test("asks for each password by a variable of its own, and tells none", () => {
    const { sections, secrets } = content({
      objects: {
        security: [
          { name: "Partner", type: "basic_auth", username: "p" },
          { name: "partner", type: "basic_auth", username: "q", password: "Zato_Enmasse_Env." },
          { name: "Key", type: "apikey", username: "Zato-Not-Used-1" },
        ],
        email_smtp: [{ name: "Mail", host: "h" }],
        outconn_sql: [{ name: "Billing", engine: "e", extra: "Zato_Enmasse_Env." }],
      },
    });
    expect(secrets.map(({ variable, field, key }) => [variable, field, key])).toEqual([
      ["partner_password", "password", "basic_auth/Partner"],
      ["partner_password_2", "password", "basic_auth/partner"],
      ["key_password", "password", "apikey/Key"],
      ["billing_extra", "extra", "outconn_sql/Billing"],
      ["billing_password", "password", "outconn_sql/Billing"],
    ]);
    expect(sections.security!.map(({ password }) => password)).toEqual([
      "Zato_Enmasse_Env.partner_password",
      "Zato_Enmasse_Env.partner_password_2",
      "Zato_Enmasse_Env.key_password",
    ]);
    expect(sections.security![2]).not.toHaveProperty("username");
    expect(sections.email_smtp).toEqual([{ name: "Mail", host: "h" }]);
  });

  test("has what enmasse leaves out and an import would put back to its default", () => {
    const { sections } = content({
      objects: {
        channel_rest: [channel("Orders", "/orders")] as Record<string, unknown>[],
        scheduler: [
          { name: "Daily", service: "orders.list", job_type: "interval_based", hours: 1, start_date: "2020-01-01" },
        ],
      },
      rows: {
        "channel_rest/Orders": { method: "POST", is_active: true, id: 7 },
        "scheduler/Daily": { is_active: false },
      },
    });
    expect(sections.channel_rest![0]).toEqual({ ...channel("Orders", "/orders"), method: "POST" });
    expect(sections.scheduler![0]).toMatchObject({ is_active: false });
  });

  test("has nothing that Zato has made for itself", () => {
    const { sections } = content({
      ...ofChannels(channel("Rule engine API", "/r")),
      own: ["channel_rest/Rule engine API"],
    });
    expect(sections).toEqual({});
  });

  test("is of the first cluster where others have something else, and of the others what it lacks", () => {
    const { sections, leftOut } = content(
      ofChannels(channel("Orders", "/orders"), channel("A", "/a")),
      ofChannels(channel("Orders", "/other"), channel("B", "/b"), channel("C", "/a")),
    );
    expect(sections.channel_rest!.map(({ name, url_path }) => [name, url_path])).toEqual([
      ["Orders", "/orders"],
      ["A", "/a"],
      ["B", "/b"],
    ]);
    expect(leftOut).toEqual([
      { what: "channel_rest/C", why: expect.stringContaining("answer the same requests") as string },
    ]);
  });
});

describe("of a cluster of 4.1", () => {
  const of41 = (objects: ExportedCluster["objects"], rows: ExportedCluster["rows"] = {}): ExportedContent =>
    content({ release: "4.1", objects, rows });

  test("what its exports leave out, and its imports take, is kept", () => {
    const { sections, leftOut } = of41(
      {
        security: [{ name: "Partner", type: "basic_auth", username: "partner" }],
        channel_rest: [{ ...channel("Orders", "/orders"), security: "Partner" }],
      },
      {
        "basic_auth/Partner": { realm: "Partners", is_active: true },
        "channel_rest/Orders": { method: "POST", match_slash: true, http_accept: "text/plain", is_active: false },
      },
    );
    expect(leftOut).toEqual([]);
    expect(sections.security![0]).toMatchObject({ realm: "Partners" });
    expect(sections.channel_rest).toEqual([
      { ...channel("Orders", "/orders"), security: "Partner", method: "POST", is_active: false },
    ]);
  });

  // Its exports name no format of data that is 'json', and none where there is none (seen on the real one).
  test("the format of data stays as it is, whichever is by default where", () => {
    const { sections } = of41(
      {
        channel_rest: ["Plain", "Json"].map((name) => channel(name, `/${name}`)) as Record<string, unknown>[],
        outgoing_rest: [{ name: "Out", host: "http://h", url_path: "/" }],
      },
      {
        "channel_rest/Plain": { data_format: null },
        "channel_rest/Json": { data_format: "json" },
        "outgoing_rest/Out": { data_format: "json" },
      },
    );
    expect(sections.channel_rest!.map(({ data_format: format }) => format)).toEqual(["", "json"]);
    expect(sections.outgoing_rest).toMatchObject([{ data_format: "json" }]);
  });

  test.each<[string, ExportedCluster["objects"], string, string]>([
    ["a kind that nobody has tried", { email_imap: [{ name: "Mail", host: "h" }] }, "email_imap/Mail", "nobody has tried out yet how zato 4.1 takes"], // prettier-ignore
    ["a key that an import would pass over", { channel_rest: [{ ...channel("Orders", "/orders"), gateway_service_list: ["a"] }] }, "channel_rest/Orders", "gateway_service_list"], // prettier-ignore
  ])("%s is left out", (_, objects, what, why) => {
    const { sections, leftOut } = of41(objects);
    expect([sections, leftOut]).toEqual([{}, [{ what, why: expect.stringContaining(why) as string }]]);
  });

  test.each([
    [{ slack: "x" }, [{ what: "alert_notifications", why: "these are settings, not a list of objects" }]],
    [{}, []],
  ])("a section that is no list is left out, if it holds anything: %j", (settings, leftOut) => {
    const objects = { alert_notifications: settings } as unknown as ExportedCluster["objects"];
    expect(of41(objects)).toMatchObject({ sections: {}, leftOut });
  });

  test("beside one of 3.3, only what both take is declared", () => {
    const { leftOut } = content(
      { objects: { security: [{ name: "Old", type: "jwt", username: "old" }] } },
      { release: "4.1" },
    );
    expect(leftOut).toEqual([
      { what: "jwt/Old", why: expect.stringContaining("zato 4.1 has no JWT definitions") as string },
    ]);
  });
});

describe("what no program can declare is left out, and told", () => {
  test.each<[string, Partial<ExportedCluster>, string, string]>([
    [
      "a channel of a service that is not there",
      ofChannels(channel("X", "/x", { service: "gone" })),
      "channel_rest/X",
      "which nobody declares",
    ],
    [
      "a key that Zato would pass over",
      ofChannels(channel("X", "/x", { colour: 1 })),
      "channel_rest/X",
      "unknown key 'colour'",
    ],
    ["a WebSocket channel", { objects: { web_socket: [{ name: "W" }] } }, "web_socket/W", "a port of its own"],
    [
      "what is listed, and enmasse does not export",
      { rows: { "outconn_ftp/F": { name: "F" } } },
      "outconn_ftp/F",
      "enmasse does not export it",
    ],
    [
      "a service whose file the cluster does not give",
      { services: { old: "h" } },
      "service/old",
      "does not give the file",
    ],
    [
      "a secret inside of something else",
      ofChannels(channel("X", "/x", { service_whitelist: ["Zato_Enmasse_Env."] })),
      "service_whitelist.0 of channel_rest/X",
      "looks like a secret",
    ],
  ])("%s", (_, others, what, why) => {
    expect(content(others).leftOut).toEqual([{ what, why: expect.stringContaining(why) as string }]);
  });

  test("what is secured by something that is left out", () => {
    const { leftOut, sections } = content({
      objects: {
        channel_rest: [channel("X", "/x", { security_name: "Ring" })] as Record<string, unknown>[],
        security: [{ name: "Ring", type: "a new one" }],
      },
    });
    expect(leftOut.map(({ what }) => what)).toEqual(["security/Ring", "channel_rest/X"]);
    expect(sections).toEqual({});
  });

  test("a file that nobody can read the services of, which comes into a folder beside", () => {
    const odd = "from zato.server.service import Service\nclass A(globals()['Service']): name = 'a'\n";
    const { files, leftOut } = declarable(folder(), [exportedCluster({ "/srv/odd.py": ["a", odd] })]);
    expect([files, leftOut]).toEqual([[], [{ what: "left-out/odd.py", why: expect.any(String) as string }]]);
    expect(readdirSync(join(folder(), "left-out"))).toEqual(["odd.py"]);
  });

  test("a file whose hash is another one", () => {
    const cluster = exportedCluster({ [orders[0]]: orders[1] });
    const files = Object.fromEntries(
      Object.entries(cluster.files).map(([hash]) => [hash, { path: "/srv/orders.py", source: "eA==" }]),
    );
    expect(declarable(folder(), [{ ...cluster, files }]).leftOut).toMatchObject([{ what: "service/orders.list" }]);
    expect(existsSync(join(folder(), "services"))).toBe(false);
  });
});

test("files that import each other, and names that no module can have, are no obstacle", () => {
  const base = `from zato.server.service import Service\nclass Base(Service):\n    name = "base"\n`;
  const derived = `from my_base import Base\nclass A(Base):\n    name = "a"\n`;
  const { files, leftOut } = declarable(folder(), [
    exportedCluster({
      "/x/a.py": ["a", derived],
      "/x/my_base.py": ["base", base],
      "/x/or-ders.py": ["o", service("o")],
      "/y/a.py": ["b", service("b")],
    }),
  ]);
  expect([files, leftOut]).toEqual([["a.py", "a_2.py", "my_base.py", "or_ders.py"], []]);
});

describe("the table of differences", () => {
  const table = (a: Partial<ExportedCluster>, b: Partial<ExportedCluster>, source = orders[1][1]): string[] =>
    differencesTable([
      { name: "ops@a", cluster: exportedCluster({ [orders[0]]: orders[1] }, a) },
      { name: "ops@b", cluster: exportedCluster({ [orders[0]]: ["orders.list", source] }, b) },
    ]).map((line) => line.replace(/ {2,}/g, " | ").trim());

  test("is empty where they run the same", () => {
    expect(table(ofChannels(channel("X", "/x")), { ...ofChannels(channel("X", "/x")), identity: "two" })).toEqual([]);
  });

  test("has services, objects and settings that are not the same, by the fields that are not", () => {
    const found = table(
      { ...ofChannels(channel("X", "/x")), schedulerRuns: true },
      { ...ofChannels(channel("X", "/other"), channel("Y", "/y")), users: { "web-admin": ["admin"] } },
      service("orders.list", "newer"),
    );
    expect(found).toEqual([
      "object | ops@a | ops@b",
      "channel_rest/X | url_path=/x | url_path=/other",
      "channel_rest/Y | nothing | there",
      "cluster | scheduler=runs | scheduler=does not run",
      expect.stringMatching(/^service\/orders\.list \| sha256=[0-9a-f]{12} \| sha256=[0-9a-f]{12}$/),
      "users of web-admin | nothing | there",
    ]);
  });
});
