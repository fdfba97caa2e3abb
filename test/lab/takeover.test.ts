import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ZatoInstallation } from "cdktf-zato";
import type { Lab } from "../../lab/lab";
import { startLoad, type Load } from "../../lab/load";
import { describeLoad } from "../../lab/load-summary";
import { run, type CommandResult } from "../../lab/process";
import { edited, runbookSteps, type RunbookStep } from "../support/runbook";
import { cdktfZato } from "./support/content-cluster";
import { keptOfQuickstart, makePackageQuickstart } from "./support/package-quickstart";
import { programOf } from "./support/page-program";
import { labHost, virtualAddress } from "./support/programs";
import { lastLines, Project, type Program } from "./support/project";
import { freshHosts } from "./support/shared-lab";
import { httpStatus, poolOf, unitProperty, unitsOf, waitForPing } from "./support/zato";

const HOSTS = ["host1", "host2"] as const;

const SERVICE = `
from time import sleep
from zato.server.service import Service

class Count(Service):
    name = "stock.count"

    def handle(self):
        sleep(0.3)
        self.response.payload = "declared"
`;

// Three deploys each, and a minute for what is on its way.
jest.setTimeout(1_800_000);

const folder = mkdtempSync(path.join(tmpdir(), "zato-takeover-"));
const steps = runbookSteps("taking-over.md");

let lab: Lab;
let project: Project;
let code = "";
let load: Load;
let kept: string[][];

/** A text of the page, with what the lab has in place of the names in it. */
function inTheLab(text: string): string {
  return text
    .replaceAll("10.0.0.100", virtualAddress(lab))
    .replaceAll("10.0.0.11", lab.host("host1").address)
    .replaceAll("10.0.0.12", lab.host("host2").address)
    .replaceAll("cdktf.out/stacks/STACK", project.folder)
    .replace("terraform destroy", "terraform destroy -auto-approve");
}

/** The program of the page as it is now. */
function program(text = code): Program {
  return programOf(inTheLab(text), (stack) => ({
    host1: labHost(stack, lab, "host1"),
    host2: labHost(stack, lab, "host2"),
    installation: ZatoInstallation.archive(lab.archive),
    join: (...parts: string[]) => path.join(...parts),
    __dirname: folder,
  }));
}

async function ofCommand(place: string, command: string): Promise<CommandResult> {
  if (command === "npx cdktf deploy") return project.synth(program()).tryApply();
  const text = inTheLab(command);
  if (text.startsWith("npx cdktf-zato ")) return cdktfZato(...text.split(" ").slice(2));
  const options = { env: { ...process.env, TF_CLI_CONFIG_FILE: lab.cliConfigFile } };
  return place === "where Terraform runs"
    ? run("bash", ["-euo", "pipefail", "-c", text], options)
    : lab.exec(place.replace("on ", ""), `set -euo pipefail; ${text}`);
}

async function take(step: RunbookStep): Promise<void> {
  if ("program" in step) {
    code = step.program;
  } else if ("edit" in step) {
    code = edited(code, step.edit);
  } else {
    for (const command of step.commands) {
      const result = await ofCommand(step.place, command);
      expect([command, result.status, result.status === 0 ? "" : lastLines(result)]).toEqual([command, 0, ""]);
    }
  }
}

/** Takes the next steps of the page, up to and with the edit that has a text, or to its end. */
async function takeUntil(text: string): Promise<void> {
  for (let step = steps.shift(); step; step = steps.shift()) {
    await take(step);
    if ("edit" in step && step.edit.includes(text)) return;
  }
}

const url = (): string => `http://${virtualAddress(lab)}/stock`;

/** No request of those that clients have sent so far is lost. */
async function noneIsLost(): Promise<void> {
  load.stop();
  const all = await load.finished;
  console.log(`${expect.getState().currentTestName}: ${describeLoad(all)}`);
  expect(all.failedByKind).toEqual({});
  await startRequests();
}

async function startRequests(): Promise<void> {
  load = await startLoad(lab, { url: url(), method: "POST", body: "{}", rate: 10, seconds: 3600 });
  await load.begun;
}

beforeAll(async () => {
  lab = await freshHosts(HOSTS, { equipped: true });
  await Promise.all(HOSTS.map((host) => makePackageQuickstart(lab, host, { scheduler: host === "host1" })));
  kept = await Promise.all(HOSTS.map((host) => keptOfQuickstart(lab, host)));
  mkdirSync(path.join(folder, "services"));
  writeFileSync(path.join(folder, "services", "stock.py"), SERVICE);
  project = new Project(lab);
});

