import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TerraformStack } from "cdktf";
import { planJsonOf } from "../contract/support/plan";
import { BashResult, temporaryFolder } from "../support/bash";
import { Program, stackOf } from "../support/changing-program";
import { newStack } from "../support/stack";
import { synthTo } from "../support/synth";
import { terraformThat } from "../support/terraform-program";
import { compiledProgram } from "./support/program";

const folder = temporaryFolder();
const program = compiledProgram(folder);

/** The address of the resource whose name begins so. */
let address: (name: string) => string;

/** Lines that `terraform apply -json` prints. */
const says = (name: string, output: string): object => ({
  type: "provision_progress",
  hook: { resource: { addr: address(name) }, output },
});
const starts = (addr: string): object => ({ type: "apply_start", hook: { resource: { addr } } });
const error = (diagnostic: object): object => ({
  type: "diagnostic",
  diagnostic: { severity: "error", ...diagnostic },
});
const outputs = { type: "outputs", outputs: { zato_entry_url: { value: "http://10.0.0.100" } } };

/** Runs the command with a Terraform that has a plan, and says some lines when it applies that. */
function deploy(
  before: Program | TerraformStack,
  after: Program,
  lines: () => readonly (object | string)[],
  more: Partial<Call> = {},
): BashResult & { stack: string } {
  const { args = ["--yes"], status = 0 } = more;
  const stack = stackOf(after);
  const json = planJsonOf("node" in before ? before : stackOf(before), stack);
  const stackFolder = synthTo(join(folder(), "out"), stack);
  const changes = (JSON.parse(json) as { resource_changes: { address: string }[] }).resource_changes;
  address = (name) => changes.map((one) => one.address).find((one) => one.startsWith(`null_resource.${name}`))!;
  writeFileSync(join(folder(), "plan.json"), json);
  writeFileSync(join(folder(), "said"), lines().map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`).join("")); // prettier-ignore
  if (more.isPrepared ?? true) mkdirSync(join(stackFolder, ".terraform"));
  const terraform = terraformThat(
    folder(),
    `case $1 in show) cat '${folder()}/plan.json' ;; apply) ${more.apply ?? ":"}; cat '${folder()}/said'; exit ${status} ;; plan) ${more.plan ?? ":"} ;; esac`,
  );
  return {
    ...program.run(["deploy", stackFolder, ...args], undefined, { TERRAFORM_BINARY_NAME: terraform }),
    stack: stackFolder,
  };
}

interface Call {
  readonly args: readonly string[];
  readonly status: number;
  readonly isPrepared: boolean;
  readonly plan: string;
  readonly apply: string;
}

/** What Terraform was asked for. */
const calls = (): string[] =>
  readFileSync(join(folder(), "calls"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => line.split(" ")[1]!);

const RESTART: readonly [Program, Program] = [{}, { zato: { restartedAt: "2026-11-22" } }];

/** Lines that are printed, without times. */
const linesOf = ({ stdout }: BashResult): string[] =>
  stdout
    .replace(/\b\d+:\d\d\b/g, "TIME")
    .trimEnd()
    .split("\n");

test("a deploy shows the plan, and then each step with its number when a host says the first word of it", () => {
  const done = deploy(...RESTART, () => [
    "Warning: something that is no JSON",
    { type: "version", terraform: "1.11.4" },
    starts(address("zato_host1_server1_state")),
    says("zato_host1_server1_state", "Connecting to remote host via SSH..."),
    says("zato_host1_server1_state", "  Host: 10.0.0.11"),
    says("zato_host1_server1_state", "[host1] server1: restarted\u001b[31m"),
    says("zato_host1_server2_state", "[host1] server2: as declared"),
    says("zato_host2_server1_state", "[host2] server1: restarted"),
    outputs,
  ]);
  expect([done.status, done.stderr]).toEqual([0, ""]);
  expect(done.stdout).toContain("host1 server1  restarted (drained before)");
  expect(linesOf(done).slice(-11)).toEqual([
    "",
    "1 of 2: the cluster host1, one part after the other",
    "  TIME  [host1] server1: restarted[31m",
    "  TIME  [host1] server2: as declared",
    "",
    "2 of 2: the cluster host2, one part after the other",
    "  TIME  [host2] server1: restarted",
    "",
    "deployed in TIME",
    "zato: http://10.0.0.100",
    expect.stringMatching(/^to do next: npx \S+ status '\S+\/stacks\/stack'$/),
  ]);
  expect(calls()).toEqual(["plan", "show", "apply"]);
});

test("one that fails ends with what has failed, in what the host has said, and the next command; nothing of Terraform's own", () => {
  const failed = deploy(
    ...RESTART,
    () => [
      says("zato_host1_server1_state", "[host1] server1: restarted"),
      says("zato_host1_server2_state", "[host1] server2: waiting for all workers (3 s)"),
      says(
        "zato_host1_server2_state",
        "[host1] server2: failed: not all 4 workers answer after 300 s (log on the host: /var/log/x)",
      ),
      ...Array.from({ length: 40 }, (_, n) => says("zato_host1_server2_state", `    line ${n}`)),
      error({
        summary: "remote-exec provisioner error",
        detail: 'error executing "x.sh"',
        address: address("zato_host1_server2_state"),
      }),
    ],
    { status: 1 },
  );
  expect(failed.status).toBe(1);
  const lines = linesOf(failed);
  expect(lines.slice(lines.lastIndexOf("") + 1)).toEqual([
    "failed after TIME, in 1 of 2: the cluster host1, one part after the other",
    "  [host1] server2: failed: not all 4 workers answer after 300 s (log on the host: /var/log/x)",
    ...Array.from({ length: 13 }, (_, n) => `      line ${n}`),
    "what comes after it was not touched, and what is done is left alone: remove the cause, and deploy again",
    expect.stringMatching(/^to do next: npx \S+ logs \S+ host1-server2$/),
  ]);
  expect(failed.stdout).not.toContain("provisioner error");
});

test("where no host had a word, Terraform's is told, in a line", () => {
  const failed = deploy(
    ...RESTART,
    () => [
      error({
        summary: "file provisioner error",
        detail: `timeout\nlong ${"x".repeat(999)}`,
        address: address("zato_host1_server1_state"),
      }),
      error({ summary: "Invalid provider" }),
    ],
    { status: 1 },
  );
  expect(failed.stdout).toContain(
    `\n  ${address("zato_host1_server1_state")}: file provisioner error: timeout\n  Invalid provider\n`,
  );
  expect(failed.stdout).toMatch(/^failed after \d:\d\d, in 1 of 2: the cluster host1/m);
  expect(failed.stdout).toMatch(/logs \S+ host1-server1\n$/);
});

test("a Terraform that ends without a reason is no success", () => {
  const failed = deploy(...RESTART, () => ["{not JSON"], { status: 137 });
  expect(failed.status).toBe(1);
  expect(linesOf(failed).slice(-4)).toEqual([
    "failed after TIME",
    expect.stringMatching(/^ {2}Terraform gave no reason; '\w+ deploy' shows all that it says$/),
    expect.stringMatching(/^what comes after/),
    expect.stringMatching(/^to do next: npx \S+ status /),
  ]);
});

test.each([["--yes"], ["--plan", "the.plan"]])(
  "whoever interrupts it with %s is told how Terraform has ended what it was at",
  (...args) => {
    const done = deploy(...RESTART, () => [error({ summary: "interrupted" })], {
      apply: "kill -INT $PPID; sleep 0.2",
      ...{ args, status: 1 },
    });
    expect(done.status).toBe(1);
    expect(done.stdout).toContain("interrupted");
  },
);

test("what waits, or is only noted, begins no step", () => {
  const { stdout } = deploy(newStack(), {}, () => [
    starts(address("zato_host2_server1_lifetime")),
    starts(address("zato_host1_server1_state")),
    says("host1_preflight", "[host1] ready"),
    outputs,
  ]);
  expect(stdout.match(/^\d of \d: .*/gm)!.slice(6)).toEqual([
    "1 of 6: checks of the hosts; if one fails, nothing else begins",
  ]);
});

test("nothing to do is said, and nobody is asked", () => {
  const { status, stdout } = deploy({}, {}, () => [outputs], { args: [] });
  expect([status, stdout]).toEqual([0, "nothing to do: what is deployed is what the program declares\n"]);
  // Outputs may have changed all the same.
  expect(calls()).toEqual(["plan", "show", "apply"]);
});

test("without --yes nothing begins where nobody can be asked", () => {
  const { status, stdout, stderr } = deploy(...RESTART, () => [], { args: [] });
  expect(status).toBe(2);
  expect(stdout).toContain("host1 server1");
  expect(stderr).toContain(
    "nobody can be asked here whether this may be deployed; give --yes, or a plan that was looked at by --plan",
  );
  expect(calls()).toEqual(["plan", "show"]);
});

test("a plan that somebody has looked at is applied as it is, and asked for no more", () => {
  const { status } = deploy(...RESTART, () => [outputs], { args: ["--plan", "/tmp/reviewed"] });
  expect(status).toBe(0);
  expect(readFileSync(join(folder(), "calls"), "utf8")).toMatch(/ apply -input=false -json \/tmp\/reviewed$/m);
  expect(calls()).toEqual(["show", "apply"]);
});

test("a folder that Terraform was never in is prepared, and a plan that cannot be made leaves nothing behind", () => {
  const { status, stderr } = deploy(...RESTART, () => [], {
    isPrepared: false,
    plan: 'echo "Error: no credentials" >&2; echo "${*: -1}" >"' + "$FOLDER" + '/file"; exit 1',
  });
  expect(status).toBe(2);
  expect(stderr).toMatch(/'.* plan' in '.*' does not say what would be done: Error: no credentials/);
  expect(calls()).toEqual(["init", "plan"]);
  const file = readFileSync(join(folder(), "file"), "utf8").trim().replace("-out=", "");
  expect(existsSync(file)).toBe(false);
});
