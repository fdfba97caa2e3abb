import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DataRemoval, HighAvailabilityDeployment, Hook, ZatoInstallation } from "cdktf-zato";
import type { Lab } from "../../lab/lab";
import { labHost } from "./support/programs";
import { Project, type Program } from "./support/project";
import { freshHosts } from "./support/shared-lab";

const HOSTS = ["host1", "host2"] as const;
const folder = mkdtempSync(path.join(tmpdir(), "zato-hooks-"));
const calls = path.join(folder, "calls");

let lab: Lab;
let project: Project;

/** A script that notes that it was called. It asks the cluster that it is told of, and fails for the one that is named. */
function script(name: string, failsFor = "none"): string {
  const file = path.join(folder, name);
  writeFileSync(
    file,
    `#!/bin/bash
echo "$CDKTF_ZATO_HOOK \${CDKTF_ZATO_CLUSTER:-}" >>'${calls}'
if [ -n "\${CDKTF_ZATO_CLUSTER:-}" ]; then
    echo "asked $CDKTF_ZATO_CLUSTER alone: $(curl -sS --max-time 5 -o /dev/null -w '%{http_code}' "$CDKTF_ZATO_URL/zato/ping")"
    [ "$CDKTF_ZATO_CLUSTER" != ${failsFor} ] || exit 3
fi
`,
  );
  return file;
}

interface Declared {
  readonly level: string;
  readonly failsFor?: string;
}

function program({ level, failsFor }: Declared): Program {
  return (stack) => {
    const hosts = HOSTS.map((name) => labHost(stack, lab, name));
    new HighAvailabilityDeployment(stack, "zato", {
      hosts,
      installation: ZatoInstallation.archive(lab.archive),
      dataRemoval: DataRemoval.DROP,
      servers: 1,
      environment: { LEVEL: level },
      beforeRollout: Hook.onDeployer(script("before.sh")),
      afterCluster: Hook.onDeployer(script("smoke.sh", failsFor)),
      afterRollout: Hook.onHost(hosts[1]!, onHost()),
    });
  };
}

/** A script that notes on a host as whom it was called. */
function onHost(): string {
  const file = path.join(folder, "after.sh");
  writeFileSync(file, '#!/bin/sh\necho "$CDKTF_ZATO_HOOK $(id -un)" >>/root/called\n');
  return file;
}

/** What was called since the last time that somebody asked. */
function called(): string[] {
  const text = readFileSync(calls, "utf8");
  writeFileSync(calls, "");
  return text.split("\n").filter(Boolean);
}

/** What the server of each cluster runs with. */
async function levels(): Promise<string[]> {
  return Promise.all(
    HOSTS.map(async (host) =>
      (
        await lab.execOrThrow(
          host,
          `tr '\\0' '\\n' </proc/$(systemctl show -P MainPID zato-${host}-server1)/environ | sed -n 's/^LEVEL=//p'`,
        )
      ).trim(),
    ),
  );
}

beforeAll(async () => {
  lab = await freshHosts(HOSTS, { equipped: true });
  writeFileSync(calls, "");
  project = new Project(lab);
});

afterAll(() => {
  project?.remove();
  rmSync(folder, { recursive: true, force: true });
});

test("GIVEN hooks, WHEN two clusters are installed, THEN each hook runs in its turn, and an apply without changes runs none", async () => {
  const said = await project.synth(program({ level: "one" })).apply();
  expect(called()).toEqual(["beforeRollout ", "afterCluster host1", "afterCluster host2"]);
  expect(said).toContain("[deployer] afterCluster of host2: done in ");
  expect(await lab.execOrThrow("host2", "cat /root/called")).toBe("afterRollout root\n");
  expect(await project.planStatus()).toBe(0);
  await project.apply();
  expect(called()).toEqual([]);
});

test("GIVEN a smoke test that the first cluster does not pass, WHEN it changes, THEN the other one stays as it was, which is said", async () => {
  const failed = await project.synth(program({ level: "two", failsFor: "host1" })).tryApply();

  expect(failed.status).not.toBe(0);
  expect(called()).toEqual(["beforeRollout ", "afterCluster host1"]);
  expect(await levels()).toEqual(["two", "one"]);
  expect(failed.stdout).toContain("[deployer] afterCluster of host1: failed: smoke.sh ended with exit status 3");
  expect(failed.stdout).toContain("asked host1 alone: 200");
  expect(failed.stdout).toContain(
    "host1 runs what is declared; the servers, content and load-balancer of host2 stay as they were",
  );
});

test("WHEN the test is mended, THEN the rollout goes on from there, and nothing is done twice", async () => {
  await project.synth(program({ level: "two" })).apply();
  expect(called()).toEqual(["afterCluster host1", "afterCluster host2"]);
  expect(await levels()).toEqual(["two", "two"]);
  expect(await project.planStatus()).toBe(0);
});
