import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { HighAvailabilityDeployment, OdbDatabase, Secret, ZatoInstallation } from "cdktf-zato";
import type { Lab } from "../../lab/lab";
import { verify } from "./support/content-cluster";
import { labHost } from "./support/programs";
import { lastLines, Project, type Program } from "./support/project";
import { freshHosts } from "./support/shared-lab";
import { query, secretOf, waitForPing } from "./support/zato";

// Two deploys and a boot in the longest.
jest.setTimeout(1_800_000);

const folder = mkdtempSync(path.join(tmpdir(), "zato-again-"));
const KEY = "/etc/cdktf-zato/secrets/host1/secret_key";

/** What an image of the machine has of ours, and of the database. */
const ON_IMAGE =
  "opt/zato etc/cdktf-zato etc/zato etc/systemd/system var/lib/cdktf-zato var/lib/postgresql home/ops/.cdktf-zato";

let lab: Lab;
let project: Project;

/** A cluster on one host, whose service answers a text, with passwords of a version. */
function program(text: string, version = "1", revision = "1", database?: string): Program {
  const services = path.join(folder, text);
  mkdirSync(services, { recursive: true });
  writeFileSync(
    path.join(services, "say.py"),
    `from zato.server.service import Service

class Say(Service):
    name = "say"

    def handle(self):
        self.response.payload = "${text}"
`,
  );
  return (stack) => {
    const password = Secret.generated({ version });
    const zato = new HighAvailabilityDeployment(stack, "zato", {
      hosts: [labHost(stack, lab, "host1", { revision })],
      installation: ZatoInstallation.archive(lab.archive),
      servers: 1,
      odb: OdbDatabase.localPostgresql({ password, database }),
      adminInvokePassword: password,
      webAdmin: { password },
    });
    zato.content.addServices(services);
    zato.content.addRestChannel("Say", { urlPath: "/say", service: "say" });
  };
}

const said = async (): Promise<string> => {
  const { stdout } = await lab.exec("client", ["curl", "-sS", `http://${lab.host("host1").address}:11223/say`]);
  return stdout;
};

async function verified(): Promise<string[]> {
  const { stdout } = await verify(project.folder);
  return stdout.split("\n").filter((line) => line !== "");
}

const ALL_IS_WELL = ["the host is as deployed", "host1 runs exactly what is declared"];

beforeAll(async () => {
  lab = await freshHosts(["host1"], { equipped: true });
  project = new Project(lab).synth(program("one"));
  await project.apply();
});

afterAll(() => {
  project?.remove();
  rmSync(folder, { recursive: true, force: true });
});

test("GIVEN a cluster that was removed with KEEP, WHEN another state deploys it, THEN it has its data and keys again, which is said before", async () => {
  // GIVEN
  await query(lab, "host1", "create table somebodys (name text)");
  const key = await secretOf(lab, "host1", "secret_key");
  expect(await project.destroy()).toMatchObject({ status: 0 });
  project.remove();

  // WHEN
  project = new Project(lab).synth(program("one"));
  const told = await project.apply();

  // THEN
  expect(told).toContain(
    "preflight: note: the database zato_host1 of the cluster host1 was kept here, and is taken up again",
  );
  expect(await query(lab, "host1", "select count(*) from somebodys")).toEqual(["0"]);
  expect(await secretOf(lab, "host1", "secret_key")).toBe(key);
  expect(await said()).toBe("one");
  expect(await verified()).toEqual(ALL_IS_WELL);
});

describe("a key that is not the ODB's", () => {
  const again = (): string => `-replace=${project.address("zato/host1/registration/state")}`;

  test("is said, and nothing is encrypted with it", async () => {
    // GIVEN
    const rows = await query(lab, "host1", "select name, password from sec_base order by name");
    await lab.execOrThrow(
      "host1",
      `cp -p ${KEY} ${KEY}.kept && head -c 32 /dev/zero | base64 | tr '+/' '-_' | tr -d '\\n' >${KEY}`,
    );

    // WHEN
    await expect(project.apply(again())).rejects.toThrow(
      /the ODB's passwords were encrypted with another secret key than the one on this host; bring that back: sudo bash/,
    );

    // THEN
    expect(await query(lab, "host1", "select name, password from sec_base order by name")).toEqual(rows);
    expect(await said()).toBe("one");
  });

  test("and with its own key the deploy goes on", async () => {
    await lab.execOrThrow("host1", `mv ${KEY}.kept ${KEY}`);
    await project.apply(again());
    expect(await verified()).toEqual(ALL_IS_WELL);
  });
});

test("GIVEN a machine that was restored from an image of before, WHEN its revision is raised, THEN it is what is declared now", async () => {
  // GIVEN
  const stop = "systemctl stop 'zato-*' postgresql 'postgresql@*'";
  await lab.execOrThrow(
    "host1",
    `${stop}; tar -C / -cpf /image.tar ${ON_IMAGE}; systemctl start postgresql --all 'zato-*.service'`,
  );
  await project.synth(program("two", "2")).apply();
  expect(await said()).toBe("two");
  const password = await secretOf(lab, "host1", "web_admin_password");
  await lab.execOrThrow("host1", `${stop}; cd / && rm -rf ${ON_IMAGE}; tar -C / -xpf /image.tar`);
  await lab.powerCut("host1");
  await lab.powerOn("host1");
  await waitForPing(lab, `http://${lab.host("host1").address}:11223/say`, 120);

  // THEN it is what it was, and that is named
  expect(await said()).toBe("one");
  const { status, stdout } = await verify(project.folder);
  expect([status, stdout]).toEqual([1, expect.stringMatching(/host1/)]);
  expect(await project.planStatus()).toBe(0);

  // WHEN
  const result = await project.synth(program("two", "2", "2")).tryApply();
  expect([result.status, result.status === 0 ? "" : lastLines(result)]).toEqual([0, ""]);

  // THEN
  expect(await said()).toBe("two");
  expect(await verified()).toEqual(ALL_IS_WELL);
  expect(await secretOf(lab, "host1", "web_admin_password")).not.toBe(password);
  expect(await project.planStatus()).toBe(0);
});

test("GIVEN a database of somebody's, WHEN the cluster is to have that in place of its own, THEN it is told, and nothing is touched", async () => {
  // GIVEN
  await query(lab, "host1", "create database crm");
  const owner = "select pg_get_userbyid(datdba), datacl from pg_database where datname = 'crm'";
  const before = await query(lab, "host1", owner);

  // WHEN
  await expect(project.synth(program("two", "2", "2", "crm")).apply()).rejects.toThrow(
    /preflight: .*PostgreSQL has a database or a user crm already, and not of this cluster; rename it/,
  );

  // THEN
  expect(await query(lab, "host1", owner)).toEqual(before);
  expect(await said()).toBe("two");
});
