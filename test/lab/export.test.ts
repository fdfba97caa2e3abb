import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TerraformStack } from "cdktf";
import type { Lab } from "../../lab/lab";
import type { CommandResult } from "../../lab/process";
import { cdktfZato, verify } from "./support/content-cluster";
import { evaluateProgram } from "../support/exported-program";
import { differences, listHost } from "./support/host-listing";
import { Project } from "./support/project";
import { ADMIN_PASSWORD, askByHand, CODE, deployByHand, makeQuickstart, SERVERS, USER } from "./support/quickstart";
import { freshHosts } from "./support/shared-lab";

const HOSTS = ["host1", "host2"] as const;
const PARTNER = "partner's own: #1";
const BILLING = "billing's own";

let lab: Lab;
let folder: string;
let project: Project | undefined;

const typed = (host: string): string => `${lab.user}@${lab.host(host).address}`;

function exported(hosts: readonly string[], into: string, ...options: string[]): Promise<CommandResult> {
  const known = path.join(folder, "known_hosts");
  const login = ["--key", lab.keyFile, "--known-hosts", known, "--into", path.join(folder, into)];
  const cluster = ["--servers", SERVERS.join(":"), "--user", USER, "--zato", CODE];
  return cdktfZato("export", ...hosts, ...login, ...cluster, ...options);
}

const read = (into: string, name: string): string => readFileSync(path.join(folder, into, name), "utf8");

/** What an owner has made in the web-admin of a cluster. */
async function makeContent(host: string): Promise<void> {
  const create = async (service: string, request: object): Promise<void> => {
    await askByHand(lab, host, `${service}.create`, request);
  };
  await create("zato.security.basic-auth", {
    name: "Partner",
    username: "partner",
    realm: "API",
    is_active: true,
    password: PARTNER,
  });
  await create("zato.outgoing.sql", {
    name: "Billing",
    is_active: true,
    engine: "postgresql+pg8000",
    host: "db.internal",
    port: 5432,
    db_name: "billing",
    username: "billing",
    password: BILLING,
    pool_size: 5,
    extra: "",
  });
  const definitions = await askByHand<{ id: number; name: string }[]>(lab, host, "zato.security.basic-auth.get-list");
  const security = definitions.find(({ name }) => name === "Partner")!;
  await create("zato.http-soap", {
    name: "Legacy",
    connection: "channel",
    transport: "plain_http",
    url_path: "/legacy",
    method: "POST",
    service: "legacy.answer",
    security_id: security.id,
    data_format: "json",
    is_active: true,
    is_internal: false,
  });
  await create("zato.scheduler.job", {
    name: "Daily",
    is_active: false,
    job_type: "interval_based",
    service: "legacy.answer",
    start_date: "2020-01-01 00:00:00",
    days: 1,
  });
}

beforeAll(async () => {
  lab = await freshHosts([...HOSTS], { equipped: true });
  await Promise.all(HOSTS.map((host) => makeQuickstart(lab, host)));
  await Promise.all(HOSTS.map(makeContent));
  folder = mkdtempSync(path.join(tmpdir(), "zato-exported-"));
  const known = HOSTS.map((host) => `${lab.host(host).address} ${lab.host(host).hostKey}\n`);
  writeFileSync(path.join(folder, "known_hosts"), known.join(""));
});

