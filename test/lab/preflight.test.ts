import { TerraformVariable, type TerraformStack } from "cdktf";
import { HighAvailabilityDeployment, OdbDatabase, Secret, ZatoCluster, ZatoInstallation } from "cdktf-zato";
import type { Lab } from "../../lab/lab";
import { HOST_SCRIPTS } from "../support/bash";
import { differences, listHost } from "./support/host-listing";
import { labHost } from "./support/programs";
import { Project } from "./support/project";
import { freshHosts } from "./support/shared-lab";

const HOSTS = ["host1", "host2"] as const;

let lab: Lab;
let project: Project;
let findings: Record<string, string[]>;
const changes: Record<string, string[]> = {};
let plannedAfterwards: Record<string, string>;

/** Everything that can be wrong with host1 is declared wrongly, and everything with host2 is wrong on the host. */
function program(stack: TerraformStack): void {
  const host1 = labHost(stack, lab, "host1", { cpus: lab.host("host1").cpus + 1, memory: 999_999 });
  const host2 = labHost(stack, lab, "host2");
  const password = Secret.fromVariable(new TerraformVariable(stack, "odb_password", { type: "string" }));
  const odb = { host: lab.host("db").address, database: "zato", username: "zato", password };
  const missing = { ...lab.archive, url: `${lab.archive.url}.is-not-there` };
  new HighAvailabilityDeployment(stack, "zato", {
    clusters: [
      new ZatoCluster(stack, "a", {
        host: host1,
        installation: ZatoInstallation.archive(missing),
        odb: OdbDatabase.postgresql({ ...odb, port: 5433 }),
      }),
      new ZatoCluster(stack, "b", { host: host2, installation: ZatoInstallation.archive(lab.archive) }),
    ],
  });
}

beforeAll(async () => {
  lab = await freshHosts(HOSTS);
  await lab.execOrThrow("host1", "systemd-run --quiet --unit other-software nc -l -k 127.0.0.1 17010");
  await lab.execOrThrow("host2", "rm /etc/sudoers.d/ops; rm /etc/os-release");
  await lab.execOrThrow("host2", "printf 'ID=plan9\\nVERSION_ID=4\\nPRETTY_NAME=\"Plan 9\"\\n' >/etc/os-release");
  const before = await Promise.all(HOSTS.map((host) => listHost(lab, host)));
  project = new Project(lab, { env: { TF_VAR_odb_password: "any" } }).synth(program);
  const { status, stdout } = await project.tryApply();
  expect(status).toBe(1);
  const said = (host: string): string[] =>
    [...stdout.matchAll(new RegExp(`\\[${host}\\] preflight: (.*)`, "g"))].map((match) => match[1]!);
  findings = Object.fromEntries(HOSTS.map((host) => [host, said(host)]));
  for (const [position, host] of HOSTS.entries()) {
    changes[host] = differences(before[position]!, await listHost(lab, host));
  }
  plannedAfterwards = await project.plan();
});

afterAll(() => project?.remove());

test("all findings of one host are reported at once", () => {
  const { address } = lab.host("db");
  const { cpus } = lab.host("host1");
  expect(findings.host1).toEqual([
    `the host has ${cpus} CPUs, and ${cpus + 1} are declared; declare cpus: ${cpus}`,
    expect.stringMatching(/^the host has \d+ MiB of memory, and 999999 MiB are needed$/),
    expect.stringMatching(
      /^port 17010, meant for server1, is taken by 'nc', process \d+, unit other-software.service; stop it, or choose another port$/,
    ),
    `${address}:5433 cannot be reached from this host`,
    `${lab.archive.url}.is-not-there cannot be downloaded from this host`,
    "5 finding(s); nothing was changed on any host",
  ]);
});

test("those of the other host too, in the same apply", () => {
  expect(findings.host2).toEqual([
    "the operating system is 'Plan 9'; use Debian 12 or Ubuntu 22.04, or a later release of them",
    "ops cannot become root; let it run 'sudo -n' without a password, or log in as root",
    "2 finding(s); nothing was changed on any host",
  ]);
});

test("nothing is changed on any host, and the whole of it is still to be done", () => {
  expect(changes).toEqual({ host1: [], host2: [] });
  const planned = Object.entries(plannedAfterwards);
  expect(planned.filter(([address]) => address.endsWith("/state")).every(([, action]) => action === "create")).toBe(
    true,
  );
});

test("a clock that is off is a finding", async () => {
  // GIVEN
  const facts = { host: "host1", sudo: "true", cpus: String(lab.host("host1").cpus), memory: "1", disk: "1" };
  const entries = Object.entries(facts).map(([name, value]) => `@param ${name}\n|${value}\n`);
  const manifest = `${entries.join("")}@end\n`;
  const check = async (now: string): Promise<{ status: number; stdout: string }> => {
    // Each time: a host that does not pass is left without scripts.
    await lab.copyTo("host1", HOST_SCRIPTS, "/home/ops/check/scripts");
    await lab.execOrThrow("host1", "chown -R ops: /home/ops/check");
    return lab.ssh("host1", `cat >manifest; bash check/scripts/preflight.sh manifest "${now}"`, manifest);
  };

  // WHEN
  const wrong = await check("$(date --utc --date '90 seconds' +%FT%TZ)");
  const right = await check("$(date --utc --date '5 seconds' +%FT%TZ)");

  // THEN
  expect(wrong.status).toBe(1);
  expect(wrong.stdout).toMatch(
    /^\[host1\] preflight: the clock is off by -(89|90) s from the machine that runs Terraform/,
  );
  expect(right).toMatchObject({ status: 0, stdout: "[host1] preflight: passed\n" });
});
