import path from "node:path";
import type { Lab } from "../../lab/lab";
import { run, type CommandResult } from "../../lab/process";
import { runbookBlocks } from "../support/runbook";
import { twoHosts, virtualAddress } from "./support/programs";
import { Project } from "./support/project";
import { freshHosts } from "./support/shared-lab";
import { holdersOf, poolOf, unitProperty } from "./support/zato";

const ROOT = path.join(__dirname, "../..");
const HOSTS = ["host1", "host2"] as const;

let lab: Lab;
let project: Project;

beforeAll(async () => {
  lab = await freshHosts(HOSTS, { equipped: true });
  project = new Project(lab).synth((stack) => void twoHosts(stack, lab, { deployment: { backup: {}, servers: 1 } }));
  await project.apply();
});

afterAll(() => project?.remove());

/** A command of the page, with what the lab has in place of the names in it. */
function inTheLab(command: string): string {
  return command
    .replaceAll("10.0.0.100", virtualAddress(lab))
    .replaceAll("10.0.0.11", lab.host("host1").address)
    .replaceAll("cdktf.out/stacks/STACK", project.folder)
    .replace(/^npx cdktf-zato/, `${process.execPath} --import tsx lib/cli/main.ts`)
    .replace(/^npx cdktf diff/, `terraform -chdir=${project.folder} plan -detailed-exitcode`);
}

async function runAt(place: string, command: string): Promise<CommandResult> {
  return place === "where Terraform runs"
    ? run("bash", ["-euo", "pipefail", "-c", command], {
        cwd: ROOT,
        env: { ...process.env, TF_CLI_CONFIG_FILE: lab.cliConfigFile },
      })
    : lab.exec(place.replace("on ", ""), `set -euo pipefail; ${command}`);
}

describe("each command of the runbook that says where it runs", () => {
  const steps = runbookBlocks()
    .filter(({ how }) => how === "run")
    .flatMap(({ words, commands }) =>
      words
        .replace(/^on /, "")
        .split(", ")
        .flatMap((place) => commands.map((command) => [place, command] as const)),
    );

  test.each(steps)("on %s: %s", async (place, command) => {
    const result = await runAt(place, inTheLab(command));
    expect({ status: result.status, said: result.status === 0 ? "" : result.stdout + result.stderr }).toEqual({
      status: 0,
      said: "",
    });
  });

  test("had its effect: no host sends anything to the cluster that was drained", async () => {
    for (const host of HOSTS) {
      expect(await poolOf(lab, host)).toBe("host1 DRAIN, host2 UP");
      await lab.execOrThrow(
        host,
        "echo 'set server clusters/host1 state ready; set server clusters_last_resort/host1 state ready' | sudo socat - UNIX-CONNECT:/run/zato-edge/admin.sock",
      );
    }
  });
});

test("the virtual address moves when its holder lets it go", async () => {
  const [holder] = await holdersOf(lab, virtualAddress(lab), HOSTS);
  await lab.execOrThrow(holder!, "sudo systemctl stop zato-edge-vrrp");
  const other = HOSTS.filter((host) => host !== holder);
  expect(await holdersOf(lab, virtualAddress(lab), HOSTS)).toEqual(other);
});

test("a scheduler is kept from coming back by hand", async () => {
  await lab.execOrThrow("host1", "sudo systemctl disable --now zato-host1-scheduler");
  expect(await unitProperty(lab, "host1", "zato-host1-scheduler", "ActiveState")).toBe("inactive");
});