afterAll(() => {
  project?.remove();
  if (folder) {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("a cluster is exported, and nothing on its machine is changed or left", async () => {
  const before = await listHost(lab, "host1");

  // WHEN
  const result = await exported([typed("host1")], "one");

  // THEN
  expect(result).toMatchObject({ status: 0 });
  expect(readdirSync(path.join(folder, "one", "services"))).toEqual(["legacy.py"]);
  const yaml = read("one", "enmasse.yaml");
  for (const word of ["Billing", "Partner", "Legacy", "Daily", "POST", "Zato_Enmasse_Env.billing_password"]) {
    expect(yaml).toContain(word);
  }
  expect(read("one", "README.md")).toContain("`Daily`, which is not active");
  // AND no secret is in any file
  const all = ["main.ts", "README.md", "enmasse.yaml"].map((name) => read("one", name)).join();
  [PARTNER, BILLING, ADMIN_PASSWORD].forEach((secret) => expect(all).not.toContain(secret));
  const found = differences(before, await listHost(lab, "host1")).filter(
    (line) => !/\/(logs|log|postgresql|zato_ipc_port)/.test(line),
  );
  expect(found).toEqual([]);
});

test("what two clusters do not have the same is printed first, and one of them by two names is refused", async () => {
  // GIVEN
  await deployByHand(
    lab,
    "host2",
    "legacy.py",
    readFileSync(path.join(folder, "one/services/legacy.py"), "utf8").replace('"legacy"', '"newer"'),
  );
  await lab.execOrThrow("host2", "sleep 5");

  // WHEN
  const { status, stdout } = await exported(HOSTS.map(typed), "two");

  // THEN
  expect(status).toBe(0);
  const lines = stdout.split("\n");
  expect(lines[0]!.trim().split(/ {2,}/)).toEqual(["object", ...HOSTS.map(typed)]);
  expect(lines[1]).toMatch(/^service\/legacy\.answer +sha256=\w{12} +sha256=\w{12}$/);
  expect(lines[2]).toBe("");
  // AND
  const twice = await exported([typed("host1"), `ssh://${typed("host1")}`], "twice");
  expect([twice.status, twice.stderr]).toEqual([2, expect.stringContaining("are one cluster")]);
  expect(existsSync(path.join(folder, "twice"))).toBe(false);
});

test.each<[string, readonly string[], string]>([
  ["another user", ["--user", "ops"], "the user ops cannot run /srv/esb/zato/bin/python"],
  ["no folder that is known", ["--servers", ""], "there is no server of Zato below /opt/zato/env"],
  ["a server that is not named", ["--servers", SERVERS[0]], "the cluster has 2 servers that run"],
])("%s: an error, and no file", async (_, options, message) => {
  const known = [
    "--key",
    lab.keyFile,
    "--known-hosts",
    path.join(folder, "known_hosts"),
    "--into",
    path.join(folder, "none"),
  ];
  const rest = { "--user": USER, "--servers": SERVERS.join(":"), "--zato": CODE, [options[0]!]: options[1]! };
  const { status, stderr } = await cdktfZato("export", typed("host1"), ...known, ...Object.entries(rest).flat());
  expect([status, stderr]).toEqual([2, expect.stringMatching(message)]);
  expect(existsSync(path.join(folder, "none"))).toBe(false);
});

test("the program that comes of it changes nothing of the cluster's content, and all is as declared", async () => {
  // GIVEN
  // The start of a job is that of its moments that came last.
  const settled = (text: string): string => text.replaceAll(/"?start_date"?: ?"[^"]*"/g, "");
  const objectsOf = async (): Promise<string> => {
    const all = await Promise.all(
      [
        ["zato.http-soap", { connection: "channel", transport: "plain_http" }],
        ["zato.outgoing.sql", {}],
        ["zato.security.basic-auth", {}],
        ["zato.scheduler.job", {}],
      ].map(([service, request]) => askByHand(lab, "host1", `${service as string}.get-list`, request as object)),
    );
    return settled(JSON.stringify(all));
  };
  const before = await objectsOf();
  const env = { TF_VAR_partner_password: PARTNER, TF_VAR_billing_password: BILLING };
  project = new Project(lab, { env }).synth((stack: TerraformStack) =>
    evaluateProgram(path.join(folder, "one"), stack),
  );

  // WHEN
  await project.apply();

  // THEN
  expect((await verify(project.folder)).stdout).toBe("the host is as deployed\na runs exactly what is declared\n");
  expect(await objectsOf()).toEqual(before);
  // AND a second export says the same
  expect(await exported([typed("host1")], "again")).toMatchObject({ status: 0 });
  for (const name of ["main.ts", "enmasse.yaml", "services/legacy.py"]) {
    expect([name, settled(read("again", name))]).toEqual([name, settled(read("one", name))]);
  }
});
