import { readFileSync } from "node:fs";
import path from "node:path";
import { CARRIER_CONTEXT, DataRemoval, ZatoCluster, ZatoInstallation } from "cdktf-zato";
import type { Lab } from "../../lab/lab";
import { differences, listHost } from "./support/host-listing";
import { labHost } from "./support/programs";
import { Project, type Program } from "./support/project";
import { freshHosts } from "./support/shared-lab";
import { httpStatus } from "./support/zato";

let lab: Lab;
let project: Project;
let before: string[];

const cluster =
  (environment: Record<string, string>): Program =>
  (stack) =>
    void new ZatoCluster(stack, "a", {
      host: labHost(stack, lab, "host1"),
      installation: ZatoInstallation.archive(lab.archive),
      environment,
      dataRemoval: DataRemoval.DROP,
    });

beforeAll(async () => {
  lab = await freshHosts(["host1"], { equipped: true });
  before = await listHost(lab, "host1");
  project = new Project(lab, { context: { [CARRIER_CONTEXT]: "terraform_data" } });
  await project.synth(cluster({})).apply();
});

afterAll(() => project?.remove());

test("with terraform_data as the carrier no provider is needed, and a cluster comes up all the same", async () => {
  const { resource, provider } = JSON.parse(readFileSync(path.join(project.folder, "cdk.tf.json"), "utf8")) as {
    resource: object;
    provider?: object;
  };
  expect(Object.keys(resource)).toEqual(["terraform_data"]);
  expect(provider).toBeUndefined();
  expect(await project.orThrow(["providers"])).not.toContain("hashicorp/null");
  expect(await httpStatus(lab, `http://${lab.host("host1").address}:11223/zato/ping`)).toBe(200);
});

test("a second plan is empty", async () => {
  expect(await project.planStatus()).toBe(0);
});

test("a change of the servers' environment re-creates their contents, and nothing else", async () => {
  const plan = await project.synth(cluster({ Greeting: "hello" })).plan();
  expect(plan).toEqual({ "a/server1/state": "delete create", "a/server2/state": "delete create" });
  await project.apply();
  expect(await project.planStatus()).toBe(0);
});

test("destroy leaves nothing but what the PostgreSQL that was there already has written; it is off again", async () => {
  expect(await project.destroy()).toMatchObject({ status: 0 });
  const left = differences(before, await listHost(lab, "host1"));
  expect(left.filter((line) => !line.includes(" /var/lib/postgresql/"))).toEqual([]);
});
