import { readFileSync } from "node:fs";
import path from "node:path";
import { TerraformVariable } from "cdktf";
import { OdbDatabase, Secret } from "cdktf-zato";
import type { Lab } from "../../lab/lab";
import { terraformVersion } from "../../lab/prerequisites";
import { runOrThrow } from "../../lab/process";
import { TERRAFORM } from "../../lab/terraform/program";
import { twoHosts, virtualAddress } from "../lab/support/programs";
import { Project, type Program } from "../lab/support/project";
import { freshHosts } from "../lab/support/shared-lab";
import { httpStatus, poolOf, secretOf, unitProperty, unitsOf, waitForPing } from "../lab/support/zato";

// The life of an installation under the Terraform or OpenTofu that TERRAFORM_BINARY_NAME names: scripts/tested-with/terraform.sh.

const HOSTS = ["host1", "host2"] as const;
const JWT = "jwt-secret-of-version-";
const UNPACK =
  "import sys, zipfile\nz = zipfile.ZipFile(sys.argv[1])\nfor n in z.namelist(): sys.stdout.buffer.write(z.read(n))";

let lab: Lab;
let project: Project;
const env: Record<string, string> = { TF_VAR_jwt: `${JWT}1` };

const program =
  ({ version, greeting = "hello" }: { version?: string; greeting?: string } = {}): Program =>
  (stack) => {
    const jwt = new TerraformVariable(stack, "jwt", { type: "string" });
    const deployment = twoHosts(stack, lab, {
      deployment: {
        servers: 1,
        odb: OdbDatabase.localPostgresql({ password: Secret.generated({ version }) }),
        jwtSecret: Secret.fromVariable(jwt, { version }),
      },
    });
    deployment.clusters[0]!.addServer("server2", { environment: { Greeting: greeting } });
  };

const entry = (): string => `http://${virtualAddress(lab)}/zato/ping`;
const mainProcess = (host: string, unit: string): Promise<string> => unitProperty(lab, host, unit, "MainPID");
const ofBoth = <T>(produce: (host: string) => Promise<T>): Promise<T[]> => Promise.all(HOSTS.map(produce));

beforeAll(async () => {
  lab = await freshHosts(HOSTS, { equipped: true });
  project = new Project(lab, { env });
  console.log(`${path.basename(TERRAFORM)} says that it is ${await terraformVersion()}`);
});

afterAll(() => project?.remove());

test("WHEN a program is applied for the first time, THEN both clusters answer behind the virtual address", async () => {
  await project.synth(program()).apply();
  await waitForPing(lab, entry());
  expect(await ofBoth((host) => poolOf(lab, host))).toEqual(["host1 UP, host2 UP", "host1 UP, host2 UP"]);
  expect(await ofBoth((host) => secretOf(lab, host, "jwt_secret"))).toEqual([`${JWT}1`, `${JWT}1`]);
});

test("WHEN nothing has changed, THEN a plan is empty", async () => {
  expect(await project.planStatus()).toBe(0);
});

test("WHEN one server's environment changes, THEN its desired state is replaced, and it alone is restarted", async () => {
  // GIVEN
  const former = [await mainProcess("host1", "zato-host1-server1"), await mainProcess("host1", "zato-host1-server2")];

  // WHEN
  const plan = await project.synth(program({ greeting: "changed" })).plan();
  await project.apply();

  // THEN
  expect(plan).toEqual({ "zato/host1/server2/state": "delete create" });
  expect(await mainProcess("host1", "zato-host1-server1")).toBe(former[0]);
  const pid = await mainProcess("host1", "zato-host1-server2");
  expect(pid).not.toBe(former[1]);
  expect(await lab.execOrThrow("host1", `tr '\\0' '\\n' </proc/${pid}/environ`)).toContain("Greeting=changed\n");
  expect(await project.planStatus()).toBe(0);
});

test("WHEN secrets get another version, generated or from a variable, THEN the hosts have it, and a plan is empty", async () => {
  // GIVEN
  const former = await ofBoth((host) => secretOf(lab, host, "odb_password"));

  // WHEN
  env.TF_VAR_jwt = `${JWT}2`;
  await project.synth(program({ greeting: "changed", version: "2" })).apply();

  // THEN
  expect(await ofBoth((host) => secretOf(lab, host, "jwt_secret"))).toEqual([`${JWT}2`, `${JWT}2`]);
  const now = await ofBoth((host) => secretOf(lab, host, "odb_password"));
  expect(now.filter((secret) => former.includes(secret))).toEqual([]);
  expect(await httpStatus(lab, entry())).toBe(200);
  expect(await project.planStatus()).toBe(0);
});

test("the secret from a variable is neither in the state nor in a plan that would bring another one", async () => {
  // GIVEN
  env.TF_VAR_jwt = `${JWT}3`;
  const plan = path.join(project.folder, "saved.plan");

  // WHEN
  project.synth(program({ greeting: "changed", version: "3" }));
  await project.orThrow(["plan", `-out=${plan}`]);

  // THEN
  const unpacked = await runOrThrow("python3", ["-c", UNPACK, plan]);
  expect(unpacked).toContain("jwt");
  for (const kept of [unpacked, readFileSync(project.stateFile, "utf8")]) {
    expect(kept).not.toContain(JWT);
  }
});

test("WHEN it is destroyed, THEN no unit of ours is left", async () => {
  expect(await project.destroy()).toMatchObject({ status: 0 });
  expect(await ofBoth((host) => unitsOf(lab, host))).toEqual([[], []]);
  expect(JSON.parse(readFileSync(project.stateFile, "utf8"))).toMatchObject({ resources: [] });
});
