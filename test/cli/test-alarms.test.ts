import { readFileSync } from "node:fs";
import { join } from "node:path";
import { TerraformVariable } from "cdktf";
import { AlarmDelivery, Secret } from "cdktf-zato";
import { temporaryFolder } from "../support/bash";
import { newDeployment, newHost, newStack } from "../support/stack";
import { synthTo } from "../support/synth";
import { compiledProgram } from "./support/program";

const folder = temporaryFolder();
const program = compiledProgram(folder);

jest.setTimeout(60_000);

function stack(hasAlarms: boolean, lost = ""): string {
  const declared = newStack();
  const webhook = Secret.fromVariable(new TerraformVariable(declared, "webhook", { type: "string" }));
  newDeployment(declared, {
    hosts: ["host1", "host2"].map((id) => newHost(declared, id, { lost: id === lost })),
    ...(hasAlarms && { alarms: { to: AlarmDelivery.webhook(webhook) } }),
  });
  return synthTo(folder(), declared);
}

/** A host that notes what it is asked; host2 cannot deliver. */
const SSH = `host=\${*: -2:1}; printf '%s\\n' "\${*: -1}" >>"$FOLDER/asked"; echo @cdktf-zato
  [ "$host" = 10.0.0.11 ] || { echo "it could not be delivered; see 'sudo journalctl -u x'" >&2; exit 1; }`;

test("each host delivers a test message, and it is said which could not", () => {
  const { status, stdout, stderr } = program.run(["test-alarms", stack(true)], SSH);
  expect([status, stderr]).toEqual([1, ""]);
  expect(stdout.split("\n")).toEqual([
    "host1 zato-alarms: a test message was delivered",
    "host2 zato-alarms: it could not be delivered; see 'sudo journalctl -u x'",
    "",
  ]);
  const asked = readFileSync(join(folder(), "asked"), "utf8").trimEnd().split("\n");
  expect(new Set(asked)).toEqual(
    new Set(["echo @cdktf-zato; sudo -n bash .cdktf-zato/scripts/alarms.sh zato-alarms test"]),
  );
});

test("a host that is declared lost is not asked", () => {
  const { status, stdout } = program.run(["test-alarms", stack(true, "host2")], SSH);
  expect([status, stdout]).toEqual([0, "host1 zato-alarms: a test message was delivered\n"]);
});

test("fails where no deployment has alarms", () => {
  const { status, stderr } = program.run(["test-alarms", stack(false)], SSH);
  expect(status).toBe(2);
  expect(stderr).toMatch(/no deployment of the stack in '.*' has alarms; give it 'alarms', and deploy/);
});