afterAll(() => {
  load?.stop();
  project?.remove();
  rmSync(folder, { recursive: true, force: true });
});

test("GIVEN two quickstart clusters, WHEN the page is begun, THEN both answer at one address, with the same content", async () => {
  await takeUntil(`+  drainedClusters: ["a"]`);
  await waitForPing(lab, url());
  await startRequests();
});

test("GIVEN the old cluster still runs, WHEN it would be replaced, THEN the preflight names what is in the way, and nothing is changed", async () => {
  // GIVEN the edit that comes later
  const later = steps.find((step) => "edit" in step && step.edit.startsWith("-const a")) as { readonly edit: string };

  // WHEN
  const { status, stdout } = await project.synth(program(edited(code, later.edit))).tryApply();

  // THEN
  expect(status).toBe(1);
  const said = [...stdout.matchAll(/\[host1\] preflight: (.*)/g)].map(([, text]) => text!);
  for (const [port, purpose] of [
    [11223, "the Zato load-balancer"],
    [17010, "server1"],
    [31530, "the scheduler"],
  ] as const) {
    const finding = said.find((text) => text.startsWith(`port ${port}, `));
    expect(finding).toMatch(new RegExp(`meant for ${purpose}, is taken by .* of zato, unit zato-qs-1.service; `));
  }
  expect(said).toEqual(
    expect.arrayContaining([
      "note: the folder /opt/zato of zato becomes root's, and so does /opt/zato/env; what others have in there stays theirs",
      expect.stringMatching(
        /^note: the user zato is there already, and is taken as it is: uid=\d+\(zato\) .*, home \/opt\/zato, shell \/bin\/bash$/,
      ),
      expect.stringMatching(/^note: PostgreSQL is there already, and gets the database zato_a; /),
      expect.stringMatching(/^note: another Zato runs here: processes [\d ]+ of zato, unit zato-qs-1.service$/),
      expect.stringMatching(/^note: the unit zato-qs-1.service starts at boot, and is not of this library; /),
    ]),
  );
  expect(await Promise.all(HOSTS.map((host) => keptOfQuickstart(lab, host)))).toEqual(kept);
  expect((await unitsOf(lab, "host1")).filter((unit) => unit.startsWith("zato-a-"))).toEqual([]);
  await noneIsLost();
});

test("the first one is drained, stopped and replaced, and no request is lost", async () => {
  await takeUntil(`-  drainedClusters: ["a"]`);
  await noneIsLost();
  expect(await unitsOf(lab, "host1")).toEqual(
    expect.arrayContaining(["zato-a-server1.service", "zato-a-scheduler.service"]),
  );
});

test("and so is the other one; of the old ones all is kept", async () => {
  await takeUntil(`+  drainedClusters: ["a"]`);
  await noneIsLost();
  for (const host of HOSTS) {
    expect(await poolOf(lab, host)).toBe("a UP, b UP");
    expect(await unitProperty(lab, host, "zato-qs-1.service", "ActiveState")).toBe("inactive");
    expect(await httpStatus(lab, `http://${lab.host(host).address}:11223/stock`, "client", "--request", "POST")).toBe(
      200,
    );
  }
  expect(await Promise.all(HOSTS.map((host) => keptOfQuickstart(lab, host)))).toEqual(kept);
});

test("the way back: the old one answers again, beside the new other one, and no request is lost", async () => {
  await takeUntil("nothing: to the end");
  await noneIsLost();
  expect(await poolOf(lab, "host2")).toBe("a UP, b UP");
  expect((await unitsOf(lab, "host1")).filter((unit) => unit.startsWith("zato-a-"))).toEqual([]);
  expect(await httpStatus(lab, `http://${lab.host("host1").address}:11223/stock`, "client", "--request", "POST")).toBe(
    200,
  );
  expect((await keptOfQuickstart(lab, "host1")).join()).toBe(kept[0]!.join());
  expect(await project.planStatus()).toBe(0);
});

test("a machine that boots has the old cluster on it, and nothing that is in its way", async () => {
  await lab.powerCut("host1");
  await lab.powerOn("host1");
  await waitForPing(lab, `http://${lab.host("host1").address}:11223/zato/ping`, 120);
});
